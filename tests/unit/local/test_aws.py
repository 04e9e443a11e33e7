"""Setting up AWS, on an emulator that enforces IAM."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.aws import Aws, deploy_nested, deploy_resources, deploy_roles, put_secret
from infra.local.children import Child
from infra.local.errors import LocalCloudError
from infra.local.ports import HOST, free_ports
from infra.local.servers import ROOT, emulator
from infra.local.template import load

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture(scope="module")
async def aws(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aws]:
    (port,) = free_ports([0])
    child = Child(emulator(tmp_path_factory.mktemp("aws"), port, region="us-east-1", checks_access=True))
    await child.start()
    yield Aws(f"http://{HOST}:{port}", "us-east-1")
    await child.stop()


def role(action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    policies = [{"PolicyName": "own", "PolicyDocument": document}]
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST, "Policies": policies}}


async def test_a_functions_role_may_do_what_its_policy_says_and_no_more(aws: Aws) -> None:
    def check() -> None:
        put_secret(aws, "/local/key", "secret")
        deploy_roles(aws, {"ReaderRole": role("ssm:GetParameter"), "OtherRole": role("s3:ListAllMyBuckets")})
        reader, other = aws.as_role("ReaderRole").client("ssm"), aws.as_role("OtherRole").client("ssm")
        found = reader.get_parameter(Name="/local/key", WithDecryption=True)
        assert found["Parameter"]["Value"] == "secret"
        with pytest.raises(ClientError, match="AccessDenied"):
            reader.put_parameter(Name="/local/key", Value="x", Type="String", Overwrite=True)
        with pytest.raises(ClientError, match="AccessDenied"):
            other.get_parameter(Name="/local/key")

    await asyncio.to_thread(check)


async def test_a_stack_is_made_kept_and_changed(aws: Aws) -> None:
    def value(text: str) -> str:
        resource = {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/local/p", "Type": "String", "Value": text},
        }
        deploy_resources(aws, {"Parameter": resource})
        return str(aws.client("ssm").get_parameter(Name="/local/p")["Parameter"]["Value"])

    assert [await asyncio.to_thread(value, text) for text in ("one", "one", "two")] == ["one", "one", "two"]


async def test_a_stack_that_fails_says_why(aws: Aws) -> None:
    with pytest.raises(LocalCloudError, match="freshet-roles"):
        await asyncio.to_thread(deploy_roles, aws, {"Bad": {"Type": "AWS::IAM::Nothing", "Properties": {}}})


async def test_a_role_may_write_to_the_bucket_over_plain_http(aws: Aws) -> None:
    def check() -> None:
        given = {"QDRANT_URL": "http://127.0.0.1:1", "DELETION_PROTECTION": "false"}
        template = load(ROOT / "template.yaml", {**given, "AWS_ENDPOINT_URL": aws.endpoint}, aws.region)
        deploy_nested(aws, template)
        bucket = template.outputs["Data"]["BucketName"]
        deploy_roles(aws, {"WriterRole": role("s3:PutObject")})
        aws.as_role("WriterRole").client("s3").put_object(Bucket=bucket, Key="documents/x", Body=b"x")

    await asyncio.to_thread(check)
