"""The caller of a developer's machine: the key `fk_local` speaks for `dev`.

What belongs here: putting that key where the product looks for keys. What does not: any rule that lets a
request pass; the real `authorize` function decides.
"""

from freshet.keys import Keys
from freshet.stores.aws import Service
from infra.local.errors import TemplateError
from infra.local.template import Stack

LOCAL_SECRET = "fk_local"
LOCAL_OWNER = "dev"


async def seed_local_key(stack: Stack) -> None:
    """Stores the key with the product's own code, on the AWS that this process has adopted."""
    tables = {
        one.environment["KEYS_TABLE"] for one in stack.functions.values() if "KEYS_TABLE" in one.environment
    }
    if len(tables) != 1:
        raise TemplateError("No function, or several, say which table holds the keys (KEYS_TABLE).")
    await Keys(Service("dynamodb", "table"), tables.pop()).put(
        LOCAL_OWNER, LOCAL_SECRET, "local", id_="local"
    )
