"""How Moodle reads a GIFT question (question/format/gift/format.php), as far as it tells what was meant."""

import re
from dataclasses import dataclass, field

_PLACEHOLDERS = {r"\:": "\x01", r"\#": "\x02", r"\=": "\x03", r"\{": "\x04", r"\}": "\x05"}
_PLACEHOLDERS |= {r"\~": "\x06", r"\n": "\x07"}
_MARKER = re.compile(r"\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"%-*\d{1,3}(?:\.\d*)?%")


@dataclass
class Read:
    """`answers` are what stands after each sign: weight, text, feedback; of pairs both sides."""

    type: str
    name: str
    text: str
    general: str
    answers: list[tuple[str, ...]] = field(default_factory=list)


def read(block: str) -> Read:
    lines = [line for line in block.split("\n") if not line.strip().startswith("//")]
    text = "\n".join(lines).strip().replace("\\\\", "\x00")
    for escape, placeholder in _PLACEHOLDERS.items():
        text = text.replace(escape, placeholder)
    text = text.replace("\x00", "\\")
    name = ""
    if text.startswith("::"):
        name, text = text[2:].split("::", 1)
    begin, end = text.index("{"), text.index("}")
    answers, general = text[begin + 1 : end].strip(), ""
    gap = "" if text.endswith("}") else "_____"
    text = text[:begin] + gap + text[end + 1 :]
    if "####" in answers:
        answers, general = (part.strip() for part in answers.rsplit("####", 1))
    found = Read(_type(answers), _meant(name), _meant(text), _meant(general))
    found.answers = _answers(found.type, answers)
    return found


def _type(answers: str) -> str:
    if not answers:
        return "essay"
    if answers.startswith("#"):
        return "numerical"
    if "~" in answers:
        return "multichoice"
    if "=" in answers and "->" in answers:
        return "match"
    word = answers.partition("#")[0].strip()
    return "truefalse" if word in {"T", "TRUE", "F", "FALSE"} else "shortanswer"


def _answers(type_: str, answers: str) -> list[tuple[str, ...]]:
    if type_ == "match":
        pairs = [answer.strip().split("->", 1) for answer in answers.split("=")[1:]]
        return [(_meant(left), _meant(right, marked=False)) for left, right in pairs]
    if type_ in {"essay", "truefalse"}:
        return [tuple(_meant(part) for part in answers.split("#", 2))]
    sign = "~" if type_ == "multichoice" else "="
    given = answers.replace("=", "~=") if sign == "~" else answers.removeprefix("#")
    return [_answer(answer.strip()) for answer in given.strip().split(sign)[1:]]


def _answer(answer: str) -> tuple[str, ...]:
    weight = "100" if answer.startswith("=") else ""
    answer = answer.removeprefix("=")
    if not weight and (found := _WEIGHT.match(answer)):
        weight, answer = found[0].strip("%"), answer[found.end() :]
    text, _, feedback = answer.partition("#")
    return weight, _meant(text), _meant(feedback)


def _meant(text: str, *, marked: bool = True) -> str:
    text = text.strip()
    if marked and (marker := _MARKER.match(text)):
        text = text[marker.end() :]
    for escape, placeholder in _PLACEHOLDERS.items():
        text = text.replace(placeholder, "\n" if escape == r"\n" else escape[1])
    return text.strip()
