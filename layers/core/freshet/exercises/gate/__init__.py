"""The gate: what a question has to stand before anybody sees it, by rules that need no model.

Each rule is a module with a generator of faults: `shape`, `key`, `options`, `giveaway`, `quote`, `duplicate`.
They say what can be said for sure: what a rule can't tell passes. What does not belong here: the blind
re-answer (`exercises.reanswer`), and what becomes of a question that fails (`exercises.inspection`).
"""

from collections.abc import Sequence

from freshet.exercises.fault import Fault
from freshet.exercises.gate import duplicate, giveaway, key, options, shape
from freshet.exercises.gate.duplicate import same
from freshet.exercises.gate.quote import quote_fault
from freshet.exercises.question import Question

__all__ = ["check", "quote_fault", "same"]


def check(question: Question, section_text: str, others: Sequence[Question]) -> list[Fault]:
    """What is wrong with a question about a section of the material, given those that are there already.

    A question without a source has no quote to be found: see `quote_fault`.
    """
    if shape.is_too_long(question):
        return [*shape.faults(question)]
    unquoted = quote_fault(question.source.quote, section_text) if question.source else None
    return [
        *shape.faults(question),
        *key.faults(question),
        *options.faults(question),
        *giveaway.faults(question),
        *([unquoted] if unquoted else []),
        *duplicate.faults(question, others),
    ]
