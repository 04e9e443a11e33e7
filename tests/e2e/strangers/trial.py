"""What a stranger may be told: of what is another's no more than of what is not there.

A finding is a sentence about a case whose answer is anything else. What does not belong here: which cases
there are (`cases.py`), how the calls for an answer are counted (`tests/functions/calls.py`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import httpx

from tests.e2e.strangers.belongings import Caller
from tests.e2e.strangers.cases import BY_OWN_NAME, Case, absent, cases
from tests.e2e.strangers.names import ID, Things
from tests.e2e.strangers.routes import Operation, closed

_CHANGING = [
    (re.compile(r'("request_id": ?)"[^"]+"'), r"\1<request>"),
    (ID, "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)"), "<time>"),
    (re.compile(r'("(policy|x-amz-date|x-amz-signature)": ?)"[^"]+"'), r"\1<signed>"),
    (re.compile(r'("id": ?)\d+'), r"\1<number>"),
    (re.compile(r'("\w*(_ms|_per_second|created\w*|_at|_seconds)": ?)[\d.]+'), r"\1<number>"),
]
_ROUNDS = 4
# Whoever looks for other words finds other things of their own.
_SEARCHED = {"q", "query"}
# Refused in a stream that is one's own, without being repeated.
_OF_ANOTHER_RUN = {"after", "last-event-id"}
# Of what one may ask for as often as one likes, and not yet see: a concept is due after a day.
NOTHING_TO_SEE = {"GET /api/v1/exercises/due"}


@dataclass(frozen=True)
class Told:
    """An answer without what differs from one time to the next, and the calls that it took to make it."""

    status: int
    headers: tuple[str, ...]
    text: str
    calls: tuple[str, ...]


Send = Callable[[], httpx.Response]
Watch = Callable[[Send], tuple[httpx.Response, tuple[str, ...]]]


def unwatched(send: Send) -> tuple[httpx.Response, tuple[str, ...]]:
    """Sends a request; from here nobody sees what calls it takes."""
    return send(), ()


class Trial:
    """A stranger before an owner's things: `secrets` are what no answer to the stranger may hold."""

    def __init__(
        self, stranger: Caller, owner: Caller, secrets: Iterable[str], watch: Watch = unwatched
    ) -> None:
        self._stranger = stranger
        self._owner = owner
        self._secrets = set(secrets)
        self._named: set[str] = set()
        self._watch = watch

    def findings(self, chosen: Iterable[Case] | None = None, *, controlled: bool = False) -> Iterator[str]:
        """What is wrong, case by case; `controlled`: the same of the stranger's own has to work."""
        for case in cases() if chosen is None else chosen:
            if controlled and case.operation.method != "DELETE":
                yield from self._control(case)
            yield from self._compared(case)
            if controlled and case.operation.method == "DELETE":
                yield from self._control(case)

    def leaked(self, answer: httpx.Response) -> list[str]:
        """What of the owner's an answer holds that the stranger did not name: it may come back in the answer
        and, but for the owner's word, in a list of what was asked for."""
        asked = f"{answer.request.url} {dict(answer.request.headers)} {answer.request.content!r}"
        said = f"{dict(answer.headers)} {answer.text}"
        named = {secret for secret in self._secrets if secret in asked}
        self._named |= named - {self._owner.things["word"]}
        return sorted(one for one in self._secrets - self._named - named if one in said)

    def _control(self, case: Case) -> Iterator[str]:
        """A request that nobody may make proves nothing. A conflict is with something that was found. What
        starts a run was shown to work by whoever settled, and takes longest."""
        if any(place.name == "Idempotency-Key" for place in case.operation.places):
            return
        answer = case.send(self._stranger.api, self._stranger.things, self._stranger.things)
        if answer.status_code >= 400 and answer.status_code != 409:
            yield f"{case}: of one's own it is {_short(answer)}; mend the request in bodies.py"

    def _compared(self, case: Case) -> Iterator[str]:
        """Who meets a difference between what is another's and what is not there looks again: of calls that
        are made side by side, a refusal may stop one or another."""
        theirs, answer = self._told(case, self._owner.things)
        if leaked := self.leaked(answer):
            yield f"{case}: the answer holds the owner's {leaked[:3]}: {_short(answer)}"
        if case.by_path and str(case.operation) not in BY_OWN_NAME and answer.status_code != 404:
            yield f"{case}: not 404 but {_short(answer)}"
        yield from self._malformed(case, answer)
        nobodys, _ = self._told(case, absent(self._owner.things))
        for _ in range(_ROUNDS):
            if theirs == nobodys:
                return
            theirs, _ = self._told(case, self._owner.things)
            nobodys, _ = self._told(case, absent(self._owner.things))
        if theirs != nobodys:
            yield f"{case}: what is another's is told from what is not there:\n  {theirs}\n  {nobodys}"

    def _malformed(self, case: Case, answer: httpx.Response) -> Iterator[str]:
        """Where a request is wrong, that has to be what it names, or nothing is shown."""
        named = {place.name for place in case.places} <= _OF_ANOTHER_RUN
        named |= any(one in answer.text for one in case.named(self._owner.things))
        if answer.status_code in {400, 422} and not named:
            yield f"{case}: nothing is wrong with what it names, but {_short(answer)}; mend bodies.py"

    def _told(self, case: Case, others: Things) -> tuple[Told, httpx.Response]:
        answer, calls = self._watch(lambda: case.send(self._stranger.api, self._stranger.things, others))
        text = answer.text
        for pattern, name in _CHANGING:
            text = pattern.sub(name, text)
        for value in case.named(others):
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "<named>", text)
        if answer.is_success and any(place.name in _SEARCHED for place in case.places):
            text = ""
        if case.operation.method != "GET" and answer.is_success:
            calls = ()  # a run writes as often as time tells it to
        return Told(answer.status_code, tuple(sorted(answer.headers)), text, calls), answer


def _short(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text[:300]}"


def seen(caller: Caller) -> dict[str, str]:
    """What a caller has, as every operation that only reads shows it."""
    return {str(one): _look(one, caller) for one in closed() if one.method == "GET"}


def _look(operation: Operation, caller: Caller) -> str:
    answer = Case(operation, ()).send(caller.api, caller.things, caller.things)
    assert answer.status_code in {200, 302}, f"{operation}: {_short(answer)}"
    location, _, _ = answer.headers.get("location", "").partition("?")
    return f"{location} {answer.text}"


def secrets_of(looks: dict[str, str], owner: Caller) -> set[str]:
    """What must not get to a stranger: the owner's word and key, and all ids that the owner ever sees."""
    ids = {found[0] for text in looks.values() for found in ID.finditer(text)}
    return ids | {owner.things["word"], owner.things["key"]}


def unmarked(looks: dict[str, str], owner: Caller) -> list[str]:
    """Operations that show an owner nothing which could be told from others' things."""
    own = secrets_of(looks, owner)
    return [
        f"{operation}: shows nothing of its owner's; let belongings.py make something for it: {text[:200]}"
        for operation, text in looks.items()
        if operation not in NOTHING_TO_SEE and not any(secret in text for secret in own)
    ]
