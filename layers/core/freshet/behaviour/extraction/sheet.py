"""Sheets: the lines of one call, and the events that its drafts make of them.

    wrong_line      the draft names lines that there are not
    used_line       … lines that another event has
    other_session   … lines of another session than its first one's
    no_line         … none at all
    no_title        its title says nothing
    other_type      its type is not in the vocabulary: it becomes `other`
    other_language  its title is in another language: it stays

Lines that can't be the event's are left out of it; a draft without lines or a title comes to nothing. What a
draft repeats of an event that there is already is no fault.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.event import OTHER, Event, event_id
from freshet.behaviour.extraction.batches import Batch
from freshet.behaviour.extraction.draft import EventDraft, in_other_language, numbers, titled, typed
from freshet.behaviour.sequences.session import Session

Fault = Literal[
    "wrong_line", "used_line", "other_session", "no_line", "no_title", "other_type", "other_language"
]
_MORE_DRAFTS = 20  # than twice the lines: who writes as many does not come to an end


@dataclass(frozen=True, slots=True)
class Wanted:
    """What events are to be like."""

    language: str
    types: Sequence[str]


@dataclass(slots=True)
class Sheet:
    """A batch while drafts of it come. `found` are the events of each session, by key, earlier ones too.

    A session that drafts have left behind is passed. If one comes back to it after all, it is open until the
    end.
    """

    batch: Batch
    wanted: Wanted
    found: Mapping[str, list[Event]]
    rejected: Counter[Fault] = field(default_factory=Counter)
    drafts: int = 0
    _used: set[str] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)
    _reached: int = 0
    _passed: int = 0
    _reopened: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        events = [event for session in self.batch.sessions for event in self.found[session.key]]
        self._used.update(id_ for event in events for id_ in event.behaviours)
        self._ids.update(event.id for event in events)

    @property
    def endless(self) -> bool:
        """Whether there are far more drafts than there can be events."""
        return self.drafts > 2 * len(self.batch.rows) + _MORE_DRAFTS

    def take(self, draft: EventDraft) -> Event | None:
        """The event that a draft makes, if it makes one."""
        self.drafts += 1
        named, wrong = numbers(draft.lines, len(self.batch.rows))
        faults: set[Fault] = {"wrong_line"} if wrong else set()
        place, rows = self._rows(named, faults)
        title = titled(draft.title)
        if not named and not wrong:
            faults.add("no_line")
        if not title:
            faults.add("no_title")
        event = self._event(draft, title, rows, faults) if rows and title else None
        if event is None and self._repeats(named):
            return None
        self.rejected.update(faults)
        if event:
            self._add(place, event)
        return event

    def passed(self) -> list[Session]:
        """Sessions that drafts have left behind since this was last asked, with events."""
        places = range(self._passed, self._reached)
        self._passed = self._reached
        return [one for place in places if self.found[(one := self.batch.sessions[place]).key]]

    def reopened(self) -> list[Session]:
        """Sessions that were passed, and have got more events since."""
        return [self.batch.sessions[place] for place in sorted(self._reopened)]

    def rest(self) -> list[Session]:
        """At the end of a whole answer: all sessions with events that were not passed as they are now."""
        last = [one for one in self.batch.sessions[self._passed :] if self.found[one.key]]
        return [*self.reopened(), *last]

    def _rows(self, named: Sequence[int], faults: set[Fault]) -> tuple[int, list[Behaviour]]:
        """The place of the session, and those of its behaviours that the draft can have."""
        free = [self.batch.rows[number - 1] for number in named]
        if any(row.id in self._used for _, row in free):
            faults.add("used_line")
            free = [one for one in free if one[1].id not in self._used]
        first = free[0][0] if free else 0
        if any(place != first for place, _ in free):
            faults.add("other_session")
        return first, [row for place, row in free if place == first]

    def _event(self, draft: EventDraft, title: str, rows: Sequence[Behaviour], faults: set[Fault]) -> Event:
        type_ = typed(draft.type, self.wanted.types)
        if type_ is None and typed(draft.type, [OTHER]) is None:
            faults.add("other_type")
        if in_other_language(title, self.wanted.language, [row.object for row in rows]):
            faults.add("other_language")
        return event_of(rows, type_ or OTHER, title, draft.confidence)

    def _repeats(self, named: Sequence[int]) -> bool:
        rows = [self.batch.rows[number - 1][1] for number in named]
        return bool(rows) and event_id(rows[0].user_id, (row.id for row in rows)) in self._ids

    def _add(self, place: int, event: Event) -> None:
        self.found[self.batch.sessions[place].key].append(event)
        self._used.update(event.behaviours)
        self._ids.add(event.id)
        if place < self._passed:
            self._reopened.add(place)
        self._reached = max(self._reached, place)


def event_of(rows: Sequence[Behaviour], type_: str, title: str, confidence: float) -> Event:
    """The event that behaviours, oldest first, are: its times are theirs."""
    ids = [row.id for row in rows]
    return Event(
        id=event_id(rows[0].user_id, ids),
        user_id=rows[0].user_id,
        type=type_,
        title=title,
        start=rows[0].at.iso(),
        end=max((row.end for row in rows), key=lambda moment: moment.seconds).iso(),
        behaviours=ids,
        confidence=confidence,
    )


def in_order(events: Collection[Event], session: Session) -> list[Event]:
    """The events of a session by their first behaviours."""
    places = {row.id: place for place, row in enumerate(session.rows)}
    return sorted(events, key=lambda event: places[event.behaviours[0]])
