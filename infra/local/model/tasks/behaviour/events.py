"""Events in a log: rows of a session that are near each other and of a sort, titled by their objects.

What does not belong here: what sort a row is (`activities`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.behaviour.activities import activity_of, name_of, nearest, tongue
from infra.local.model.tasks.behaviour.log import Row, rows

_NEAR = 20  # minutes from one row's end to the next one of the same event
_NAMED = 3  # objects in a title
_JOINTS = {"en": (": ", ", "), "zh": ("：", "、")}


@dataclass
class Group:
    """Rows that are one event; `type` is empty while nothing tells."""

    type: str
    members: list[Row] = field(default_factory=list)

    def takes(self, row: Row, type_: str) -> bool:
        """Whether the row goes on with it: near, and of its sort or of none."""
        last = self.members[-1]
        near = row.session == last.session and row.at - last.end <= _NEAR
        return near and (not type_ or not self.type or type_ == self.type)


def drafted(prompt: Prompt) -> dict[str, Any]:
    """`{"items": [{lines, type, title, confidence}]}` of the log in the prompt."""
    wanted = prompt.wanted
    types, language = wanted.get("types"), str(wanted.get("language") or "en")
    options = [one for one in types if isinstance(one, str)] if isinstance(types, list) else []
    return {"items": [_draft(group, options, language) for group in groups(rows(prompt.fenced("log")))]}


def groups(log: Sequence[Row]) -> list[Group]:
    """The log's events, by their first rows. A short interruption does not end an event."""
    found: list[Group] = []
    for row in log:
        type_ = activity_of(row.text)
        open_ = next((group for group in reversed(found[-2:]) if group.takes(row, type_)), None)
        if open_ is None:
            open_ = Group(type_)
            found.append(open_)
        open_.type = open_.type or type_
        open_.members.append(row)
    return found


def _draft(group: Group, options: Sequence[str], language: str) -> dict[str, Any]:
    told = sum(activity_of(row.text) == group.type != "" for row in group.members) / len(group.members)
    return {
        "lines": lines(row.number for row in group.members),
        "type": nearest(group.type, options, " ".join(row.text for row in group.members)),
        "title": _title(group, language),
        "confidence": round(0.4 + 0.5 * told, 2),
    }


def _title(group: Group, language: str) -> str:
    """What was done, and with what most of the time."""
    spent: dict[str, float] = {}
    for row in group.members:
        name = row.object or row.action
        spent[name] = spent.get(name, 0.0) + row.minutes + 0.1
    chosen = sorted(spent, key=lambda name: -spent[name])[:_NAMED]
    colon, comma = _JOINTS[tongue(language)]
    return f"{name_of(group.type or 'other', language)}{colon}{comma.join(chosen)}"


def lines(numbers: Any) -> str:
    """Numbers as ranges: `1-4, 6`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
