"""Deleting: a user's log, with all that was made of it.

What does not belong here: how each part goes (`log`, `forgetting`).
"""

from freshet.behaviour.causal.kept import CausalGraphs
from freshet.behaviour.graph.views import Views
from freshet.behaviour.log.log import Log


async def delete_log(log: Log, graphs: CausalGraphs, views: Views, owner: str, user_id: str) -> None:
    """Gone; what failed half-way can be repeated. Raises NotFound if there is no log.

    The log goes first: who makes something of it looks afterwards whether it still is there.
    """
    try:
        await log.delete(owner, user_id)
    finally:  # without a log, too: an earlier deletion may have been cut off here
        await graphs.forget(owner, user_id)
        await views.forget(owner, user_id)
