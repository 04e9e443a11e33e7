import pytest

from freshet.errors import FreshetError
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


async def test_a_missing_secret_is_named(cloud: Stack) -> None:
    with pytest.raises(FreshetError, match="/freshet/none"):
        await Secrets(Service("ssm", "secrets")).get("/freshet/none")
