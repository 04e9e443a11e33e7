"""Truth: the words and marks that say true or false. What does not belong here: whether they are right."""

from freshet.exercises.grading.normal import fold

_TRUE = "true t yes y right correct 1 ok 对 對 对的 是 是的 正确 正确的 没错 真 √ ✓ ✔ ☑ ✅ ○ 〇"
_FALSE = "false f no n wrong incorrect 0 错 錯 错的 否 不是 不对 不 错误 错误的 不正确 假 × ✗ ✘ ✕ ✖ ☒ ❌ x"
_TRUTH = {fold(word): True for word in _TRUE.split()} | {fold(word): False for word in _FALSE.split()}


def truth(text: str) -> bool | None:
    """What the text says; None if it says neither."""
    return _TRUTH.get(fold(text))
