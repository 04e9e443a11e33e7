"""Where analyses are kept, with the material that they are of: thirty days, to make questions from.

What does not belong here: what an analysis is (`analysis`) and how it is made (`analyse`).
"""

import time

from freshet.errors import NotFound, TooLarge
from freshet.exercises.analysis.result import Analysis
from freshet.exercises.material.sections import Material, Materials
from freshet.ids import made_at
from freshet.stores.table import MAX_ITEM_BYTES, Table

KEPT_S = 30 * 24 * 3600


class Analyses:
    """The analyses of all owners. One that is not there any more, or not the owner's, is NotFound."""

    def __init__(self, table: Table, materials: Materials) -> None:
        self._table = table
        self._materials = materials

    async def keep(self, owner: str, analysis: Analysis, material: Material) -> None:
        """Keeps it, over what has its id: safe to repeat. Raises TooLarge."""
        text = analysis.model_dump_json()
        if len(text.encode()) > MAX_ITEM_BYTES:
            raise TooLarge("The analysis is too large to be kept.")
        await self._materials.put(owner, analysis.analysis_id, material)
        item = {"id": analysis.analysis_id, "text": text, "expires_at": int(time.time()) + KEPT_S}
        await self._table.write(_of(owner), item)

    async def get(self, owner: str, analysis_id: str) -> tuple[Analysis, Material]:
        """The analysis and its material, which has no section where nothing but the model could read it."""
        missing = NotFound(f"There is no analysis {analysis_id}; they are kept for 30 days.")
        if not made_at(analysis_id):
            raise missing
        item = await self._table.get(_of(owner), analysis_id)
        if item is None or item["expires_at"] < time.time():
            raise missing
        try:
            material = await self._materials.get(owner, analysis_id)
        except NotFound:
            raise missing from None
        return Analysis.model_validate_json(item["text"]), material


def _of(owner: str) -> str:
    return f"{owner}/analyses"
