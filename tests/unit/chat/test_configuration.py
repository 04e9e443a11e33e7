"""What may stand in a model's configuration, and what goes along with a question."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from freshet.chat.answer import options
from freshet.chat.configuration import MAX_BYTES, Model, NewModel, Params, merged

UNNAMED: tuple[dict[str, Any], ...] = (  # or of what can't be sent
    {"schema": {}},
    {"name": "a b"},
    {"name": "a", "schema": {"maximum": 2**64}},
    {"name": "a", "schema": {"title": "\ud83d"}},
)
KEY = "sk-proj-NoBodyMayReadThis0123456789"


def configured(**members: Any) -> NewModel:
    return NewModel.model_validate({"name": "a", "model": "m", **members})


def refusal(**members: Any) -> str:
    """Why it is refused: all that a client may be told, and a log may hold."""
    with pytest.raises(ValidationError) as raised:
        configured(**members)
    return str(raised.value)


def test_a_name_and_a_model_are_enough() -> None:
    new = configured()
    assert (new.provider, new.base_url, new.key, new.capabilities) == (
        "openai",
        None,
        None,
        ["chat", "tools"],
    )
    assert new.params.members() == {}


@pytest.mark.parametrize("name", ["本地的千问", "Ünï côdé", "مساعد", "a b", "gpt-4.1/mini:free"])
def test_names_are_of_any_script(name: str) -> None:
    assert configured(name=name).name == name


def test_names_that_look_the_same_are_the_same() -> None:
    assert configured(name=" Ame\u0301lie ").name == "Am\u00e9lie"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", "\ud83d", "x" * 101, 5])
def test_a_name_is_one_visible_line(name: Any) -> None:
    assert "name" in refusal(name=name)


@pytest.mark.parametrize("key", [KEY, "fk_local", "AIzaSyA", "Bearer x", "k" * 65, "0123456789abcdef" * 2])
def test_a_key_is_never_taken_for_the_name_of_one_and_never_repeated(key: str) -> None:
    said = refusal(key=key)
    assert "PUT /api/v1/secrets/{name}" in said
    assert key not in said


@pytest.mark.parametrize("key", ["my-openai-key", "OPENAI_API_KEY", "work.2"])
def test_a_key_is_named(key: str) -> None:
    assert configured(key=key).key == key


def test_a_member_for_the_key_itself_is_refused_and_not_overlooked() -> None:
    said = refusal(api_key=KEY)
    assert "as `key`" in said
    assert KEY not in said


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://host/v1", "host/v1", "http://", "https:///v1", "http://host:port/v1", "http://[::1/v1"),
        *("http://host/v1#x", "http://ho st/v1", "http://host\\@other/v1", "http://host/\nv1"),
        "http://" + "h" * 2000,
    ],
)
def test_a_base_url_is_http_to_a_host(url: str) -> None:
    assert "base_url" in refusal(base_url=url)


def test_a_password_in_a_base_url_is_refused_and_not_repeated() -> None:
    assert "hunter2" not in refusal(base_url="https://me:hunter2@host/v1")


@pytest.mark.parametrize("url", ["http://localhost:11434/v1", "https://x.azure.com/openai?api-version=1"])
def test_base_urls_may_have_ports_and_queries(url: str) -> None:
    assert configured(base_url=url).base_url == url


@pytest.mark.parametrize(
    "params",
    [
        *({"temperature": 2.1}, {"temperature": "1"}, {"temperature": float("nan")}, {"top_p": -0.1}),
        *({"max_tokens": 0}, {"max_tokens": 1.5}, {"stop": ["a"] * 5}, {"presence_penalty": 3}),
        *({"seed": 2**64}, {"seed": True}, {"reasoning_effort": ""}, {"top_k": 5}),
        *({"response_format": "text"}, {"response_format": {"type": "xml"}}, {"response_format": {}}),
        *({"response_format": {"type": "json_schema", "json_schema": named}} for named in UNNAMED),
        {"response_format": {"type": "json_schema"}},
        {"extra": {"response_format": {"type": "text"}}},
        *({"extra": {name: 1}} for name in ("model", "messages", "stream", "stream_options", "tools", "n")),
        *({"extra": {"temperature": 1}}, {"extra": {"max_completion_tokens": 1}}, {"extra": {"a": "\ud83d"}}),
    ],
)
def test_parameters_are_checked_when_they_are_saved(params: dict[str, Any]) -> None:
    assert "params" in refusal(params=params)


@pytest.mark.parametrize(
    "headers",
    [
        *({"Authorization": "x"}, {"X-Api-Key": "x"}, {"Cookie": "x"}, {"Helicone-Auth": "x"}, {"x": KEY}),
        *(
            {"Host": "x"},
            {"content-length": "1"},
            {"a b": "x"},
            {"a": "x\r\ny: z"},
            {"a": "é"},
            {"a": "1", "A": "2"},
        ),
    ],
)
def test_plain_headers_hold_no_secrets_and_break_no_requests(headers: dict[str, str]) -> None:
    said = refusal(headers=headers)
    assert "headers" in said
    assert KEY not in said


def test_a_secret_header_names_its_secret() -> None:
    assert configured(secret_headers={"Authorization": "token"}).secret_headers == {"Authorization": "token"}
    assert KEY not in refusal(secret_headers={"Authorization": KEY})
    assert "plain or secret" in refusal(headers={"x": "1"}, secret_headers={"x": "token"})


@pytest.mark.parametrize(
    "members",
    [
        *(
            {"prices": {"input": -1, "output": 1}},
            {"prices": {"input": 1}},
            {"prices": {"input": 1e400, "output": 1}},
        ),
        {"prices": {"input": 1, "output": 1, "currency": "euro"}},
        *({"capabilities": []}, {"capabilities": ["fly"]}, {"capabilities": ["chat", "chat"]}),
        *({"fallbacks": [2, 3, 4, 5, 6, 7]}, {"fallbacks": [2, 2]}, {"provider": "cohere"}, {"model": ""}),
        {"params": {"extra": {"a": "字" * (MAX_BYTES // 3)}}},
        {"files": True, "provider": "anthropic"},
    ],
)
def test_what_makes_no_sense_is_refused(members: dict[str, Any]) -> None:
    refusal(**members)


def test_files_are_for_who_says_so() -> None:
    assert configured().files is False
    assert configured(files=True).files is True
    assert "`openai`" in refusal(files=True, provider="anthropic")


def test_what_a_client_read_it_may_send_back() -> None:
    read = Model(
        id=5, name="a", model="m", params=Params(temperature=1), created_at="2026", updated_at="2026"
    )
    assert NewModel.model_validate(json.loads(read.model_dump_json())).params.temperature == 1


def test_a_calls_parameters_win() -> None:
    configured = Params(temperature=0.2, max_tokens=100)
    assert merged(configured, {"temperature": 0, "max_tokens": None, "seed": 1}) == {
        "temperature": 0,
        "max_tokens": 100,
        "seed": 1,
    }
    assert merged(
        configured, Params.model_validate({"temperature": 1, "response_format": {"type": "json_object"}})
    ) == {
        "temperature": 1,
        "max_tokens": 100,
        "response_format": {"type": "json_object"},
    }


def test_the_shape_of_an_answer_is_of_the_question_and_goes_as_it_was_written() -> None:
    schema = {"type": "object", "properties": {"城市": {"default": None}}}
    shape = {"type": "json_schema", "json_schema": {"name": "city", "schema": schema, "strict": True}}
    params = Params.model_validate({"response_format": shape})
    assert merged(params, {}) == {"response_format": shape}
    assert params.of_the_model() == {}
    assert merged(params, {"response_format": {"type": "text"}}) == {"response_format": {"type": "text"}}
    assert options(merged(params, {})) == {"response_format": shape, "extra": {}}


def test_a_bound_has_one_name_at_a_time() -> None:
    asked = {"max_completion_tokens": 7}
    assert merged(Params(max_tokens=100), asked) == asked


def test_what_only_the_model_knows_stays_at_its_endpoint() -> None:
    configured = Params(temperature=0.2, top_p=0.5, stop="END", extra={"enable_thinking": False})
    assert configured.of_the_model() == {"top_p": 0.5, "stop": "END", "enable_thinking": False}
    assert merged(configured, {}) == {"temperature": 0.2}
