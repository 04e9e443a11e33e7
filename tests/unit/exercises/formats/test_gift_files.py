"""Files: real ones, with what a reference parser made of them, and such as are none."""

import json
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest

from freshet.exercises.exercise import Exercise
from freshet.exercises.formats.gift import export, parse
from freshet.exercises.formats.gift.html import text_of
from freshet.exercises.question import (
    Matching,
    MultipleChoice,
    Numeric,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from tests.unit.exercises.formats.questions import EXERCISE

BIG = 4_000_000
LONGEST_S = 20  # some 3 s alone on a core, where quadratic time would be hours
CHANCE = random.Random(7)
GARBAGE = {
    "braces": "{",
    "pairs of braces": "{}",
    "descriptions": "x\n\n",
    "open questions": "a{\n\n",
    "answers": "a{" + "=b ~c#d" * 20_000 + "}\n\n",
    "tags": "// [tag:" + "[tag:a\\]" * 1_000 + "\n",
    "elements": "[html]" + "<a " * 30_000 + "{=b}\n\n",
    "unclosed comments": "[html]x" + "<!--" * 20_000 + "{=b}\n\n",
    "digits": "a{#" + "9" * 40_000 + "}\n\n",
    "backslashes": "\\",
    "blanks": "a{=b" + "\t " * 40_000 + "}\n\n",
    "signs": "".join(CHANCE.choices('{}~=#:%\\\n /[]ab->$."<>&;0', k=100_000)),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_four_megabytes_of_garbage_take_seconds(name: str) -> None:
    text = GARBAGE[name] * (BIG // len(GARBAGE[name]))
    begun = time.perf_counter()
    parse(text)
    assert time.perf_counter() - begun < LONGEST_S


def squeezed(text: str) -> str:
    return re.sub(r"\s*_____\s*", "_____", " ".join(text.split()))


def told(text: dict[str, str] | None) -> str:
    """A text of the reference's, which keeps HTML."""
    if text is None:
        return ""
    return squeezed(text_of(text["text"]) if text["format"] == "html" else text["text"])


def expected(question: dict[str, Any]) -> list[Any]:
    common = [question["title"] or "", told(question["stem"]), told(question["globalFeedback"])]
    choices = question.get("choices", [])
    match question["type"]:
        case "TF":
            feedback = [told(question["trueFeedback"]), told(question["falseFeedback"])]
            return ["true_false", *common, question["isTrue"], *feedback]
        case "Matching":
            pairs = [(told(pair["subquestion"]), pair["subanswer"]) for pair in question["matchPairs"]]
            return ["matching", *common, *pairs]
        case "Numerical":
            if isinstance(choices, dict):
                choices = [{"text": choices, "isCorrect": True, "weight": None, "feedback": None}]
            numbers = [choice for choice in choices if choice["text"].get("text") != "*"]
            return ["numeric", *common, *((*bounds(one["text"]), *worth(one)) for one in numbers)]
        case "MC":
            kind = "single_choice" if any(one["isCorrect"] for one in choices) else "multiple_choice"
            return [kind, *common, *((told(one["text"]), *worth(one)) for one in choices)]
        case "Short":
            return ["short_answer", *common, *((told(one["text"]), *worth(one)) for one in choices)]
    return ["essay", *common]


def bounds(number: dict[str, Any]) -> tuple[float, float]:
    if number["type"] == "high-low":
        return round(number["numberLow"], 9), round(number["numberHigh"], 9)
    off = number.get("range", 0)
    return round(number["number"] - off, 9), round(number["number"] + off, 9)


def worth(choice: dict[str, Any]) -> tuple[float, str]:
    weight = choice["weight"]
    return (
        float(choice["isCorrect"]) if weight is None else round(weight / 100, 5),
        told(choice["feedback"]),
    )


def found(question: Question) -> list[Any]:
    common = [question.type, question.title, squeezed(question.question), squeezed(question.explanation)]
    match question:
        case TrueFalse():
            feedback = [squeezed(question.feedback_wrong), squeezed(question.feedback_right)]
            return [*common, question.answer, *feedback]
        case Matching():
            pairs = [(squeezed(pair.left), pair.right) for pair in question.pairs]
            return [*common, *pairs, *(("", entry.text) for entry in question.distractors)]
        case Numeric():
            return [
                *common,
                *(
                    (
                        round(one.value - one.tolerance, 9),
                        round(one.value + one.tolerance, 9),
                        one.credit,
                        squeezed(one.feedback),
                    )
                    for one in question.accepted
                ),
            ]
        case SingleChoice() | MultipleChoice():
            given = [(one.text, one.credit, one.feedback) for one in question.options]
        case ShortAnswer():
            given = [(one.text, one.credit, one.feedback) for one in question.accepted]
        case _:
            return common
    return [
        *common,
        *((squeezed(text), round(credit, 5), squeezed(feedback)) for text, credit, feedback in given),
    ]


def real_files(shared: Path) -> list[Path]:
    return sorted((shared / "study" / "formats" / "gift" / "questions").glob("*.gift"))


def test_real_files_read_as_the_reference_reads_them(shared: Path) -> None:
    """But for what is documented: descriptions are left out, HTML is text, a gap has no blanks of its own."""
    files = real_files(shared)
    assert len(files) > 40
    for file in files:
        parsed = parse(file.read_text(encoding="utf-8"))
        reference = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        of_type = {
            type_: [one for one in reference if one["type"] == type_] for type_ in ("Category", "Description")
        }
        questions = [one for one in reference if one["type"] not in of_type]
        assert [found(one) for one in parsed.questions] == [expected(one) for one in questions], file.name
        assert [one.concepts for one in parsed.questions] == [one["tags"] or [] for one in questions], (
            file.name
        )
        named = [one for one, asked in zip(parsed.questions, questions, strict=True) if asked["id"]]
        assert [one.id for one in named] == [one["id"] for one in questions if one["id"]], file.name
        assert parsed.categories == [one["title"] for one in of_type["Category"]], file.name
        skipped = [one for one in parsed.problems if "description" in one.detail]
        assert len(skipped) == len(of_type["Description"]), file.name


def test_real_files_come_back(shared: Path) -> None:
    for file in real_files(shared):
        parsed = parse(file.read_text(encoding="utf-8"))
        named = Exercise(**{**EXERCISE.model_dump(), "title": file.stem})
        again = parse(export(named, parsed.questions, answers=True).decode())
        assert (again.questions, again.problems) == (parsed.questions, []), file.name
