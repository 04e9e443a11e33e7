"""Kinds of questions, what their answers look like, and words that mean about the same.

Small tables on purpose: they sharpen the extraction, they are no dictionary.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.model.text import normalise, stem, terms

_NUMBER = re.compile(
    r"\d|[一二两三四五六七八九十百千万亿半]\s*(?:[个天年月日次人元米岁部种名位成倍分时周期所家座条百千万亿]|小时)"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred|thousand|million|billion|half|dozen|none|twice|once)\b"
)
_DATE = re.compile(
    r"\b\d{3,4}s?\b|\d+:\d\d|\b\d{1,2}(?:st|nd|rd|th)\b"
    r"|\d+\s*[年月日号点时]|世纪|星期|周[一二三四五六日]|[春夏秋冬]季|[一二三四五六七八九十]+月"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|monday"
    r"|tuesday|wednesday|thursday|friday|saturday|sunday|century|spring|summer|autumn|winter|today|morning)\b"
)
_PLACE = re.compile(
    r"\b(?:in|at|on|near|from|to)\s+(?:the\s+)?[A-Z]"
    r"|[省市县区州国洲岛山河路街村镇港湾]|位于|坐落"
)
_REASON = re.compile(
    r"\b(?:because|since|due to|so that|in order to|as a result|caused|reason|therefore)\b"
    r"|因为|由于|因此|以便|为了|导致|原因|所以|从而"
)
_NAME = re.compile(
    r"(?<=[a-z,;] )[A-Z][\w'-]+|^[A-Z][\w'-]+ (?:[A-Z]|was|is)"
    r"|[·・•]|先生|女士|教授|博士|[\u4e00-\u9fff]{2,4}(?:说|认为|表示|提出|发现|创建|发明|指出)"
)
_COPULA = re.compile(r"\b(?:is|are|was|means|refers to)\b|是|指|为")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question: how it is asked, and whether a sentence could answer it."""

    asks: re.Pattern[str]
    fits: Callable[[str, str], bool]


def _folded(pattern: re.Pattern[str]) -> Callable[[str, str], bool]:
    return lambda sentence, question: bool(pattern.search(normalise(sentence)))


def _as_written(pattern: re.Pattern[str]) -> Callable[[str, str], bool]:
    return lambda sentence, question: bool(pattern.search(sentence))


def _defines(sentence: str, question: str) -> bool:
    """Whether the sentence begins with what is asked about and says what that is."""
    head, *rest = _COPULA.split(normalise(sentence), maxsplit=1)
    asked = set(terms(question))
    return bool(rest and asked) and len(head) < 80 and 2 * len(asked & set(terms(head))) >= len(asked)


# The first that fits counts.
_KINDS = (
    Kind(
        re.compile(
            r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|time)\b"
            r"|何时|什么时候|什么时间|哪一?[年天]|几[月号点]|年份|日期"
        ),
        _folded(_DATE),
    ),
    Kind(
        re.compile(
            r"\bhow (?:many|much|long|often|old|far|tall|big|large|high)\b"
            r"|\bwhat (?:percent\w*|number|amount|proportion)\b|多[少长久大高远]|几|百分之"
        ),
        _folded(_NUMBER),
    ),
    Kind(re.compile(r"\bwhy\b|\bwhat (?:caused|reason)\b|为什么|为何|原因|因何"), _folded(_REASON)),
    Kind(
        re.compile(
            r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|region|location)\b"
            r"|哪里|哪儿|在哪|何处|什么地方|哪个(?:城市|国家|地区|省)|哪一?[国省市州]"
        ),
        _as_written(_PLACE),
    ),
    Kind(re.compile(r"\bwho(?:m|se)?\b|谁|何人|哪位|什么人"), _as_written(_NAME)),
    Kind(
        re.compile(r"^\s*what (?:is|are|does)\b|\bdefin|\bmeaning\b|是什么|什么是|的定义|指什么|含义"),
        _defines,
    ),
)

_SAME = (
    "vacation holiday leave",
    "employee staff worker personnel",
    "salary pay wage compensation",
    "price cost fee charge",
    "begin start commence",
    "end finish stop terminate",
    "buy purchase acquire",
    "allow permit let",
    "need require must",
    "help support assist",
    "error fault failure bug",
    "make create build produce",
    "founder found establish",
    "die death dead",
    "born birth",
    "author write written wrote",
    "remote home telework",
    "refund reimburse reimbursement",
    "big large size",
    "fast quick speed",
    "假期 年假 休假 放假",
    "员工 职工 雇员",
    "工资 薪水 薪资 薪酬",
    "价格 费用 价钱 收费",
    "开始 开工 启动",
    "购买 采购",
    "允许 准许",
    "成立 创立 创办 创建 建立",
    "作者 撰写 著作",
    "位于 坐落",
    "退款 退货 报销",
)
_GROUPS = [frozenset(stem(word) for word in group.split()) for group in _SAME]
_SYNONYMS = {term: group - {term} for group in _GROUPS for term in group}


def kind_of(question: str) -> Kind | None:
    """The kind of a question, if it is one of those we know."""
    folded = normalise(question)
    return next((kind for kind in _KINDS if kind.asks.search(folded)), None)


def synonyms(term: str) -> frozenset[str]:
    """Other terms for about the same."""
    return _SYNONYMS.get(term, frozenset())
