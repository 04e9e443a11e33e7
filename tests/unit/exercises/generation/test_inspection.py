"""Hundreds of scripted drafts, inspected with a model on loopback that understands each as it was meant:
every good one passes, and every spoiled one is dropped by the rule that is there for it."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from freshet.exercises.generation.draft import Draft
from freshet.exercises.generation.inspection import Brief, Inspector, Verdict
from freshet.exercises.material.sections import Piece, Section
from freshet.exercises.question import (
    Cloze,
    Essay,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from freshet.llm import LLMClient
from freshet.llm.writer import Writer
from tests.unit.exercises.gate.good import QUESTIONS, others_than, source_of
from tests.unit.exercises.gate.spoiling import SPOILINGS, spoiled
from tests.unit.exercises.generation.examiner import Said, examiner

MOST_OF_A_WAY = 5  # drafts that are spoiled in the same way, of a language
HEALED = {  # by how a draft becomes a question
    "has_an_empty_option",
    "has_a_mark_without_blank",
    "has_a_blank_without_mark",
    "has_a_distractor_that_fits",
}
ALSO = {"accepts_nothing": "shape"}  # {{}} is no blank


def draft_of(question: Question) -> Draft:
    """What a model would have written for it."""
    written: dict[str, Any] = {"type": question.type, "question": question.question}
    match question:
        case SingleChoice() | MultipleChoice():
            written["options"] = [one.text for one in question.options]
            written["answer"] = [one.text for one in question.options if one.credit > 0]
        case TrueFalse():
            written["answer"] = [str(question.answer).lower()]
        case Cloze():
            for blank in question.blanks:
                answers = "|".join(one.text for one in blank.accepted)
                written["question"] = written["question"].replace(
                    f"{{{{{blank.id}}}}}", f"{{{{{answers}}}}}", 1
                )
        case ShortAnswer():
            written["answer"] = [one.text for one in question.accepted]
        case Numeric():
            written["answer"] = [str(one.value) for one in question.accepted]
            written["tolerance"] = max((one.tolerance for one in question.accepted), default=0)
            written["unit"] = question.unit
        case Matching():
            written["pairs"] = [{"left": pair.left, "right": pair.right} for pair in question.pairs]
            written["options"] = [entry.text for entry in question.distractors]
        case Ordering():
            written["options"] = [entry.text for entry in question.entries]
        case Essay():
            written["rubric"] = [{"criterion": one.text, "points": one.points} for one in question.rubric]
    quote = question.source.quote if question.source else ""
    return Draft(**written, quote=quote)


def key(draft: Draft, said: Said) -> list[str]:
    """The answer that the draft's author means, as somebody gives it who sees the question alone."""
    match draft.type:
        case "cloze":
            return [answers.split("|")[0] for answers in re.findall(r"\{\{(.+?)\}\}", draft.question)]
        case "matching":
            right = {pair.left: pair.right for pair in draft.pairs}
            ids = {entry["text"]: entry["id"] for entry in said["right"]}
            return [ids[right[entry["text"]]] for entry in said["left"]]
        case "ordering":
            ids = {entry["text"]: entry["id"] for entry in said["entries"]}
            return [ids[text] for text in draft.options]
        case _:
            return draft.answer


async def inspected(drafts: Sequence[tuple[Draft, Section, list[Question]]]) -> list[Verdict]:
    """What becomes of each; nothing can be mended, and every question is understood as it was meant."""
    verdicts = []
    for draft, section, others in drafts:
        async with (
            examiner(knows=partial(key, draft)) as model,
            LLMClient(base_url=model.url, model="scripted") as client,
        ):
            inspector = Inspector(Writer(client, 1), Brief("Facts"))
            verdicts.append(await inspector.inspect(draft, section, others))
    return verdicts


@pytest.mark.parametrize("language", QUESTIONS)
async def test_no_good_one_is_dropped(language: str) -> None:
    questions = QUESTIONS[language]
    section = Section(pieces=[Piece(text=source_of(questions))])
    verdicts = await inspected([(draft_of(one), section, others_than(one, questions)) for one in questions])
    assert [verdict.faults for verdict in verdicts] == [()] * len(questions)
    assert [verdict.question and verdict.question.type for verdict in verdicts] == [
        one.type for one in questions
    ]


@pytest.mark.parametrize("language", QUESTIONS)
async def test_every_spoiled_one_is_dropped_by_its_rule(language: str) -> None:
    questions = QUESTIONS[language]
    section = Section(pieces=[Piece(text=source_of(questions))])
    taken: Counter[str] = Counter()
    expected, cases = [], []
    for question in questions:
        for spoiling, bad in spoiled(question):
            if spoiling.name not in HEALED and taken[spoiling.name] < MOST_OF_A_WAY:
                taken[spoiling.name] += 1
                expected.append((spoiling.name, True, {ALSO.get(spoiling.name, spoiling.rule)}))
                cases.append((draft_of(bad), section, others_than(question, questions)))
    assert len(cases) > 120
    assert set(taken) == {one.name for one in SPOILINGS} - HEALED
    assert [
        (name, verdict.question is None, {fault.rule for fault in verdict.faults})
        for (name, *_), verdict in zip(expected, await inspected(cases), strict=True)
    ] == expected


@pytest.mark.parametrize("language", QUESTIONS)
async def test_what_is_there_already_is_dropped(language: str) -> None:
    questions = QUESTIONS[language]
    section = Section(pieces=[Piece(text=source_of(questions))])
    verdicts = await inspected([(draft_of(one), section, questions) for one in questions])
    assert {
        (verdict.question is None, *(fault.rule for fault in verdict.faults)) for verdict in verdicts
    } == {(True, "duplicate")}
