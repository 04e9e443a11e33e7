from time import process_time

import pytest

from freshet.rag.claims import Claim, claims


@pytest.mark.parametrize(
    ("markers", "sources"),
    [
        ("[1]", (1,)),
        ("[1][2]", (1, 2)),
        ("[1], [2] and [3]", (1, 2, 3)),
        ("[1, 3]", (1, 3)),
        ("[1; 2]", (1, 2)),
        ("[2-4]", (2, 3, 4)),
        ("[1–2, 5]", (1, 2, 5)),
        ("[3-1]", (3,)),
        ("[1-200]", tuple(range(1, 11))),
        ("[source 1]", (1,)),
        ("[Sources 1, 2]", (1, 2)),
        ("【来源1、2】", (1, 2)),
        ("［１］", (1,)),
    ],
)
@pytest.mark.parametrize("joint", ["", " "])
def test_markers_are_read_in_the_forms_that_models_write(
    markers: str, sources: tuple[int, ...], joint: str
) -> None:
    assert list(claims(f"Cats sleep{joint}{markers}.")) == [Claim("Cats sleep", (), sources)]


def test_code_has_no_markers() -> None:
    answer = "```\nx[1]\n```\nUse `items[0]` and `rows[3]` in Python [2]. So a[1] = 5 and rows[1].name hold."
    assert [claim.sources for claim in claims(answer)] == [(2,)]


@pytest.mark.parametrize(
    ("answer", "statements"),
    [
        ("Cats sleep [1]. Dogs bark [2].", ["Cats sleep", "Dogs bark"]),
        ("猫睡觉。狗叫[1]；鸟飞【2】。", ["狗叫", "鸟飞"]),
        ("1. Cats sleep [1]\n2) Dogs bark [2]\n三、鸟飞[3]", ["Cats sleep", "Dogs bark", "鸟飞"]),
        ("According to [1] and [2], cats sleep. Dogs bark.", [", cats sleep"]),
    ],
)
def test_a_statement_is_what_stands_before_its_marker_or_else_after(
    answer: str, statements: list[str]
) -> None:
    assert [claim.statement for claim in claims(answer)] == statements


def test_a_quote_belongs_to_the_statement_that_it_ends_in() -> None:
    answer = (
        'It says "Cats sleep a lot. Dogs bark at night" [1]. "Birds never sing at all". So birds fly [2].'
    )
    assert [claim.quotes for claim in claims(answer)] == [("Cats sleep a lot. Dogs bark at night",), ()]


@pytest.mark.parametrize(
    "text", ["[1", "[1,", "`", "```", "[1] ", '"a b c d ', "‘", " 'a", "- ", "十万", "the [1] "]
)
def test_long_answers_are_read_in_linear_time(text: str) -> None:
    begun = process_time()
    list(claims(text * 4000 + '"a b c d' + " " * 20_000 + 'e" [1]'))
    assert process_time() - begun < 5  # they take a tenth of a second, what is quadratic half a minute
