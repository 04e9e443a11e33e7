"""What the functions stand on: AWS, Qdrant, the model, and the stacks deployed there.

What belongs here: which of them this local cloud starts itself, in which order, and what it tells the
template about them. What does not: functions, gateway, triggers (`cloud.py`).
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local import aws as aws_setup
from infra.local import servers
from infra.local.aws import Aws
from infra.local.children import Child
from infra.local.environment import SECRETS, parameters, read_environment, variable
from infra.local.model.embeddings import EMBEDDING_MODEL
from infra.local.model.protocol import MODEL
from infra.local.ports import HOST, free_ports
from infra.local.state import State
from infra.local.template import Stack, Template, load

DEFAULT_REGION = "us-east-1"
_SERVERS = ("aws", "qdrant", "model")


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    port: int = 8000
    state: Path = Path(".freshet")
    built: bool = False
    reload: bool = False
    demo: bool = True
    iam: bool = False
    other_template: Path | None = None

    @property
    def template(self) -> Path:
        if self.other_template:
            return self.other_template.resolve()
        return servers.ROOT / (".aws-sam/build/template.yaml" if self.built else "template.yaml")


@dataclass
class Backends:
    """The servers behind the functions, started by us or elsewhere, and how the template is told of them."""

    options: Options
    environment: Mapping[str, str]
    aws: Aws
    children: list[Child] = field(default_factory=list)
    started: dict[str, str] = field(default_factory=dict)

    @property
    def stands_in_for_model(self) -> bool:
        return "MODEL_BASE_URL" in self.started

    @property
    def given(self) -> dict[str, str]:
        """The template's parameters, by variable name."""
        return parameters(self.environment, self.started)

    async def start(self) -> None:
        """Starts the servers that nobody else provides. Raises LocalCloudError."""
        try:
            async with asyncio.TaskGroup() as group:
                for child in self.children:
                    group.create_task(child.start())
        except* Exception as failures:
            await self.stop()
            raise failures.exceptions[0] from None

    async def stop(self) -> None:
        """Stops them, all at once; their state is saved."""
        await asyncio.gather(*(child.stop() for child in self.children))

    async def deploy(self) -> tuple[Template, Stack]:
        """Reads the template and brings AWS to what it says. Raises LocalCloudError."""
        template = await asyncio.to_thread(load, self.options.template, self.given, self.aws.region)
        return template, await asyncio.to_thread(self._deploy, template)

    def _deploy(self, template: Template) -> Stack:
        aws_setup.deploy_nested(self.aws, template)
        stack = template.stack()
        aws_setup.deploy_resources(self.aws, stack.resources)
        for parameter, name in template.values.items():
            secret = self.environment.get(SECRETS.get(variable(parameter), ""))
            if name and secret:
                aws_setup.put_secret(self.aws, name, secret)
        if self.options.iam:
            aws_setup.deploy_roles(self.aws, stack.roles)
        return stack


def choose(options: Options, state: State) -> Backends:
    """Which servers to start: those that the environment does not name."""
    environment = read_environment(Path.cwd())
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    # The same ports as last time where possible: links and queue URLs that somebody kept stay good.
    before = state.read("ports")
    ports = dict(zip(_SERVERS, free_ports(int(before.get(name, 0)) for name in _SERVERS), strict=True))
    state.write("ports", ports)
    backends = Backends(options, environment, _aws(environment, region, ports["aws"]))
    specs = []
    if "AWS_ENDPOINT_URL" not in environment:
        specs.append(servers.emulator(state.folder, ports["aws"], region=region, checks_access=options.iam))
    if "QDRANT_URL" not in environment:
        specs.append(servers.qdrant(state.folder, ports["qdrant"]))
        backends.started["QDRANT_URL"] = f"http://{HOST}:{ports['qdrant']}"
    if not environment.keys() & {"OPENAI_BASE_URL", "OPENAI_API_KEY", "MODEL_BASE_URL"}:
        specs.append(servers.model(ports["model"]))
        stand_in = {"MODEL_BASE_URL": f"http://{HOST}:{ports['model']}/v1", "MODEL_NAME": MODEL}
        backends.started |= {**stand_in, "EMBEDDING_MODEL": EMBEDDING_MODEL, "SUMMARIES": "false"}
    backends.started["ALLOWED_NETWORKS"] = "127.0.0.0/8,::1/128"  # models and tools on this machine
    backends.started["AWS_ENDPOINT_URL"] = backends.aws.endpoint
    backends.started["CALLBACK_URLS"] = ",".join(_pages(options.port, environment.get("STAGE_NAME", "prod")))
    backends.children = [Child(one) for one in specs]
    return backends


def _pages(port: int, stage: str) -> Iterator[str]:
    """The console's pages, by every address that this machine has for them: sign-in leads back there."""
    for host in ("localhost", HOST):
        for folder in ("", f"/{stage}"):
            yield f"http://{host}:{port}{folder}/"
            yield f"http://{host}:{port}{folder}/pages/debug.html"


def _aws(environment: Mapping[str, str], region: str, port: int) -> Aws:
    endpoint = environment.get("AWS_ENDPOINT_URL")
    if not endpoint:
        return Aws(f"http://{HOST}:{port}", region)
    return Aws(
        endpoint,
        region,
        environment.get("AWS_ACCESS_KEY_ID", "test"),
        environment.get("AWS_SECRET_ACCESS_KEY", "test"),
        environment.get("AWS_SESSION_TOKEN", ""),
    )


def describe(backends: Backends, outputs: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What `infra.local invoke` needs to join a running local cloud."""
    return {
        "endpoint": backends.aws.endpoint,
        "lambda_endpoint": backends.aws.lambda_endpoint,
        "region": backends.aws.region,
        "built": backends.options.built,
        "given": backends.started,
        "outputs": {name: dict(values) for name, values in outputs.items()},
    }
