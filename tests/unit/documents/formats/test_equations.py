"""Equations on one line."""

from xml.etree import ElementTree

import pytest

from freshet.documents.formats.equations import linear


def m(name: str, *inner: str) -> str:
    return f"<{name}>{''.join(inner)}</{name}>"


def r(text: str) -> str:
    return f"<r><t>{text}</t></r>"


def properties(name: str, **values: str) -> str:
    return m(name, *(f'<{key} val="{value}"/>' for key, value in values.items()))


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (m("f", m("num", r("a+b")), m("den", r("c"))), "(a+b)/c"),
        (r("E=m") + m("sSup", m("e", r("c")), m("sup", r("2"))), "E=mc²"),
        (m("sSub", m("e", r("x")), m("sub", r("max"))), "x_max"),
        (m("sSubSup", m("e", r("a")), m("sub", r("1")), m("sup", r("k+1"))), "a₁^(k+1)"),
        (m("rad", m("deg"), m("e", r("x+1"))), "√(x+1)"),
        (
            m("nary", properties("naryPr", chr="∑"), m("sub", r("i=1")), m("sup", r("n")), m("e", r("i"))),
            "∑_(i=1)ⁿ i",
        ),
        (m("d", m("e", r("a")), m("e", r("b"))), "(a|b)"),
        (m("d", properties("dPr", begChr="[", endChr="]"), m("e", r("x"))), "[x]"),
        (
            m("m", m("mr", m("e", r("1")), m("e", r("0"))), m("mr", m("e", r("0")), m("e", r("1")))),
            "1, 0; 0, 1",
        ),
        (m("func", m("fName", r("sin")), m("e", r("θ"))), "sin θ"),
    ],
)
def test_structure_becomes_signs(xml: str, expected: str) -> None:
    assert linear(ElementTree.fromstring(m("oMath", xml))) == expected


def test_endless_nesting_keeps_its_characters() -> None:
    element = ElementTree.fromstring("<f><num>" * 3_000 + r("x") + "</num></f>" * 3_000)
    assert "x" in linear(element)
