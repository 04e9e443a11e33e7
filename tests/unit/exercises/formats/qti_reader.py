"""QTI 2.1 as a delivery engine takes it: the items of a package, and what a response to one scores."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NAMESPACES = re.compile(r"^\{[^}]*\}")

Response = Mapping[str, Any]  # by the identifier of the response: a text, or a list of them


@dataclass(frozen=True)
class Package:
    manifest: Element
    test: Element
    items: dict[str, "Item"]  # by identifier, in the order of the test


def opened(data: bytes) -> Package:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        files = {name: _parsed(archive.read(name)) for name in archive.namelist()}
    manifest = files["imsmanifest.xml"]
    resources = {one.get("identifier"): one for one in manifest.iter("resource")}
    assert {one.get("href") for one in resources.values()} == files.keys() - {"imsmanifest.xml"}
    test = next(one for one in resources.values() if one.get("type") == "imsqti_test_xmlv2p1")
    named = [one.get("identifierref") for one in test.iter("dependency")]
    root = files[test.get("href", "")]
    references = {one.get("identifier", ""): one.get("href", "") for one in root.iter("assessmentItemRef")}
    assert named == list(references)
    assert all(resources[id_].get("type") == "imsqti_item_xmlv2p1" for id_ in references)
    return Package(manifest, root, {id_: Item(files[href]) for id_, href in references.items()})


def _parsed(data: bytes) -> Element:
    root = ElementTree.fromstring(data)
    for element in root.iter():
        element.tag = _NAMESPACES.sub("", element.tag)
    return root


class Item:
    def __init__(self, root: Element) -> None:
        assert root.tag == "assessmentItem"
        self.root = root
        self.responses = {one.get("identifier", ""): one for one in root.iter("responseDeclaration")}
        asked = [one.get("responseIdentifier", "") for one in root.iter() if one.get("responseIdentifier")]
        assert sorted(asked) == sorted(self.responses)
        for name in ("identifier", "outcomeIdentifier", "responseIdentifier"):
            assert all(IDENTIFIER.fullmatch(one.get(name, "_")) for one in root.iter())

    def texts(self, tag: str) -> list[str]:
        return [text(one) for one in self.root.iter(tag)]

    def key(self, response: str = "RESPONSE") -> list[str]:
        return [one.text or "" for one in self.responses[response].findall("correctResponse/value")]

    def right(self) -> Response:
        """What the item itself says is right."""
        single = {id_: one.get("cardinality") == "single" for id_, one in self.responses.items()}
        return {id_: self.key(id_)[0] if alone else self.key(id_) for id_, alone in single.items()}

    def score(self, response: Response) -> float:
        return float(self._outcomes(response).get("SCORE", 0))

    def feedback(self, response: Response) -> list[str]:
        shown = self._outcomes(response).get("FEEDBACK") or []
        return [text(one) for one in self.root.iter("modalFeedback") if one.get("identifier") in shown]

    def _outcomes(self, response: Response) -> dict[str, Any]:
        outcomes: dict[str, Any] = {}
        processing = self.root.find("responseProcessing")
        if processing is not None and (template := processing.get("template")):
            name = template.removeprefix(TEMPLATES)
            right = response.get("RESPONSE") == self._value(
                Element("correct", identifier="RESPONSE"), response, {}
            )
            outcomes["SCORE"] = self._mapped("RESPONSE", response) if name == "map_response" else float(right)
            assert name in {"map_response", "match_correct"}
        elif processing is not None:
            self._apply(list(processing), response, outcomes)
        return outcomes

    def _apply(self, rules: Sequence[Element], response: Response, outcomes: dict[str, Any]) -> None:
        for rule in rules:
            if rule.tag == "setOutcomeValue":
                outcomes[rule.get("identifier", "")] = self._value(rule[0], response, outcomes)
                continue
            assert rule.tag == "responseCondition"
            for branch in rule:
                test, then = (
                    (None, list(branch)) if branch.tag == "responseElse" else (branch[0], list(branch)[1:])
                )
                if test is None or self._value(test, response, outcomes):
                    self._apply(then, response, outcomes)
                    break

    def _value(self, of: Element, response: Response, outcomes: Mapping[str, Any]) -> Any:
        name = of.get("identifier", "")
        if of.tag == "variable":
            return response.get(name, outcomes.get(name))
        if of.tag == "correct":
            values = self.key(name)
            return values[0] if self.responses[name].get("cardinality") == "single" else values
        if of.tag == "baseValue":
            return float(of.text or "") if of.get("baseType") == "float" else of.text or ""
        if of.tag == "mapResponse":
            return self._mapped(name, response)
        return _OPERATORS[of.tag](of, [self._value(one, response, outcomes) for one in of])

    def _mapped(self, name: str, response: Response) -> float:
        mapping = self.responses[name].find("mapping")
        assert mapping is not None
        said = response.get(name) or []
        total = 0.0
        for value in [said] if isinstance(said, str) else said:
            for entry in mapping:
                key, same = entry.get("mapKey", ""), entry.get("caseSensitive") != "false"
                if key == value if same else key.casefold() == value.casefold():
                    total += float(entry.get("mappedValue", ""))
                    break
        return min(max(total, float(mapping.get("lowerBound", ""))), float(mapping.get("upperBound", "")))


def text(element: Element) -> str:
    """The text of the element, with its line ends."""
    parts = [element.text or ""]
    for child in element:
        parts += ["\n" if child.tag == "br" else text(child), child.tail or ""]
    return "".join(parts)


def _equal(of: Element, values: Sequence[Any]) -> bool:
    if values[0] is None:
        return False
    tolerance = float((of.get("tolerance") or "0").split()[0])
    assert (of.get("toleranceMode") == "absolute") == bool(tolerance)
    return bool(abs(float(values[0]) - values[1]) <= tolerance)


def _multiple(of: Element, values: Sequence[Any]) -> list[Any]:
    return [
        one for value in values for one in (value if isinstance(value, list) else [value]) if one is not None
    ]


_OPERATORS: dict[str, Any] = {
    "match": lambda of, values: values[0] is not None and values[0] == values[1],
    "member": lambda of, values: values[0] in (values[1] or []),
    "isNull": lambda of, values: not values[0],
    "stringMatch": lambda of, values: (values[0] or "").casefold() == values[1].casefold(),
    "patternMatch": lambda of, values: bool(re.fullmatch(of.get("pattern", ""), values[0] or "", re.DOTALL)),
    "equal": _equal,
    "multiple": _multiple,
    "sum": lambda of, values: sum(values),
    "divide": lambda of, values: values[0] / values[1],
}
