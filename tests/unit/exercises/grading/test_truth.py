"""True and false, as people say it."""

import pytest

from freshet.exercises.grading.truth import truth


@pytest.mark.parametrize("text", ["true", "True.", " T ", "Ｙes", "ok", "对", "對的。", "正确", "√", "没错"])
def test_what_says_true(text: str) -> None:
    assert truth(text) is True


@pytest.mark.parametrize(
    "text", ["false", "F", "no", "Incorrect.", "错", "錯誤", "不对", "不是。", "×", "❌"]
)
def test_what_says_false(text: str) -> None:
    assert truth(text) is False


@pytest.mark.parametrize("text", ["", "maybe", "not true", "真的假的", "true false", "2"])
def test_what_says_neither(text: str) -> None:
    assert truth(text) is None
