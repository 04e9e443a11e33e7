"""The matrix: which capability meets which fault, and what must come of it. Stated before anything is run.

What belongs here: rules, and their reasons in words for the document. What does not: what was seen.
"""

from dataclasses import dataclass

from tests.faults.capabilities import CAPABILITIES, Capability
from tests.faults.kinds import KINDS, Kind

RESULT, PART, LATER, BROKEN = "result", "part", "later", "broken off"
RETURNED = "result on return"
DEADLINE = "error: deadline"
DEADLINE_S = 60.0  # X-Request-Timeout-Ms of every call
SLACK_S = 30.0  # a busy machine, a cold start


@dataclass(frozen=True)
class Expected:
    """Outcomes of which one must be seen, within so many seconds; `words` say it shorter."""

    outcomes: frozenset[str]
    words: str
    within_s: float = DEADLINE_S + SLACK_S


@dataclass(frozen=True)
class Spared:
    """A pair that does not meet; `reason` is one of REASONS."""

    reason: str


REASONS = {
    "no queue": "nothing of it goes through a queue",
    "not there": "the capability does not use this part: the fault can't reach it",
    "no wait": "it asks neither model nor index, and calls of AWS end after 12 s by themselves",
}


def expected(capability: Capability, kind: Kind) -> Expected | Spared:
    """What must come of a call of `capability` while `kind` lasts."""
    if kind.family == "SQS":
        return _queue(capability, kind)
    if kind.family == "sandbox":
        return _sandbox(capability, kind)
    if kind.family == "client":
        return _client(kind)
    if kind.part not in capability.parts:
        return Spared("not there")
    if kind.name == "slow":
        return _with_queue(capability, {RESULT}, "the result")
    if kind.name == "throttled":
        return _with_queue(capability, {RESULT, _error(kind)}, "the result, or an error that names the table")
    return _failing(capability, kind)


def _error(kind: Kind) -> str:
    return f"error: {kind.part}"


def _with_queue(capability: Capability, outcomes: set[str], words: str) -> Expected:
    """Behind a queue it may also be done once the fault is over."""
    if not capability.worker:
        return Expected(frozenset(outcomes), words)
    return Expected(frozenset({*outcomes, LATER}), f"{words}, at the latest when the fault is over")


def _failing(capability: Capability, kind: Kind) -> Expected:
    if kind.name.startswith("hang"):
        return _silence(capability, kind)
    if kind.part == "model" and capability.half_done:
        return Expected(frozenset({PART}), "a result that says what it is without")
    return _with_queue(capability, {_error(kind)}, f"an error that names the {kind.part}")


def _silence(capability: Capability, kind: Kind) -> Expected:
    """A model is given up after 30 s of silence; where it is asked again the deadline comes first."""
    outcomes = {_error(kind), DEADLINE}
    words = "an error that names the model, or the caller's deadline"
    if capability.half_done:
        return Expected(frozenset({PART, DEADLINE}), "a result that says what it is without, or the deadline")
    return _with_queue(capability, outcomes, words)


def _queue(capability: Capability, kind: Kind) -> Expected | Spared:
    if "queue" not in capability.parts:
        return Spared("no queue")
    return Expected(frozenset({RESULT, LATER}), "the result, once")


def _sandbox(capability: Capability, kind: Kind) -> Expected | Spared:
    if kind.name == "out of time" and not capability.parts & {"model", "index"}:
        return Spared("no wait")
    if capability.worker:
        return Expected(frozenset({LATER, RESULT}), "the result, when the message comes again")
    if kind.name == "out of time":
        named = {f"error: {part}" for part in capability.parts}
        return Expected(
            frozenset({DEADLINE, *named} | ({PART} if capability.half_done else set())),
            "an error in time: the deadline, or the part that hung",
        )
    words = "502 or a cut, and the run `failed` (`interrupted`)"
    if capability.quiet:
        words = "502 or a cut"
    return Expected(frozenset({"error: internal", BROKEN}), words)


def _client(kind: Kind) -> Expected:
    if kind.name == "gone":
        return Expected(frozenset({RETURNED}), "the result when it comes again, of the same run")
    if kind.name == "half-closed":  # servers may take it for gone
        return Expected(frozenset({RESULT, RETURNED}), "the result, at once or when it comes again")
    return Expected(frozenset({RESULT}), "the result")


def cells() -> list[tuple[Capability, Kind]]:
    """All pairs, column by column."""
    return [(capability, kind) for kind in KINDS for capability in CAPABILITIES]
