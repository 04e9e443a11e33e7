"""Words cut at a line's end: joined softly, unless the document shows that the hyphen is the word's own."""

import pytest

from freshet.documents.formats.pdf.hyphens import MARKS, SOFT, Hyphens


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize(
    ("page", "cut", "expected"),
    [
        ("", "lan|guage", f"lan{SOFT}guage"),
        ("a trace is based on", "a trace|based tree", "a trace-based tree"),
        ("over the head: overhead", "over|head", f"over{SOFT}head"),
        ("", "IEEE|754", "IEEE-754"),
        ("", "the end|", "the end-"),
        ("", "Über|\nmut", f"Über{SOFT}mut"),
    ],
)
def test_whose_a_hyphen_is(mark: str, page: str, cut: str, expected: str) -> None:
    hyphens = Hyphens()
    text = cut.replace("|", mark)
    hyphens.learn(f"{page}\n{text}")
    assert hyphens.resolve(text) == expected


def test_halves_are_not_taken_for_words() -> None:
    hyphens = Hyphens()
    hyphens.learn("com\x02\npile the com\x02\npile")
    assert hyphens.resolve("com\x02pile") == f"com{SOFT}pile"
