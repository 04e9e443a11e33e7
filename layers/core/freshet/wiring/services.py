"""What the product stands on: AWS, the index, keys, runs and secrets."""

from collections.abc import Awaitable, Callable
from functools import cache

from freshet.identity import Identity
from freshet.keys import Keys
from freshet.runs.job import Jobs
from freshet.runs.journal import Journal
from freshet.runs.records import Records
from freshet.runs.service import Runs
from freshet.settings import settings
from freshet.stores.aws import Service
from freshet.stores.functions import Functions
from freshet.stores.objects import Objects
from freshet.stores.queue import Queue
from freshet.stores.secrets import OwnerSecrets, SecretNames, Secrets
from freshet.stores.table import Table
from freshet.stores.vectors import Vectors


@cache
def dynamodb() -> Service:
    return Service("dynamodb", "table")


@cache
def s3() -> Service:
    return Service("s3", "bucket")


@cache
def sqs() -> Service:
    return Service("sqs", "queue")


@cache
def ssm() -> Service:
    return Service("ssm", "secrets")


@cache
def functions() -> Service:
    return Service("lambda", "functions")


@cache
def documents_table() -> Table:
    return Table(dynamodb(), settings().documents_table)


@cache
def document_objects() -> Objects:
    return Objects(s3(), settings().bucket, "documents")


@cache
def parse_queue() -> Queue:
    return Queue(sqs(), settings().parse_queue_url)


@cache
def extract_queue() -> Queue:
    return Queue(sqs(), settings().extract_queue_url)


@cache
def chat_table() -> Table:
    return Table(dynamodb(), settings().chat_table)


@cache
def usage_table() -> Table:
    return Table(dynamodb(), settings().usage_table)


@cache
def runs() -> Runs:
    return Runs(*_run_stores(), Functions(functions()))


@cache
def run_jobs() -> Jobs:
    return Jobs(*_run_stores())


def _run_stores() -> tuple[Records, Journal]:
    table, objects = Table(dynamodb(), settings().runs_table), Objects(s3(), settings().bucket, "runs")
    return Records(table, objects), Journal(table, objects)


@cache
def keys() -> Keys:
    return Keys(dynamodb(), settings().keys_table)


@cache
def identity() -> Identity:
    chosen = settings()
    return Identity(
        keys(),
        issuer=chosen.token_issuer,
        audience=chosen.token_audience,
        jwks_url=chosen.token_jwks_url,
        console_client=console_client,
    )


async def console_client() -> str | None:
    """The id of the app client that the console signs in with; None if there is none.

    A parameter and not a setting: the client names the API, so no function can name the client.
    """
    name = settings().console_client_parameter
    return await secrets().find(name) if name else None


@cache
def secrets() -> Secrets:
    return Secrets(ssm())


@cache
def owner_secrets() -> OwnerSecrets:
    names = SecretNames(dynamodb(), settings().keys_table)
    return OwnerSecrets(ssm(), settings().secrets_prefix, names)


def secret(name: str) -> Callable[[], Awaitable[str | None]]:
    """A lookup of the SSM parameter `name`; of nothing if the name is empty."""

    async def look_up() -> str | None:
        return await secrets().get(name) if name else None

    return look_up


@cache
def vectors() -> Vectors:
    chosen = settings()
    return Vectors(
        chosen.qdrant_url,
        chosen.qdrant_collection,
        chosen.embedding_dimensions,
        key=secret(chosen.qdrant_key_parameter),
        dense_weight=chosen.dense_weight,
    )
