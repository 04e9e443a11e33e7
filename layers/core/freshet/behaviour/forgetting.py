"""Forgetting: what was made of one user's log goes with it.

What belongs here: items of the owner's that name their user. What does not: the log itself, and the events
that were found in it (`log`).
"""

from freshet.stores.table import Table

_PAGE = 25  # items, some of which are large


async def forget(table: Table, owner: str, prefix: str, user_id: str) -> None:
    """Removes the items of this prefix whose `user` it is; safe to repeat."""
    cursor: str | None = None
    while True:
        page = await table.page(
            owner,
            limit=_PAGE,
            cursor=cursor,
            prefix=prefix,
            consistent=True,
            matching="#user = :user",
            user=user_id,
        )
        await table.remove(owner, [item["id"] for item in page.items])
        if (cursor := page.cursor) is None:
            return
