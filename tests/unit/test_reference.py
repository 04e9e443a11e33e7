from html.parser import HTMLParser

from freshet.reference import document, page
from infra.openapi import PUBLIC

VOID = {"meta", "br", "td", "th", "tr", "p"}  # HTML lets these close by themselves


class Outline(HTMLParser):
    """The page's text, its links, and the tags that were left open or closed wrongly."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline() -> Outline:
    found = Outline()
    found.feed(page())
    found.close()
    return found


def text() -> str:
    return " ".join("".join(outline().text).split())


def test_the_page_is_sound_html_and_loads_nothing() -> None:
    found = outline()
    assert (found.open, found.wrong) == ([], [])
    assert found.loaded == ["openapi.json"]


def test_every_operation_is_shown_with_what_it_takes() -> None:
    shown = text()
    for path, operations in document()["paths"].items():
        for verb, operation in operations.items():
            assert f"{verb.upper()} {path} {operation['summary']}" in shown
            for parameter in operation.get("parameters", []):
                assert parameter["name"] in shown


def test_public_operations_are_marked() -> None:
    public = [
        path
        for path, operations in document()["paths"].items()
        for operation in operations.values()
        if operation.get("security") == []
    ]
    assert set(public) == PUBLIC
    assert text().count("public") == len(public)


def test_the_events_of_a_stream_are_shown_one_by_one() -> None:
    shown = text()
    for line in ("— started", "run_id: string", "— content", "content: string", "done: False", "— error"):
        assert line in shown


def test_bodies_show_types_choices_and_what_may_be_left_out() -> None:
    shown = page()
    assert "filename: string\n" in shown
    assert "kind?: &#x27;material&#x27; | &#x27;doc&#x27;" in shown
    assert "content_type?: string | null" in shown
    assert "tags?: [string]" in shown
    assert "  content: string" in shown  # inside `history`


def test_parameters_show_types_defaults_and_what_may_be_left_out() -> None:
    assert "limit?queryinteger = 50" in text()


def test_bodies_that_may_be_left_out_show_their_members_and_an_example() -> None:
    shown = text()
    assert "gap_minutes?: integer = 30" in shown
    assert "For example" in shown


def test_descriptions_are_text_and_no_markup() -> None:
    shown = text()
    found = [
        operation["description"]
        for operations in document()["paths"].values()
        for operation in operations.values()
        if "description" in operation
    ]
    assert found
    assert all(" ".join(description.split()) in shown for description in found)
