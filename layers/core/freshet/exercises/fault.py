"""Faults: what a question fails by, in words that help whoever mends it."""

from dataclasses import dataclass
from typing import Literal

Rule = Literal[
    "shape",  # a part is missing or does not fit the type
    "key",  # not exactly as many keys as the type wants
    "options",  # two of them say the same
    "giveaway",  # the key is told by its length or by its wording
    "quote",  # the source does not hold the quote
    "duplicate",  # another question asks the same
    "reanswer",  # a model that does not know the key answers otherwise
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that a question breaks; `detail` is a sentence for the model that mends it."""

    rule: Rule
    detail: str


class Misshapen(ValueError):
    """A draft that is no question."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault
