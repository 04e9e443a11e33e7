"""One function, invoked without a running local cloud: what it starts comes to its end too."""

import json
from pathlib import Path

import pytest

from infra.local.aws import Aws
from infra.local.backends import Options
from infra.local.invoke import invoke
from infra.local.servers import ROOT
from tests.unit.local.lambda_rig import HANDLERS, NOWHERE, notes

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, Timeout: 10, CodeUri: handlers, Layers: [!Ref CoreLayer]}}
Resources:
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: prod}}
  CoreLayer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: core}}
  Data:
    Type: AWS::Serverless::Application
    Properties: {Location: data.yaml, Parameters: {DeletionProtection: "false"}}
  StarterFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: started.starter
      Environment: {Variables: {KEYS_TABLE: !GetAtt Data.Outputs.KeysTableName}}
      Events: {Any: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /, Method: POST}}}
  StartedFunction: {Type: AWS::Serverless::Function, Properties: {Handler: started.handler}}
"""


class Small(Options):
    """The options of a local cloud with a template of the test's own, in the state folder."""

    @property
    def template(self) -> Path:
        return self.state / "template.yaml"


async def test_what_the_function_starts_comes_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)  # its `.env` is read, and there is none
    for name in Aws(NOWHERE, "us-east-1", token="t", lambda_endpoint=NOWHERE).environment():
        monkeypatch.setenv(name, "")  # so that what the invocation sets is gone afterwards
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    for link in (HANDLERS, ROOT / "layers/core", ROOT / "infra/data.yaml"):
        (tmp_path / link.name).symlink_to(link)
    event = {"file": str(tmp_path / "notes"), "text": "你好"}
    (tmp_path / "event.json").write_text(json.dumps({"function": "StartedFunction", "event": event}))
    assert await invoke(Small(state=tmp_path), "starter", tmp_path / "event.json") == 0
    assert capfdbinary.readouterr().out == b"null\n"
    assert [note["event"] for note in notes(tmp_path / "notes")] == [event]
