"""What is absent: words that refer to a text, a figure or a listing that a reader does not see.

What belongs here: how such a reference is told from what everybody knows, as `the author of Hamlet`. What
does not: what follows from it (`shape`).
"""

import re

_TEXT = (
    r"(?:(?:reading|following|given|provided|above|source|study|original) )?"
    r"(?:texts?|passages?|articles?|excerpts?|documents?|materials?|readings?|sections?|chapters?|paragraphs?"
    r"|author|source|lesson|lecture|notes|tutorial|book|handout|story|transcript)"
)
_SOURCE = rf"(?:{_TEXT}|above)\b"
_NAMED = r"(?! (?:of|on|by)\b)(?! ['\"“‘*_《])"  # `the author of …` says which one
_FIGURE = "figure|diagram|table|graph|image|picture|listing|chart|snippet|illustration|photo"
_CODE = f"code|example|program|passage|text|{_FIGURE}"
_SHOWN = (
    "mentioned|described|stated|given|listed|discussed|shown|defined|introduced|covered|presented|provided"
)
_SAYS = (
    "argue|believe|call|claim|compare|conclude|consider|cover|define|describe|emphasi[sz]e|explain|feel|give"
    "|imply|intend|introduce|list|mention|note|oppose|portray|prefer|recommend|refer|regard|say|state|suggest"
    "|support|think|try|use|view|want|warn"
)
_ENGLISH = [
    rf"\b(?:according to|based on|as per|from|in) (?:this|our) {_SOURCE}{_NAMED}",
    rf"\b(?:according to|based on|as per|judging from|as (?:\w+ in)) (?:the|that) {_SOURCE}{_NAMED}",
    rf"\b(?:{_SHOWN}|used|cited|named|explained|quoted|recommended) (?:in|by) (?:the|this) {_SOURCE}{_NAMED}",
    rf"(?:^|[.!?] )(?:in|from) the {_SOURCE}{_NAMED}"
    r"(?=,| (?:what|which|who|how|why|where|when|is|are|do|does)\b)",
    r"\bin the (?:reading passage|passage|excerpt|above|paragraph)\b(?! of\b)",
    r"\b(?:in|from|of) the (?:text|article|document|chapter|section)\s*\?",
    rf"\b(?:the|this) {_TEXT} (?:(?:{_SAYS})s?|implies|tries|discusses)\b",
    rf"\b(?:does|did|do|is|was) the {_TEXT} (?:{_SAYS}|discuss|mainly|primarily|mostly|about)\b",
    rf"\b(?:{_SHOWN}|depicted|pictured|seen) (?:above|below|earlier|previously)\b",
    rf"\b(?:{_CODE}) (?:above|below)\b",
    rf"\bthe (?:above|aforementioned|preceding|previous) (?:{_CODE}|paragraph|statement|section|chapter"
    r"|question|rule|sentence|quote|excerpt|article)s?\b",
    r"\bparagraph \d+\b",
    rf"\b(?:see|look at|study|examine|read|refer to) (?:the|this) (?:text|passage|{_FIGURE})\b(?! of\b)",
    r"\bof the above\b|\bthe above\s*[?.:,]",
    r"\bas (?:above|below|shown|seen|pictured|illustrated)\s*[,?.]",
    r"\b(?:figure|listing|table|fig\.|example|exhibit) \d+(?:[-–.]\d+)*\b",
    rf"\b(?:in|by|from) the (?:{_FIGURE.replace('|table', '')})\b(?! of\b)",
    r"\b(?:in|this|the previous|the next|the last|an earlier) (?:chapter|section)(?: \d+)?\b(?! (?:of|on)\b)",
]
_PROMISED_ENGLISH = rf"\b(?:the|this) following (?:{_CODE}|paragraph|excerpt)\b"

# What the characters before or after make another word of: 上下文, 文本文件, 论文中, 地图中.
_HAN = [
    r"(?:根据|依据|按照|依照|阅读|结合|通过)"
    r"(?:以上|上述|上面|下面|所给|给定|给出|本|该|这[篇段个]|此|课|短|原|全|前|后)?的?"
    r"(?:文章|文本|课文|短文|材料|文段|段落|原文|上文|下文|全文|文中|资料|文档|内容|章节|章|节|文)"
    r"(?!件|档|字|化|明|学|书|献|属|科|法)(?=[，,：:可的中内所来]|\s|$)",
    r"(?<!文)本[文章节课书篇段](?:中|里|主要|的|所|提到|介绍|讲|指出|认为|，|内容|作者|讨论|最后|开头)(?!件)",
    r"(?<![上以])(?:上文|下文)(?!件|档|化|字|本|学|明|书)",
    r"(?:上|下)(?:图|表)(?:中|所示|显示|里|为|是|的|，)|(?<!地)如(?:下|上)?图(?:所示|[，,：:\d])",
    r"(?:见|如|^|[，。？！\s])(?:上|下)?(?:图|表|代码清单|清单|示例)\s?\d+(?:[-–.]\d+)*",
    r"(?:^|[，。？！\s在从])图中|第[一二三四五六\d]+(?:自然)?段",
    r"(?:上述|上面|以上|前述|前面|前文)(?:这?[段篇个条些])?的?(?:代码|材料|文字|文章|内容|例子|示例|程序|段落"
    r"|描述|叙述|对话|故事|资料|短文|所述|提到|规则|图|表)",
]
# Of a work that is named, 《…》, one may ask what its author says.
_HAN_UNNAMED = [
    r"(?<![中英原论条正作译语日法德俄古散全诗杂祭碑铭骈韵白例引课公人])文中(?!国|心|间|学|子)",
    r"(?:原文|课文|文章|短文|材料|选文|上文|文段|段落|该文|此文|全文)"
    r"(?:中|里|内|提到|提及|认为|指出|所述|所说|所提|主要)(?!学)",
    r"(?:^|[，。？！\s])作者(?:认为|指出|提到|提出|主张|强调|的(?:观点|态度|看法|意图|目的|写作)|在文|举|通过"
    r"|为什么|是如何)",
    r"(?:文档|资料|教程|讲义|教材|书)(?:中|里)(?:提到|提及|指出|认为|所述|所说|介绍|描述|讲)",
]
_PROMISED_HAN = (
    r"(?:下面|以下|下列|这)(?:的|这)?[段篇](?:代码|程序|文字|短文|文章|话|对话|材料)"
    r"|(?:下面|以下|下列)的?(?:代码|程序|材料|短文)"
)

_REFERENCES = re.compile("|".join([*_ENGLISH, *_HAN]), re.IGNORECASE)
_UNNAMED = re.compile("|".join(_HAN_UNNAMED))
_PROMISED = re.compile(f"{_PROMISED_ENGLISH}|{_PROMISED_HAN}", re.IGNORECASE)
_HELD = re.compile(r"`|\n|[:：].{8}|《|[“\"「].{12}", re.DOTALL)  # the question holds what it speaks of
_ABOVE = re.compile("above|below|上述|上面|以上", re.IGNORECASE)


def reference(text: str) -> str:
    """What in the text refers to something that is not there; "" if nothing does."""
    if promised := _PROMISED.search(text):
        return "" if _HELD.search(text, promised.end()) else promised[0]
    found = _REFERENCES.search(text) or (None if "《" in text else _UNNAMED.search(text))
    if found is None or ("\n" in text and _ABOVE.search(found[0])):
        return ""
    return found[0].strip(" ，。,.?？")
