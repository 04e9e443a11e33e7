"""What a question about one thing wants to know: what brings it about, what comes of it, or both."""

import re
from typing import Literal

from freshet.profile.concept import folded

Intent = Literal["causes", "effects", "both"]

# The order of the words tells 什么会导致X from X会导致什么, "what causes X" from "what does X cause".
_WHAT, _BRING = "什么|哪些|哪个|啥", "导致|引起|造成|触发|引发|带来|促使|影响"
_AUXILIARY = "does|do|did|will|would|can|could|might|may"
_VERB = "cause|lead to|trigger|bring|produce|make|precede|influence"
_VERBS = "causes?|caused|leads? to|led to|triggers?|triggered|brings?|brought|produces?|makes?|precedes?"
_CAUSES = re.compile(
    "为什么|为何|为啥|怎么会|怎么回事|原因|成因|起因|根源|前因|因为什么|由什么|由于什么"
    rf"|(?<!有)(?:{_WHAT}|谁)[^,.?!，。？！]{{0,6}}(?:{_BRING})"
    r"|\bwhy\b|\bhow come\b|\b(?:because of|due to|by) what\b|\bcauses? (?:of|for)\b"
    r"|\breasons?\b|\broot causes?\b"
    rf"|\b(?:what|which)\b(?:(?!\b(?:{_AUXILIARY}|is|are|was|were)\b)[^?.!]){{0,30}}?\b(?:{_VERBS})\b"
    rf"|\bwhat (?:{_AUXILIARY}) (?:{_VERB})\b"
    rf"|\bwhat (?:is|was) (?!caused|triggered)[^?.!]{{0,60}}\b(?:caused|triggered) by\b"
    r"|\b(?:comes?|happens?) before\b"
)
_EFFECTS = re.compile(
    rf"(?:{_BRING})[^,.?!，。？！]{{0,4}}(?:{_WHAT}|怎样)|有(?:{_WHAT}|何)?影响|的影响|后果|结果|之后|以后|然后|接着|接下来"
    "|会怎么?样|会(?:发生|出现)(?:什么|哪些|啥)|会如何|(?:如果|要是|假如|假设|一旦)(?!.{0,40}(?:为什么|为何|原因))"
    r"|\bwhat (?:happens|comes|follows|happened|would happen|will happen)\b(?! before)"
    r"|\bwhat if\b|\beffects?\b|\bconsequences?\b|\bresults? in\b|\bimpacts?\b|\bafterwards?\b|\bnext\b"
    rf"|\b(?:what|which)\b[^?.!]{{0,60}}\b(?:{_AUXILIARY}) (?!(?:{_VERB})\b)[^?.!]{{0,60}}\b(?:{_VERB})\b"
    r"|\bwhat (?:is|are|was|were|gets?) (?:caused|triggered|brought about) by\b"
)
_ROOT = re.compile(
    r"根本|根源|根因|源头|最终|链|\broot\b|\borigins?\b|\boriginally\b|\bultimate(?:ly)?\b|\bchains?\b"
)


def intent(question: str) -> Intent:
    """Which side of a thing the question is about."""
    text = folded(question)
    causes, effects = bool(_CAUSES.search(text)), bool(_EFFECTS.search(text))
    if causes == effects:
        return "both"
    return "causes" if causes else "effects"


def asks_far(question: str) -> bool:
    """Whether causes of causes are wanted, too: the root of something, a chain."""
    return bool(_ROOT.search(folded(question)))
