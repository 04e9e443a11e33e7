"""Equations of Office documents (OMML) on one line, as people type them: (a+b)/c, x², √(y), ∑_(i=1)^n.

Only the structure is put into signs: fractions, indices, roots, sums, brackets, matrices.
What does not belong here: where equations stand (`docx_text`, `drawings`).
"""

from freshet.documents.formats.ooxml import Element, attribute, child, local

_MAX_DEPTH = 40  # of what is nested deeper, the characters
_HIGH = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_LOW = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


def linear(element: Element, depth: int = 0) -> str:
    """What an equation, or a part of one, says."""
    if depth > _MAX_DEPTH:
        return "".join(part.text or "" for part in element.iter() if local(part) == "t")
    name = local(element)
    if name == "t":
        return element.text or ""
    if name.endswith("Pr"):
        return ""

    def arm(name: str) -> str:
        found = child(element, name)
        return linear(found, depth + 1) if found is not None else ""

    if name == "f":
        return f"{_operand(arm('num'))}/{_operand(arm('den'))}"
    if name in {"sSub", "sSup", "sSubSup"}:
        return _operand(arm("e")) + _low(arm("sub")) + _high(arm("sup"))
    if name == "rad":
        return f"{_high(arm('deg'))}√{_operand(arm('e'))}"
    if name == "nary":
        return f"{_sign(element, 'chr', '∫')}{_low(arm('sub'))}{_high(arm('sup'))} {arm('e')}"
    parts = [linear(part, depth + 1) for part in element if not local(part).endswith("Pr")]
    if name == "d":
        inner = _sign(element, "sepChr", "|").join(parts)
        return _sign(element, "begChr", "(") + inner + _sign(element, "endChr", ")")
    return {"m": "; ", "eqArr": "; ", "mr": ", ", "func": " "}.get(name, "").join(parts)


def _sign(element: Element, name: str, usual: str) -> str:
    """The character that an operator or a bracket is set to."""
    found = next((child(part, name) for part in element if local(part).endswith("Pr")), None)
    value = attribute(found, "val")
    return usual if value is None else value


def _operand(text: str) -> str:
    """In brackets where it is more than a name or a number."""
    return text if text.isalnum() else f"({text})" if text else ""


def _high(text: str) -> str:
    raised = text.translate(_HIGH)
    return raised if not set(raised) & set(text) else f"^{_operand(text)}"


def _low(text: str) -> str:
    lowered = text.translate(_LOW)
    return lowered if not set(lowered) & set(text) else f"_{_operand(text)}"
