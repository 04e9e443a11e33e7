"""Grades of answers by a rubric: a criterion is met as far as a sentence of the answer holds its terms."""

import json
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.text import language, sentences, terms

_MET, _PARTLY = 0.6, 0.3  # shares of a criterion's terms in one sentence of the answer
_SAID_OF_ALL = {"state", "say", "explain", "name", "mention", "说明", "明了", "指出", "提到"}
_SAYS = {
    "en": {
        "met": "The answer says so.",
        "partly": "The answer says part of it.",
        "missing": "The answer does not say it.",
        "all": "The answer covers what the rubric asks for.",
        "some": "The answer has {} of {} points. Read again what the material says about the rest.",
    },
    "zh": {
        "met": "回答提到了这一点。",
        "partly": "回答只提到了一部分。",
        "missing": "回答没有提到这一点。",
        "all": "回答涵盖了评分标准的各项要求。",
        "some": "共 {1} 项要求，回答做到了 {0} 项。其余部分请再读一遍材料。",
    },
}


def judged(prompt: Prompt) -> dict[str, Any]:
    """`{"criteria": [...], "feedback": …}` of the answer in the prompt."""
    answer = prompt.fenced("answer")
    says = _SAYS[language(prompt.fenced("question") or answer)]
    try:
        rubric = json.loads(prompt.fenced("rubric"))
    except ValueError:
        rubric = []
    criteria = [_judge(one, answer, says) for one in rubric if isinstance(one, dict)]
    met = sum(one["points"] > 0 for one in criteria)
    summary = says["all"] if criteria and met == len(criteria) else says["some"].format(met, len(criteria))
    return {"criteria": criteria, "feedback": summary}


def _judge(criterion: dict[str, Any], answer: str, says: dict[str, str]) -> dict[str, Any]:
    wanted = {term for term in terms(str(criterion.get("text", ""))) if term not in _SAID_OF_ALL}
    best, share = "", 0.0
    for sentence in sentences(answer):
        found = len(wanted & set(terms(sentence))) / max(1, len(wanted))
        if found > share:
            best, share = sentence, found
    points = float(criterion.get("points") or 0)
    earned = points if share >= _MET else points / 2 if share >= _PARTLY else 0.0
    outcome = "met" if share >= _MET else "partly" if share >= _PARTLY else "missing"
    quote = best if earned else ""
    return {"id": str(criterion.get("id")), "points": earned, "quote": quote, "comment": says[outcome]}
