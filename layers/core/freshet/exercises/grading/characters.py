"""Characters: the many shapes of one character made one. What does not belong here: words (`normal`)."""

import re
import unicodedata

from freshet.rag.han import FOLD

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_EXPONENT = re.compile(f"[{''.join(_RAISED)}]+")
_FRACTION = re.compile("[¼½¾⅐-⅞↉]")  # 1½ is not 11/2
_OTHER_DIGIT = re.compile("[^\\D0-9]")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SHAPES = FOLD | str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣", "-"),
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″〝〞「」『』", '"'),
        **dict.fromkeys("•‧・⋅∙", "·"),
        **dict.fromkeys("《》", None),
        **dict(zip("。、〜⁄", ".,~/", strict=True)),
        **dict(zip("‹›", "<>", strict=True)),  # as `rag.fences` shows a bracket to a model
        **dict(zip("≤≥≠→", ("<=", ">=", "!=", "->"), strict=True)),
    }
)


def plain(text: str, *, cased: bool = False) -> str:
    """The text in its plainest characters, blanks one at a time, lower case unless `cased`.

    Full width becomes half, traditional Chinese simplified, a raised 2 `^2`, ½ ` 1/2`.
    """
    text = _EXPONENT.sub(lambda raised: "^" + "".join(_RAISED[one] for one in raised[0]), text)
    text = _FRACTION.sub(lambda part: " " + unicodedata.normalize("NFKC", part[0]), text)
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    if not cased:
        text = unicodedata.normalize("NFKC", text.casefold())
    text = _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)
    return " ".join(seen(text).translate(_SHAPES).split())


def seen(text: str) -> str:
    """The text with a blank for whatever can't be shown: control characters, halves of characters."""
    return _CONTROL.sub(" ", text)
