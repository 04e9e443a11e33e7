import pytest

from freshet.errors import Unavailable
from freshet.stores.aws import Service
from freshet.stores.secrets import Secrets
from tests.stack import Stack


async def test_a_secret_is_decrypted_and_then_remembered(cloud: Stack) -> None:
    ssm = cloud.aws.client("ssm")
    ssm.put_parameter(Name="/freshet/model-key", Value="sk-1", Type="SecureString", Overwrite=True)
    secrets = Secrets(Service("ssm", "secrets"))
    assert await secrets.get("/freshet/model-key") == "sk-1"
    ssm.put_parameter(Name="/freshet/model-key", Value="sk-2", Type="SecureString", Overwrite=True)
    assert await secrets.get("/freshet/model-key") == "sk-1"


async def test_a_missing_secret_is_named_to_the_operator_only(
    cloud: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Unavailable) as caught:
        await Secrets(Service("ssm", "secrets")).get("/freshet/none")
    assert caught.value.part == "secrets"
    assert "/freshet/none" not in caught.value.detail
