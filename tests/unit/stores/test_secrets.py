from datetime import datetime

import pytest

from freshet.errors import Conflict, Invalid, NotFound, Unavailable
from freshet.ids import new_id
from freshet.stores import secrets as module
from freshet.stores.aws import Service
from freshet.stores.secrets import OwnerSecrets, SecretNames, Secrets
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


@pytest.fixture
def prefix() -> str:
    """A path that nothing is below yet."""
    return f"/freshet/{new_id()}/owners"


@pytest.fixture
def me() -> str:
    """An owner who has no secrets yet."""
    return f"me-{new_id()}"


def owners_secrets(cloud: Stack, prefix: str) -> OwnerSecrets:
    names = SecretNames(Service("dynamodb", "table"), cloud.outputs["KeysTableName"])
    return OwnerSecrets(Service("ssm", "secrets"), prefix, names)


@pytest.fixture
def secrets(cloud: Stack, prefix: str) -> OwnerSecrets:
    return owners_secrets(cloud, prefix)


async def test_an_owners_secret_is_kept_as_it_is_and_encrypted(
    secrets: OwnerSecrets, cloud: Stack, prefix: str
) -> None:
    value = " Bearer {sk-1}~ "
    secret, new = await secrets.put("me@home_1", "openai.key-1", value)
    assert (secret.name, new) == ("openai.key-1", True)
    assert datetime.fromisoformat(secret.updated_at).tzinfo
    assert await secrets.get("me@home_1", "openai.key-1") == value
    (kept,) = cloud.aws.client("ssm").describe_parameters(
        ParameterFilters=[{"Key": "Name", "Option": "BeginsWith", "Values": [prefix]}]
    )["Parameters"]
    assert (kept["Name"], kept["Type"]) == (f"{prefix}/me_40home_5f1/openai.key-1", "SecureString")


async def test_owners_with_names_alike_do_not_share_secrets(secrets: OwnerSecrets) -> None:
    owners = ["a@b", "a_40b", "a_b", "a_5fb", "a+b", "a=b", "a.b", "a-b", "ab", "A@b"]
    for owner in owners:
        await secrets.put(owner, "key", f"of {owner}")
    for owner in owners:
        assert await secrets.get(owner, "key") == f"of {owner}"
        assert len(await secrets.of(owner)) == 1


async def test_a_new_value_is_used_here_at_once_and_elsewhere_after_a_while(
    secrets: OwnerSecrets, me: str, prefix: str, cloud: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = owners_secrets(cloud, prefix)
    await secrets.put(me, "key", "old")
    assert await secrets.get(me, "key") == await elsewhere.get(me, "key") == "old"
    _, new = await secrets.put(me, "key", "new")
    assert not new
    assert (await secrets.get(me, "key"), await elsewhere.get(me, "key")) == ("new", "old")
    monkeypatch.setattr(module, "KEPT_S", 0)
    late = owners_secrets(cloud, prefix)
    for value in ("newer", "newest"):
        await secrets.put(me, "key", value)
        assert await late.get(me, "key") == value


async def test_a_secret_that_is_gone_can_not_be_used_or_deleted_again(secrets: OwnerSecrets, me: str) -> None:
    await secrets.put(me, "key", "sk-1")
    await secrets.get(me, "key")
    await secrets.delete(me, "key")
    with pytest.raises(Invalid, match="There is no secret named key"):
        await secrets.get(me, "key")
    with pytest.raises(NotFound, match="There is no secret named key"):
        await secrets.delete(me, "key")
    assert await secrets.of(me) == []


async def test_secrets_are_listed_by_name_beyond_a_page(secrets: OwnerSecrets, me: str) -> None:
    names = sorted(f"key-{number}" for number in range(23))
    for name in reversed(names):
        await secrets.put(me, name, "sk-1")
    await secrets.put(f"{me}2", "other", "sk-2")
    listed = await secrets.of(me)
    assert [secret.name for secret in listed] == names
    assert set(listed[0].model_dump()) == {"name", "updated_at"}


async def test_an_owner_has_so_many_secrets_and_may_still_replace_them(
    secrets: OwnerSecrets, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SECRETS", 2)
    await secrets.put(me, "one", "1")
    await secrets.put(me, "two", "2")
    with pytest.raises(Conflict, match="2 secrets already"):
        await secrets.put(me, "three", "3")
    await secrets.put(me, "two", "two")
    await secrets.put(f"{me}3", "one", "1")


@pytest.mark.parametrize(
    "value", ["", "a\r\nX-Admin: yes", "a\n", "\ta", "a\0", "a\x7f", "密钥", "é", "{{ssm:x}}", "a" * 4097]
)
async def test_a_value_that_no_header_can_hold_is_refused_and_not_repeated(
    value: str, secrets: OwnerSecrets, me: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await secrets.put(me, "key", value)
    assert len(caught.value.detail) < 100
    assert await secrets.of(me) == []


@pytest.mark.parametrize("value", ["a", "{", "}}", "{a{b}", " ", "~" * 4096])
async def test_other_values_come_back(value: str, secrets: OwnerSecrets, me: str) -> None:
    await secrets.put(me, "key", value)
    assert await secrets.get(me, "key") == value


@pytest.mark.parametrize("name", ["", "a/b", "../you/key", ".a", "-a", "a b", "a" * 65, "密钥", "a\n"])
async def test_a_name_that_leads_elsewhere_is_refused(name: str, secrets: OwnerSecrets, me: str) -> None:
    for work in (secrets.get(me, name), secrets.put(me, name, "sk-1"), secrets.delete(me, name)):
        with pytest.raises(Invalid, match="name"):
            await work
