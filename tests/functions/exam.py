"""Questions of all types: what GIFT has a place for, and what a model writes."""

from typing import Any

GIFT = """// 四年级
$CATEGORY: $course$/top/水与行星

::行星::哪颗行星离太阳最近？{
    =水星#对了！
    ~金星#金星是第二颗。
    ~地球#地球是第三颗。
    ####水星八十八天绕太阳一周。
}

Which of these are gases? {~%50%oxygen#Indeed. ~%50%nitrogen ~%-100%iron#That is a metal.}

Ice floats on water.{TRUE#Have a look at a lake.#Well seen.####Its density is lower.}

写出水的化学式。{=H2O#完全正确。 =%50%HHO#写法少见。}

水在海平面上多少度沸腾？{#=100:2#正好。 =%50%90:5#差一点。}

各国的首都是哪里？{=法国 -> 巴黎 =日本 -> 东京 = -> 开罗}

说明水的循环。{####蒸发、凝结、降水。}
"""
TEXT = """Water is a compound of hydrogen and oxygen. First the sun warms the sea, then vapour rises from it,
and last it rains. Evaporation cools whatever stays behind, and so sweating cools the skin."""
CLOZE: dict[str, Any] = {
    "type": "cloze",
    "question": "Water is made of {{hydrogen}} and {{oxygen|O2}}.",
    "quote": "Water is a compound of hydrogen and oxygen.",
    "explanation": "H2O says so.",
    "concepts": ["water"],
}
ORDERING: dict[str, Any] = {
    "type": "ordering",
    "question": "Put the steps of rain in their order.",
    "quote": "First the sun warms the sea, then vapour rises from it, and last it rains.",
    "options": ["The sea gets warm", "Vapour comes up", "Drops fall"],
    "concepts": ["rain"],
}
ESSAY: dict[str, Any] = {
    "type": "essay",
    "question": "Why do we sweat?",
    "quote": "Evaporation cools whatever stays behind, and so sweating cools the skin.",
    "rubric": [
        {"criterion": "names evaporation", "points": 4},
        {"criterion": "says what cools", "points": 2},
    ],
    "answer": ["Sweat evaporates, which takes heat from the skin."],
    "concepts": ["evaporation"],
}
