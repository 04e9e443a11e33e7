import tomllib

import pytest

from freshet.console.configuration import SignIn, configuration
from freshet.errors import Unavailable
from freshet.settings import settings
from tests.stack import ROOT, Stack

PARAMETER = "/freshet/tests/console-client-of-configuration"


@pytest.fixture
def deployed(cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack with sign-in pages, before its app client is made."""
    monkeypatch.setenv("SIGN_IN_URL", "https://freshet.auth.eu-central-1.amazoncognito.com/")
    monkeypatch.setenv("CONSOLE_CLIENT_PARAMETER", PARAMETER)
    monkeypatch.setenv("UPLOAD_ORIGIN", "https://bucket.s3.eu-central-1.amazonaws.com")
    monkeypatch.setenv("MODEL_NAME", "通义千问")
    settings.cache_clear()  # cloud has read it
    return cloud


async def test_without_sign_in_pages_nobody_signs_in_and_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SIGN_IN_URL", "UPLOAD_ORIGIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CONSOLE_CLIENT_PARAMETER", PARAMETER)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    found = await configuration()
    settings.cache_clear()
    assert (found.sign_in, found.upload_origin) == (None, None)
    assert found.version == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


async def test_the_console_is_told_where_to_sign_in_and_as_what(deployed: Stack) -> None:
    assert (await configuration()).sign_in is None
    ssm = deployed.aws.client("ssm")
    ssm.put_parameter(Name=PARAMETER, Value="4d8f", Type="String")
    found = await configuration()
    ssm.delete_parameter(Name=PARAMETER)
    url = "https://freshet.auth.eu-central-1.amazoncognito.com"
    assert found.sign_in == SignIn(url=url, client_id="4d8f")
    assert (found.model, found.upload_origin) == (
        "通义千问",
        "https://bucket.s3.eu-central-1.amazonaws.com",
    )


async def test_a_parameter_store_that_is_down_is_named(
    deployed: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unavailable) as down:
        await configuration()
    assert (down.value.status, down.value.part) == (503, "secrets")
