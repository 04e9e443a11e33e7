"""What spoils a good question: each function does it in one way, and belongs to the rule that must see it.

A function that can't spoil a question of some type returns None for it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from freshet.exercises.fault import Rule
from freshet.exercises.question import (
    QUESTION,
    Accepted,
    AcceptedNumber,
    Blank,
    Cloze,
    Entry,
    Essay,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

Spoil = Callable[[Question], Question | None]


@dataclass(frozen=True)
class Spoiling:
    rule: Rule
    spoil: Spoil

    @property
    def name(self) -> str:
        return self.spoil.__name__


SPOILINGS: list[Spoiling] = []


def spoils(rule: Rule) -> Callable[[Spoil], Spoil]:
    def listed(spoil: Spoil) -> Spoil:
        SPOILINGS.append(Spoiling(rule, spoil))
        return spoil

    return listed


def spoiled(question: Question) -> Iterator[tuple[Spoiling, Question]]:
    """The question, spoiled in each way that is possible."""
    for spoiling in SPOILINGS:
        if (bad := spoiling.spoil(question)) is not None:
            yield spoiling, bad


def _with(of: Question, /, **changed: Any) -> Question:
    return QUESTION.validate_python({**of.model_dump(), **changed})


def _is_chinese(question: Question) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in question.question)


def _key(question: SingleChoice) -> Option:
    return next(one for one in question.options if one.credit == 1)


def _reworded(question: SingleChoice | MultipleChoice, id_: str, text: str) -> Question:
    options = [one.model_copy(update={"text": text}) if one.id == id_ else one for one in question.options]
    return _with(question, options=[one.model_dump() for one in options])


def _wrong(question: SingleChoice | MultipleChoice) -> Option:
    return next(one for one in question.options if one.credit <= 0)


# Shape


@spoils("shape")
def says_nothing(question: Question) -> Question | None:
    choice = isinstance(question, SingleChoice | MultipleChoice)
    return None if isinstance(question, Cloze) or choice else _with(question, question=" … ")


@spoils("shape")
def speaks_of_a_text(question: Question) -> Question | None:
    if isinstance(question, Cloze | TrueFalse):
        return None
    before = "根据本文内容，" if _is_chinese(question) else "According to the passage, "
    return _with(question, question=before + question.question[:1].lower() + question.question[1:])


@spoils("shape")
def speaks_of_a_figure(question: Question) -> Question | None:
    if isinstance(question, Cloze | TrueFalse):
        return None
    before = "如下图所示，" if _is_chinese(question) else "Look at Figure 4-1. "
    return _with(question, question=before + question.question)


@spoils("shape")
def holds_a_placeholder(question: Question) -> Question | None:
    if isinstance(question, TrueFalse):
        return None
    return _with(
        question, question=question.question + (" 【待补充】" if _is_chinese(question) else " [insert term]")
    )


@spoils("shape")
def breaks_off(question: Question) -> Question | None:
    if isinstance(question, Cloze | TrueFalse):
        return None
    stem = question.question.rstrip(".?。？")
    return _with(question, question=f"{stem}，" if _is_chinese(question) else f"{stem} and")


@spoils("shape")
def asks_instead_of_stating(question: Question) -> Question | None:
    if not isinstance(question, TrueFalse):
        return None
    return _with(
        question, question=question.question.rstrip("。.") + ("吗？" if _is_chinese(question) else "?")
    )


@spoils("shape")
def has_one_option(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice):
        return None
    return _with(question, options=[_key(question).model_dump()])


@spoils("shape")
def has_an_empty_option(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice | MultipleChoice):
        return None
    return _reworded(question, _wrong(question).id, "  ")


@spoils("shape")
def has_an_option_to_be_written(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice | MultipleChoice):
        return None
    return _reworded(
        question, _wrong(question).id, "错误选项二" if _is_chinese(question) else "Wrong option B"
    )


@spoils("shape")
def has_a_mark_without_blank(question: Question) -> Question | None:
    return _with(question, question=question.question + " ({{7}})") if isinstance(question, Cloze) else None


@spoils("shape")
def has_a_blank_without_mark(question: Question) -> Question | None:
    if not isinstance(question, Cloze):
        return None
    further = Blank(id="9", accepted=[Accepted(text="something")])
    return _with(question, blanks=[one.model_dump() for one in [*question.blanks, further]])


@spoils("shape")
def is_nothing_but_blanks(question: Question) -> Question | None:
    if not isinstance(question, Cloze) or len(question.blanks) > 1:
        return None
    return _with(question, question="{{1}}。" if _is_chinese(question) else "{{1}}.")


@spoils("shape")
def has_two_entries(question: Question) -> Question | None:
    if not isinstance(question, Ordering):
        return None
    return _with(question, entries=[one.model_dump() for one in question.entries[:2]])


@spoils("shape")
def has_one_pair(question: Question) -> Question | None:
    if not isinstance(question, Matching):
        return None
    return _with(question, pairs=[question.pairs[0].model_dump()])


@spoils("shape")
def has_no_rubric(question: Question) -> Question | None:
    return _with(question, rubric=[]) if isinstance(question, Essay) else None


# Key


@spoils("key")
def has_no_key(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice | MultipleChoice):
        return None
    return _with(question, options=[{**one.model_dump(), "credit": 0} for one in question.options])


@spoils("key")
def has_two_keys(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice):
        return None
    wrong = _wrong(question).id
    return _with(
        question,
        options=[
            {**one.model_dump(), "credit": 1 if one.id == wrong else one.credit} for one in question.options
        ],
    )


@spoils("key")
def has_nothing_wrong(question: Question) -> Question | None:
    if not isinstance(question, MultipleChoice):
        return None
    return _with(
        question,
        options=[{**one.model_dump(), "credit": 1 / len(question.options)} for one in question.options],
    )


@spoils("key")
def accepts_nothing(question: Question) -> Question | None:
    match question:
        case Cloze():
            return _with(question, blanks=[{"id": one.id, "accepted": []} for one in question.blanks])
        case ShortAnswer() | Numeric():
            return _with(question, accepted=[])
    return None


@spoils("key")
def accepts_two_numbers(question: Question) -> Question | None:
    if not isinstance(question, Numeric):
        return None
    value = question.accepted[0].value
    return _with(question, accepted=[*question.accepted, AcceptedNumber(value=value + 1)])


@spoils("key")
def accepts_nearly_all_numbers(question: Question) -> Question | None:
    if not isinstance(question, Numeric) or not (value := question.accepted[0].value):
        return None
    return _with(question, accepted=[AcceptedNumber(value=value, tolerance=value * 2)])


@spoils("key")
def has_a_distractor_that_fits(question: Question) -> Question | None:
    if not isinstance(question, Matching):
        return None
    return _with(question, distractors=[Entry(id="Z", text=f" {question.pairs[0].right.upper()} ")])


@spoils("key")
def has_the_same_entry_twice(question: Question) -> Question | None:
    if not isinstance(question, Ordering):
        return None
    return _with(question, entries=[*question.entries, Entry(id="Z", text=question.entries[0].text + "。")])


@spoils("key")
def has_the_same_left_side_twice(question: Question) -> Question | None:
    if not isinstance(question, Matching):
        return None
    first, second, *_ = question.pairs
    return _with(question, pairs=[*question.pairs, {**second.model_dump(), "id": "Z", "left": first.left}])


# Options


@spoils("options")
def has_the_key_twice(question: Question) -> Question | None:
    """Once with other punctuation."""
    if not isinstance(question, SingleChoice) or "`" in _key(question).text:
        return None
    return _reworded(
        question, _wrong(question).id, _key(question).text + ("。" if _is_chinese(question) else ".")
    )


@spoils("options")
def has_a_wrong_option_twice(question: Question) -> Question | None:
    """Once in full width."""
    if not isinstance(question, SingleChoice | MultipleChoice):
        return None
    *_, last = (one for one in question.options if one.credit <= 0)
    twin = _wrong(question)
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in twin.text)
    return None if last.id == twin.id else _reworded(question, last.id, wide + " ")


@spoils("options")
def offers_all_of_the_above(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice | MultipleChoice):
        return None
    return _reworded(
        question, _wrong(question).id, "以上都对" if _is_chinese(question) else "All of the above"
    )


@spoils("options")
def offers_none_of_them(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice):
        return None
    return _reworded(
        question, _wrong(question).id, "以上选项都不正确" if _is_chinese(question) else "None of these"
    )


# Giveaway


@spoils("giveaway")
def has_a_far_longer_key(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice):
        return None
    more = (
        "，因为这是材料中唯一明确说明并且反复强调过的情形，其余情形都不成立"
        if _is_chinese(question)
        else ", as has been established beyond any doubt by everybody who looked into it closely"
    )
    return _reworded(question, _key(question).id, _key(question).text + more)


@spoils("giveaway")
def names_the_answer(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice | ShortAnswer):
        return None
    key = _key(question).text if isinstance(question, SingleChoice) else question.accepted[0].text
    told = f"（答案：{key}）" if _is_chinese(question) else f" (Answer: {key})"
    return _with(question, question=question.question + told)


@spoils("giveaway")
def marks_the_key(question: Question) -> Question | None:
    if not isinstance(question, SingleChoice) or "`" in _key(question).text:
        return None
    return _reworded(
        question,
        _key(question).id,
        _key(question).text + ("（正确）" if _is_chinese(question) else " (correct)"),
    )


@spoils("giveaway")
def says_the_filling_elsewhere(question: Question) -> Question | None:
    if not isinstance(question, Cloze):
        return None
    filling = question.blanks[0].accepted[0].text
    more = f"可见{filling}很重要。" if _is_chinese(question) else f" So the {filling} matters."
    return _with(question, question=question.question + more)


@spoils("giveaway")
def says_the_number_before_asking(question: Question) -> Question | None:
    if (
        not isinstance(question, Numeric)
        or question.accepted[0].value < 10
        or "km/h" in question.question
        or "abs" in question.question
    ):
        return None
    value = f"{question.accepted[0].value:g}"[:7]
    exact = _with(question, accepted=[AcceptedNumber(value=float(value))])
    said = f"（{value}{question.unit}）" if _is_chinese(question) else f" ({value} {question.unit})"
    return _with(
        exact, question=question.question.rstrip("？?") + said + ("？" if _is_chinese(question) else "?")
    )


@spoils("giveaway")
def ends_with_its_verdict(question: Question) -> Question | None:
    if not isinstance(question, TrueFalse):
        return None
    verdict = ("对" if question.answer else "错") if _is_chinese(question) else str(question.answer)
    return _with(question, question=f"{question.question} ({verdict})")


@spoils("giveaway")
def numbers_its_entries(question: Question) -> Question | None:
    if (
        not isinstance(question, Ordering)
        or "5 mm" in question.entries[0].text
        or "三分" in question.entries[0].text
    ):
        return None
    return _with(
        question,
        entries=[
            {**one.model_dump(), "text": f"{number}. {one.text}"}
            for number, one in enumerate(question.entries, 1)
        ],
    )


@spoils("giveaway")
def names_the_right_side(question: Question) -> Question | None:
    if not isinstance(question, Matching) or "cargo" in question.pairs[0].left:
        return None
    first, *others = question.pairs
    said = f"{first.left}（{first.right}）" if _is_chinese(question) else f"{first.left}, {first.right}"
    return _with(question, pairs=[{**first.model_dump(), "left": said}, *others])


# Quote


@spoils("quote")
def quotes_what_nobody_wrote(question: Question) -> Question | None:
    assert question.source
    other = (
        "这句话在原来的材料里根本找不到。" if _is_chinese(question) else "This is nowhere to be found in it."
    )
    return _with(question, source={**question.source.model_dump(), "quote": other})


@spoils("quote")
def quotes_another_number(question: Question) -> Question | None:
    assert question.source
    quote = question.source.quote
    digit = next((at for at, one in enumerate(quote) if one.isdecimal()), None)
    if digit is None:
        return None
    changed = quote[:digit] + str((int(quote[digit]) + 3) % 10) + quote[digit + 1 :]
    return _with(question, source={**question.source.model_dump(), "quote": changed})


@spoils("quote")
def quotes_one_word(question: Question) -> Question | None:
    assert question.source
    quote = question.source.quote
    word = quote[:2] if _is_chinese(question) else quote.split()[0]
    return _with(question, source={**question.source.model_dump(), "quote": word})
