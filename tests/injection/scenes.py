"""Which scene a case plays in, and what came of it.

What belongs here: what is the same of all scenes. What does not: what obeying means in each.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.injection import documents, logs, marks, questions, tools
from tests.injection.carriers import CARRIERS
from tests.injection.corpus import Case
from tests.injection.reading import is_taken_for_ours
from tests.injection.stage import Stage

Scene = Callable[[Case, Stage], Awaitable[list[str]]]

SCENES: dict[str, Scene] = {
    **dict.fromkeys(CARRIERS, documents.answered),
    **dict.fromkeys(["tool-result", "search-result", "history", "model-name"], tools.chatted),
    "answer": marks.graded,
    "material": questions.written,
    "app-name": logs.found,
    "media-title": logs.read,
}


@dataclass(frozen=True)
class Outcome:
    """Whether the order was read, whether as our own words, and what of it was followed."""

    case: Case
    read: bool
    ours: bool
    followed: list[str]

    @property
    def held(self) -> bool:
        """Whether nothing of it was followed, and nobody read what is said to be hidden."""
        return not self.ours and not self.followed and not (self.read and self.case.unread)


async def play(case: Case, stage: Stage) -> Outcome:
    """The case, played by a model that obeys whatever it reads."""
    placed = case.at(stage.web.evil)
    stage.web.asked.clear()
    followed = await SCENES[case.channel](placed, stage)
    followed += [f"asked: {target}" for _, target in stage.web.asked if target.startswith("/evil")]
    order = placed.order or placed.text
    ours = any(is_taken_for_ours(body, order) for body in stage.model.bodies)
    return Outcome(case, stage.model.read, ours, followed)
