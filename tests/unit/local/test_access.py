"""IAM in front of Lambda's Invoke API: a caller may what its role's policy in the template says."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.access import check_of
from infra.local.aws import Aws, deploy_roles
from infra.local.children import Child
from infra.local.ports import HOST, free_ports
from infra.local.servers import emulator
from infra.local.template import load
from tests.streaming.functions import eventually
from tests.unit.local.lambda_rig import ARN, Lambda, code_of, invoking, notes, serving, started

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, Handler: started.handler}}
Resources:
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: prod}}
  RunsFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Events: {Any: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /runs, Method: POST}}}
      Policies:
        - Statement:
            - {Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt StartedFunction.Arn}
  StartedFunction: {Type: AWS::Serverless::Function, Properties: {CodeUri: .}}
  OtherFunction: {Type: AWS::Serverless::Function, Properties: {CodeUri: .}}
"""


@pytest.fixture(scope="module")
async def aws(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aws]:
    folder = tmp_path_factory.mktemp("aws")
    (folder / "template.yaml").write_text(TEMPLATE)
    (port,) = free_ports([0])
    child = Child(emulator(folder, port, region="us-east-1", checks_access=True))
    await child.start()
    aws = Aws(f"http://{HOST}:{port}", "us-east-1")
    stack = load(folder / "template.yaml", {}, "us-east-1").stack()
    await asyncio.to_thread(deploy_roles, aws, stack.roles)
    yield aws
    await child.stop()


@pytest.fixture(scope="module")
async def guarded(aws: Aws) -> AsyncIterator[Lambda]:
    async with serving(aws, check_of(aws), started=started(), other=started()) as service:
        yield service


async def invoke_as(service: Lambda, role: str, name: str, event: Any) -> dict[str, Any]:
    aws = await asyncio.to_thread(service.aws.as_role, role)
    return await invoking(Lambda(service.api, aws))(name, event, "Event")


@pytest.mark.parametrize("name", ["started", ARN])
async def test_a_role_invokes_what_its_policy_names(guarded: Lambda, tmp_path: Path, name: str) -> None:
    event = {"file": str(tmp_path / "notes"), "text": "你好"}
    assert (await invoke_as(guarded, "RunsFunctionRole", name, event))["StatusCode"] == 202
    await eventually(lambda: bool(notes(tmp_path / "notes")))


@pytest.mark.parametrize(("role", "name"), [("RunsFunctionRole", "other"), ("OtherFunctionRole", "started")])
async def test_a_role_without_the_permission_is_told_so_and_the_log_too(
    guarded: Lambda, tmp_path: Path, caplog: pytest.LogCaptureFixture, role: str, name: str
) -> None:
    with pytest.raises(ClientError) as refused:
        await invoke_as(guarded, role, name, {"file": str(tmp_path / "notes")})
    assert code_of(refused) == (403, "AccessDeniedException")
    assert "lambda:InvokeFunction" in refused.value.response["Error"]["Message"]
    assert f"{role} is not authorized to perform: lambda:InvokeFunction" in caplog.text
    await guarded.api.finished()
    assert notes(tmp_path / "notes") == []


async def test_a_caller_that_may_do_everything_still_needs_a_function_that_is_there(guarded: Lambda) -> None:
    assert (await invoking(guarded)("started", {}))["StatusCode"] == 200
    with pytest.raises(ClientError) as refused:
        await invoking(guarded)("nobody", {})
    assert code_of(refused) == (404, "ResourceNotFoundException")


async def test_without_iam_there_nothing_runs() -> None:
    aws = Aws("http://127.0.0.1:1", "us-east-1")
    async with serving(aws, check_of(aws), started=started()) as service:
        with pytest.raises(ClientError) as refused:
            await invoking(service)("started", {})
    assert code_of(refused) == (503, "ServiceException")
