"""The playground and OpenAI's API. Only one function has them: all is imported by its factory."""

from functools import cache
from typing import TYPE_CHECKING

from freshet.settings import settings
from freshet.stores.objects import Objects
from freshet.wiring.documents import answerer, require_documents, retriever
from freshet.wiring.generation import account, admit, model, stack_endpoint
from freshet.wiring.services import chat_table, owner_secrets, runs, s3

if TYPE_CHECKING:
    from freshet.addresses import Network
    from freshet.chat.clients import Clients
    from freshet.chat.conversations import Conversations
    from freshet.chat.door import Door
    from freshet.chat.models import Models
    from freshet.chat.openai_api.response_runs import Responses
    from freshet.chat.playground import Playground
    from freshet.chat.toolbox import Toolbox
    from freshet.chat.tools import Tools
    from freshet.llm.writer import Writer


@cache
def allowed_networks() -> "tuple[Network, ...]":
    from freshet.addresses import parse_networks

    return parse_networks(settings().allowed_networks)


@cache
def models() -> "Models":
    from freshet.chat.models import Models

    return Models(
        chat_table(), stack_endpoint(), allowed_networks(), embedding_model=settings().embedding_model
    )


@cache
def clients() -> "Clients":
    from freshet.chat.clients import Clients

    return Clients(
        models(),
        owner_secrets().get,
        stack=stack_endpoint(),
        own=model,
        allowed=allowed_networks(),
        on_generation=account,
        admit=admit if settings().usage_table else None,
    )


async def writer(owner: str, model_id: int) -> "Writer":
    """The caller's model of that id, or the stack's own. Raises NotFound, ModelAuthentication."""
    from freshet.llm.options import ToolOptions
    from freshet.llm.writer import Writer

    model, client = await clients().get(owner, model_id)
    return Writer(client, model.id, ToolOptions(temperature=model.params.temperature), files=model.files)


@cache
def tools() -> "Tools":
    from freshet.chat.tools import Tools

    return Tools(chat_table(), allowed_networks())


@cache
def conversations() -> "Conversations":
    from freshet.chat.conversations import Conversations

    return Conversations(chat_table(), Objects(s3(), settings().bucket, "conversations"))


@cache
def toolbox() -> "Toolbox":
    from freshet.chat.toolbox import Toolbox

    return Toolbox(tools(), owner_secrets().get, retriever, allowed_networks())


@cache
def playground() -> "Playground":
    from freshet.chat.playground import Playground

    return Playground(clients(), toolbox(), conversations())


@cache
def door() -> "Door":
    from freshet.chat.door import Door

    return Door(
        models(),
        clients(),
        answerer=answerer,
        retriever=retriever,
        require=require_documents,
        own=model,
        embedding_model=settings().embedding_model,
    )


@cache
def response_runs() -> "Responses":
    from freshet.chat.openai_api.response_runs import Responses

    return Responses(door(), runs())
