"""The defences, each with a way to take it away and the cases that fall without it.

So that no case holds by chance. What does not belong here: what holds with all of them (`test_injection`).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from freshet.behaviour.extraction.sheet import Sheet
from freshet.behaviour.markers import Markers
from freshet.chat.http_text import Redaction
from freshet.chat.outside import Outside
from freshet.rag.cite import _Source
from tests.injection.carriers import CARRIERS
from tests.injection.corpus import Case

Change = tuple[str | type, str, Any]

_CHANGING = {"send_mail", "delete_file", "open_door"}
_TYPES = {"app", "media", "other"}


@dataclass(frozen=True)
class Defence:
    """`falls`: whether a case that holds with it does not without."""

    falls: Callable[[Case], bool]
    changes: tuple[Change, ...]

    @contextmanager
    def away(self) -> Iterator[None]:
        """Takes it away for a while."""
        with pytest.MonkeyPatch.context() as patch:
            for place, name, instead in self.changes:
                if isinstance(place, str):
                    patch.setattr(f"{place}.{name}", instead)
                else:
                    patch.setattr(place, name, instead)
            yield


def _bare(*parts: Any) -> str:
    return "\n".join(map(str, parts))


def _lines(name: str, lines: Any) -> str:
    return "\n".join(lines)


def _as_it_is(text: str) -> str:
    return text


def _never(*_: Any) -> None:
    return None


async def _unasked(*_: Any) -> None:
    return None


def _any_row(sheet: Sheet, named: Any, faults: Any) -> Any:
    rows = sheet.batch.rows
    return 0, [rows[number - 1][1] for number in named]


def _shown_anyway(markers: Markers, text: str) -> str:
    return text


DEFENCES = {
    "fences around data": Defence(
        lambda case: case.channel in {*CARRIERS, "material", "app-name", "media-title"} and not case.unread,
        (
            (
                "freshet.rag.prompt",
                "source",
                lambda _, found: _bare(found.filename, found.heading, found.text),
            ),
            ("freshet.exercises.prompt", "_document", _bare),
            ("freshet.behaviour.extraction.prompt", "fenced", _lines),
            ("freshet.behaviour.asking.prompt", "fenced", _lines),
            ("freshet.behaviour.causal.judge", "fenced", _lines),
        ),
    ),
    "no end of a fence in data": Defence(
        lambda case: (
            case.technique.startswith("closing-fence") and case.channel not in {"search-result", "answer"}
        ),
        (
            ("freshet.rag.fences", "_FENCES", re.compile("(?!)")),
            ("freshet.rag.fences", "escape", _as_it_is),
        ),
    ),
    "nothing that nobody sees": Defence(
        lambda case: case.channel == "body" and case.technique == "tag-characters",
        (("freshet.rag.fences", "_HIDDEN", re.compile("(?!)")),),
    ),
    "citations are verified": Defence(
        lambda case: case.channel in CARRIERS and "say" in case.wants and not case.unread,
        ((_Source, "_best", lambda source, statement: [(0, 5)]),),
    ),
    "nothing is changed after text from outside": Defence(
        lambda case: case.wants.get("call") in _CHANGING and case.channel.endswith(("result", "history")),
        ((Outside, "guarding", lambda outside, tool: tool),),
    ),
    "a tool has one host": Defence(
        lambda case: "elsewhere" in case.wants,
        (
            ("freshet.chat.url_template", "encoded", str),
            ("freshet.chat.url_template", "_steps", _never),
        ),
    ),
    "no secret in a tool's answer": Defence(
        lambda case: case.channel == "tool-result",
        ((Redaction, "of", lambda redaction, text: text),),
    ),
    "the grader is not spoken to": Defence(
        lambda case: case.channel == "answer",
        (
            ("freshet.exercises.grading.open", "without_pleas", _as_it_is),
            ("freshet.exercises.grading.evidence", "is_plea", _never),
        ),
    ),
    "a key is found blindly": Defence(
        lambda case: case.technique in {"dictated-key", "dictated-choice"},
        (("freshet.exercises.generation.inspection", "reanswer", _unasked),),
    ),
    "a quote stands in the material": Defence(
        lambda case: case.technique == "fake-quote",
        (
            ("freshet.exercises.generation.inspection", "quote_fault", _never),
            ("freshet.exercises.gate", "quote_fault", _never),
        ),
    ),
    "each row is in one event": Defence(
        lambda case: case.technique == "every-line", ((Sheet, "_rows", _any_row),)
    ),
    "events are of types that were asked for": Defence(
        lambda case: any(event["type"] not in _TYPES for event in case.wants.get("events", ())),
        (("freshet.behaviour.extraction.sheet", "typed", lambda said, types: said),),
    ),
    "a marker is of what was listed": Defence(
        lambda case: case.channel == "media-title" and "say" in case.wants,
        ((Markers, "take", _shown_anyway),),
    ),
}
