"""A `<log>` in a prompt, read: sessions, and their rows.

    Session 1 · 2026-03-02 Monday
    1. 08:02 open 微信 [app] (5 min)

or, in a summary's, days (`2026-03-02 Monday`) and rows that begin with a dash. What does not belong here:
what is made of the rows.
"""

import re
from dataclasses import dataclass

_SESSION = re.compile(r"^\s*Session \d+\b(.*)$")
_DAY = re.compile(r"^\s*(\d{4}-\d\d-\d\d(?: \w+)?)$")
_ROW = re.compile(
    r"^\s*(?:(?P<number>\d+)\. |- )(?P<hour>\d{1,2}):(?P<minute>\d\d)\s+(?P<said>.*?)"
    r"(?:\s+\[(?P<kind>[^\]]*)\])?(?:\s+\((?P<lasted>\d+ (?:h|min|s)(?: \d+ min)?)\))?\s*$"
)
_LASTED = re.compile(r"(\d+) (h|min|s)")
_MINUTES = {"h": 60.0, "min": 1.0, "s": 1 / 60}


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `at` are minutes since midnight, `minutes` how long it took."""

    number: int
    session: int
    day: str
    at: int
    action: str
    object: str
    kind: str
    minutes: float

    @property
    def text(self) -> str:
        """All its words."""
        return f"{self.action} {self.object} {self.kind}"

    @property
    def end(self) -> float:
        """Minutes since midnight."""
        return self.at + self.minutes


def rows(log: str) -> list[Row]:
    """The rows in their order; lines of another form are left out."""
    found: list[Row] = []
    session, day = 0, ""
    for line in log.splitlines():
        if heading := _SESSION.match(line) or _DAY.match(line):
            session, day = session + 1, heading[1].strip(" ·")
        elif row := _ROW.match(line):
            found.append(_row(row, len(found) + 1, session, day))
    return found


def _row(row: re.Match[str], position: int, session: int, day: str) -> Row:
    action, _, object_ = row["said"].strip().partition(" ")
    return Row(
        number=int(row["number"] or position),
        session=session,
        day=day,
        at=int(row["hour"]) * 60 + int(row["minute"]),
        action=action,
        object=object_.strip(),
        kind=row["kind"] or "",
        minutes=sum(float(count) * _MINUTES[unit] for count, unit in _LASTED.findall(row["lasted"] or "")),
    )
