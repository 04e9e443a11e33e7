"""Receiving: a log that comes as a body, read and kept at once. Larger ones are uploaded (`jobs.uploads`)."""

import asyncio

from pydantic import BaseModel, Field

from freshet.behaviour.intake.intake import read
from freshet.behaviour.intake.outcome import RowProblem
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Reading
from freshet.errors import Invalid, TooLarge

MAX_BYTES = 4_000_000  # of a body: as an event of Lambda's, in base64, it has at most 6 MB
MAX_USERS = 5_000  # in a body: each has a log of their own to be written, within the time of a call


class ReceivedUser(BaseModel):
    """What became of one user's rows."""

    user_id: str
    kept: int
    duplicates: int


class Received(BaseModel):
    """What became of a log."""

    rows: int = Field(description="rows that were found, bad ones included")
    kept: int
    duplicates: int = Field(description="rows that were there already, or twice in this log")
    bad: int
    problems: list[RowProblem] = Field(description="what is wrong with bad rows, of the first hundred")
    users: list[ReceivedUser]


async def receive(
    log: Log, owner: str, data: bytes, reading: Reading, *, content_type: str, filename: str
) -> Received:
    """Keeps the good rows, and says what is wrong with the others.

    Raises TooLarge; Invalid if there is no good row, or no telling which column is which.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(
            f"A body has at most {MAX_BYTES} bytes; larger logs go by POST /api/v1/behaviors/uploads."
        )
    found = await asyncio.to_thread(read, data, content_type, filename, reading)
    if not found.rows:
        raise _nothing(found.problems, found.bad)
    users = len({row.user_id for row in found.rows})
    if users > MAX_USERS:
        raise TooLarge(
            f"These are rows of {users} users; a body has those of at most {MAX_USERS}. "
            "Upload them as a file, by POST /api/v1/behaviors/uploads."
        )
    added = await log.append(owner, found.rows)
    return Received(
        rows=len(found.rows) + found.bad,
        kept=sum(one.kept for one in added.values()),
        duplicates=sum(one.duplicates for one in added.values()),
        bad=found.bad,
        problems=found.problems,
        users=[
            ReceivedUser(user_id=user_id, kept=one.kept, duplicates=one.duplicates)
            for user_id, one in sorted(added.items())
        ],
    )


def _nothing(problems: list[RowProblem], bad: int) -> Invalid:
    if not bad:
        return Invalid("There are no rows in it.")
    errors = [{"field": f"line {one.line}", "message": one.reason} for one in problems]
    first = f"line {problems[0].line}: {problems[0].reason}"
    return Invalid(f"None of the {bad} rows could be read; {first}", errors=errors)
