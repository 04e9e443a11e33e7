"""Settings: the only reader of the environment. Typed, frozen, read once per process.

Every value is an environment variable of the same name in upper case. `template.yaml` sets them in the
cloud; the local cloud takes them from the same template. Secrets are never values here: `*_parameter`
names an SSM SecureString that `freshet.wiring` resolves on first use.

A plain pydantic model and not pydantic-settings: that import alone costs 100 ms of every cold start.
"""

import os
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_network
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, Json, field_validator

# What may stand in a Content-Security-Policy.
URL = r"^(https?://[A-Za-z0-9.:\[\]-]+(/[^\s;,'\"]*)?)?$"


class Settings(BaseModel):
    """What a function is told about the world. Units are in the names or descriptions."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: str = Field("local", description="name of the deployment, for logs and metrics")
    bucket: str = Field("", description="S3 bucket of documents and of large results")
    documents_table: str = Field("", description="DynamoDB table of document records")
    runs_table: str = Field("", description="DynamoDB table of runs and their journals")
    chat_table: str = Field("", description="DynamoDB table of configured models, tools and conversations")
    usage_table: str = Field("", description="DynamoDB table of usage and budgets; empty: nothing is counted")
    exercises_table: str = Field("", description="DynamoDB table of exercises, questions and attempts")
    profiles_table: str = Field("", description="DynamoDB table of learners and what they know")
    behaviour_table: str = Field("", description="DynamoDB table of behaviour logs, events and graphs")
    keys_table: str = Field("", description="DynamoDB table of hashed Freshet keys")
    parse_queue_url: str = Field("", description="SQS queue in front of `parse`")
    extract_queue_url: str = Field("", description="SQS queue in front of `extract`")

    token_issuer: str = Field(
        "", description="issuer (`iss`) of accepted Cognito ID tokens; empty: keys only"
    )
    token_audience: str = Field("", description="audience (`aud`) of accepted ID tokens: the app client's id")
    token_jwks_url: str = Field("", description="where the issuer's keys are; empty: below the issuer")

    console_client_parameter: str = Field(
        "", description="SSM parameter with the id of the console's own app client; its ID tokens count, too"
    )
    sign_in_url: str = Field(
        "", pattern=URL, description="base URL of the sign-in pages; empty: nobody signs in to the console"
    )
    upload_origin: str = Field("", pattern=URL, description="where presigned uploads go, for the console")

    qdrant_url: str = Field("", description="base URL of Qdrant's REST API")
    qdrant_key_parameter: str = Field("", description="SSM parameter with Qdrant's API key; empty: no key")
    qdrant_collection: str = Field("freshet", description="collection that holds all chunks")

    model_base_url: str = Field("", description="base URL of the stack's own model")
    model_key_parameter: str = Field("", description="SSM parameter with its API key; empty: no key")
    model_provider: Literal["openai", "anthropic"] = Field("openai", description="protocol of that endpoint")
    model_name: str = Field("", description="chat model that answers, unless a request names another")
    model_fallbacks: str = Field(
        "", description="models at the same endpoint, with commas between them, that answer if it can't"
    )
    embedding_model: str = Field("", description="embeddings model at the same endpoint")
    embedding_dimensions: int = Field(1024, ge=1, le=8192, description="length of its vectors")
    model_prices: Json[dict[str, tuple[float, float] | tuple[float, float, float]]] = Field(
        "{}",
        validate_default=True,
        description="USD per million prompt, completion and (optional) cached prompt tokens, by model, as "
        'JSON: `{"gpt-4.1-mini": [0.4, 1.6, 0.1]}`',
    )

    secrets_prefix: str = Field("", description="SSM path under which callers' own secrets are kept")
    allowed_networks: str = Field(
        "",
        description="networks that callers' models and tools may be in besides public addresses, as CIDRs "
        "with commas between them",
    )
    budget_tokens: int = Field(0, ge=0, description="tokens that a caller may use in a month; 0: no bound")
    budget_cost: float = Field(0, ge=0, description="USD that a caller may use in a month; 0: no bound")

    llm_async_workers: int = Field(5, ge=1, description="model calls at a time in one process")
    llm_async_queue_size: int = Field(100, ge=0, description="model calls that may wait for a worker")
    llm_async_timeout: float = Field(30, gt=0, description="seconds until the first content of a model call")
    llm_async_enabled: bool = Field(True, description="false: one model call at a time")
    llm_transport: Literal["httpx2", "aiohttp"] = Field(
        "httpx2", description="HTTP client to the stack's model; `aiohttp` where one process serves many"
    )
    llm_requests_per_minute: int = Field(0, ge=0, description="requests to one model; 0: no bound")
    llm_tokens_per_minute: int = Field(0, ge=0, description="tokens of one model; 0: no bound")

    answer_max_tokens: int = Field(2048, ge=1, description="longest answer, in tokens")
    dense_weight: float = Field(0.25, ge=0, description="weight of the dense leg in the fusion (sparse: 1)")
    rerank_url: str = Field("", description="full URL of a Cohere-style rerank endpoint; empty: no reranking")
    rerank_model: str = Field("", description="its model; empty for text-embeddings-inference")
    rerank_key_parameter: str = Field("", description="SSM parameter with its API key; empty: no key")

    bailian_index_id: str = Field(
        "", description="knowledge base of Alibaba Cloud Bailian to search instead of our own index"
    )
    bailian_workspace_id: str = Field("", description="Bailian workspace that it is in")
    bailian_endpoint: str = Field("bailian.cn-beijing.aliyuncs.com", description="Bailian's endpoint")
    bailian_key_parameter: str = Field(
        "", description="SSM parameter with `<AccessKey id>:<AccessKey secret>`"
    )
    bailian_shared: bool = Field(
        False, description="every caller searches all of the knowledge base, not only files tagged as theirs"
    )

    summaries: bool = Field(False, description="the model summarises each document that becomes ready")
    contextual_chunks: bool = Field(
        False, description="the model says of each chunk where in its document it stands: a call a chunk"
    )
    max_document_bytes: int = Field(100_000_000, ge=1, description="largest document, in bytes")
    parse_memory_mb: int = Field(1024, ge=64, description="memory of the parsing child process, in MiB")
    parse_timeout_s: int = Field(120, ge=1, description="seconds that the parsing child process may take")
    cors_origin: str = Field("*", description="origin that browsers may call from")

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, networks: str) -> str:
        for network in filter(None, map(str.strip, networks.split(","))):
            ip_network(network)
        return networks


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from an environment; empty variables count as absent. Raises pydantic's ValidationError."""
    names = Settings.model_fields
    values = {name: environment[name.upper()] for name in names if environment.get(name.upper())}
    return Settings.model_validate(values)


@cache
def settings() -> Settings:
    """This process's settings."""
    return read_settings(os.environ)
