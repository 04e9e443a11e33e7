import pytest

from freshet.errors import NotFound
from freshet.keys import Keys, hash_of
from freshet.stores.aws import Service
from tests.stack import Stack


@pytest.fixture
def keys(cloud: Stack) -> Keys:
    return Keys(Service("dynamodb", "table"), cloud.outputs["KeysTableName"])


async def test_a_key_speaks_for_its_owner_until_it_is_revoked(keys: Keys) -> None:
    key, secret = await keys.issue("ann", "laptop")
    assert await keys.owner_of(secret) == "ann"
    with pytest.raises(NotFound):
        await keys.revoke("bob", key.id)
    await keys.revoke("ann", key.id)
    assert await keys.owner_of(secret) is None
    with pytest.raises(NotFound):
        await keys.revoke("ann", key.id)


async def test_keys_are_listed_newest_first_without_their_secrets(keys: Keys) -> None:
    issued = [await keys.issue("lister", name) for name in ("一", "二")]
    listed = await keys.of("lister")
    assert {key.name for key in listed} == {"一", "二"}
    assert not any(secret in str(listed) for _, secret in issued)


async def test_the_table_holds_no_secret(keys: Keys, cloud: Stack) -> None:
    _, secret = await keys.issue("hashed", "x")
    items = cloud.aws.client("dynamodb").scan(TableName=cloud.outputs["KeysTableName"])["Items"]
    assert secret not in str(items)
    assert hash_of(secret) in str(items)


async def test_unknown_keys_speak_for_nobody(keys: Keys) -> None:
    assert await keys.owner_of("fk_unknown") is None
