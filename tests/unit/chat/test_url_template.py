"""URL templates: whatever a value is, it stays where its placeholder stands."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from freshet.chat.url_template import UrlTemplate
from freshet.llm import ToolError

NASTY = st.text("./\\@:?#&=%{}[]2eEfF5cC \n\r\t\0a中。", max_size=12)
VALUES = st.one_of(
    NASTY, st.text(max_size=12), st.integers(), st.booleans(), st.floats(allow_nan=False), st.lists(NASTY)
)


def expand(template: str, **values: Any) -> str:
    return UrlTemplate(template).expand(values, {})


@given(VALUES, VALUES, VALUES)
def test_no_value_changes_host_path_or_query(segment: Any, part: Any, found: Any) -> None:
    template = "https://api.example.com:8443/v1/{segment}/x-{part}/end?q={found}&fixed=1"
    try:
        url = expand(template, segment=segment, part=part, found=found)
    except ToolError:
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "api.example.com:8443", "")
    root, version, first, second, end = parts.path.split("/")
    assert (root, version, second[:2], end) == ("", "v1", "x-", "end")
    assert not {unquote(first), unquote(second)} & {".", "..", ""}
    if isinstance(segment, str):
        assert unquote(first) == segment
    assert [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)] == ["q", "fixed"]
    # Nothing on the way to the wire reads it differently.
    sent = httpx2.URL(url)
    assert (sent.host, sent.port, sent.raw_path.decode()) == ("api.example.com", 8443, url[28:])


@given(st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=4))
def test_further_arguments_stand_in_the_query_as_they_are(more: dict[str, Any]) -> None:
    assume(not any(isinstance(value, float | bool | list) for value in more.values()))
    url = UrlTemplate("http://h/p?a=b").expand({}, more)
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert pairs == [("a", "b"), *((name, str(value)) for name, value in more.items())]
    assert urlsplit(url).path == "/p"


@pytest.mark.parametrize(
    "value", [".", "..", "", None, "../admin", "a/../../b", "..\\..\\b", "a/./b", "x/..", "%2e/.."]
)
def test_a_value_that_leads_out_of_the_path_is_refused(value: str | None) -> None:
    with pytest.raises(ToolError):
        expand("http://h/a/{value}/b", value=value)


def test_two_values_make_no_step_together() -> None:
    with pytest.raises(ToolError, match="lead out of it"):
        expand("http://h/{a}{b}/c", a=".", b=".")


@pytest.mark.parametrize(
    ("template", "values", "url"),
    [
        (
            "http://h/天气/{city}?lang=中文",
            {"city": "北京"},
            "http://h/%E5%A4%A9%E6%B0%94/%E5%8C%97%E4%BA%AC?lang=%E4%B8%AD%E6%96%87",
        ),
        ("http://h/p/{id}", {"id": "group/project"}, "http://h/p/group%2Fproject"),
        ("http://h/{a}?x=%20y", {"a": "100%"}, "http://h/100%25?x=%20y"),
        ("http://h", {}, "http://h/"),
        ("http://h?q={q}&page={page}&k=1", {"q": "a&b=c"}, "http://h/?q=a%26b%3Dc&k=1"),
        ("http://h?on={on}&n={n}", {"on": True, "n": None}, "http://h/?on=true"),
        ("http://h/a,b;c=(d)", {}, "http://h/a,b;c=(d)"),
    ],
)
def test_values_are_encoded_and_the_rest_stays(template: str, values: dict[str, Any], url: str) -> None:
    assert expand(template, **values) == url


def test_lists_are_repeated_and_objects_are_json() -> None:
    more = {"tag": ["a", "b"], "filter": {"x": 1}, "none": None}
    url = UrlTemplate("http://h").expand({}, more)
    assert parse_qsl(urlsplit(url).query) == [("tag", "a"), ("tag", "b"), ("filter", '{"x": 1}')]


def test_the_names_in_a_template_are_told() -> None:
    template = UrlTemplate("http://h/{a}/{b.c}?d={d}&{e}=1")
    assert template.in_path == {"a", "b.c"}
    assert template.names == {"a", "b.c", "d", "e"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h/p",
        "ftp://h/",
        "file:///etc/passwd",
        "http://",
        "http:///p",
        "http://:80/",
        "http://{host}/",
        "{scheme}://h/",
        "http://h:{port}/",
        "http://h{x}.example.com/",
        "http://user:password@h/",
        "http://{user}@h/",
        "http://h\\@other/",
        "http://h/#{fragment}",
        "http://h:99999/",
        "http://h:0/",
        "http://h:abc/",
        "http://[::1/",
        "http://h/{a",
        "http://h/a}",
        "http://h/{}",
        "http://h/{+a}",
        "http://h/{a{b}}",
        "http://h/a/../b",
        "http://h/./b",
        "http://h/%2e%2e/b",
        "http://h/..%2fb",
        "http://h/%zz",
        "http://h/a b",
        "http://h/a\r\nX: y",
        "http://h/\u3000",
    ],
)
def test_what_is_no_safe_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        UrlTemplate(text)
