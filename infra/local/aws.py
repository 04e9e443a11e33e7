"""This machine's AWS: where it is, and what is set up on it before the first request.

What belongs here: deploying stacks, secrets and roles over AWS's own APIs. What does not: starting the
emulator (`servers.py`). `AWS_ENDPOINT_URL` is the only coupling, so another emulator can stand there.

Everything here blocks: callers run it on threads.
"""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.local.errors import LocalCloudError
from infra.local.template import ACCOUNT, STACK, Template

DEPLOY_S = 60.0  # ministack takes half a second
ROLE_SESSION_S = 3600
_POLL_S = 0.1
_GONE = {"ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"}
_GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


@dataclass(frozen=True)
class Aws:
    """An endpoint and credentials that may do everything there; functions have an endpoint of their own."""

    endpoint: str
    region: str
    access_key: str = "test"
    secret_key: str = "test"
    token: str = ""
    lambda_endpoint: str = ""

    def environment(self) -> dict[str, str]:
        """What a process needs to reach it, and nothing else."""
        given = {"AWS_SESSION_TOKEN": self.token, "AWS_ENDPOINT_URL_LAMBDA": self.lambda_endpoint}
        return {
            **{name: value for name, value in given.items() if value},
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }

    def adopt(self) -> None:
        """Makes it the AWS of this process, for the product's own code (`freshet.stores`)."""
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_LAMBDA"):
            os.environ.pop(name, None)
        os.environ.update(self.environment())

    def client(self, service: str) -> Any:
        """A boto3 client."""
        import boto3
        from botocore.config import Config

        session = boto3.session.Session(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.token or None,
            region_name=self.region,
        )
        config = Config(
            connect_timeout=2, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3}
        )
        endpoint = (service == "lambda" and self.lambda_endpoint) or self.endpoint
        return session.client(service, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]  # a name, not a literal

    def as_role(self, role: str) -> "Aws":
        """The same AWS with credentials of a role that `deploy_roles` made; good for an hour."""
        answer = self.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role_name(role)}",
            RoleSessionName=role,
            DurationSeconds=ROLE_SESSION_S,
        )
        found = answer["Credentials"]
        return replace(
            self,
            access_key=found["AccessKeyId"],
            secret_key=found["SecretAccessKey"],
            token=found["SessionToken"],
        )


def role_name(logical_id: str) -> str:
    return f"{STACK}-{logical_id}"


def deploy_nested(aws: Aws, template: Template) -> None:
    """Deploys the nested stacks that the functions need and notes their outputs. Raises LocalCloudError."""
    cloudformation = aws.client("cloudformation")
    for nested in template.nested():
        name = f"{STACK}-{nested.logical_id}"
        body = _read(nested.path)
        template.outputs[nested.logical_id] = _deploy(cloudformation, name, body, nested.parameters)


def deploy_resources(aws: Aws, resources: Mapping[str, Any]) -> None:
    """What the template itself has besides functions and their API."""
    if resources:
        body = json.dumps({"Resources": dict(resources)})
        _deploy(aws.client("cloudformation"), f"{STACK}-resources", body, {})


def deploy_roles(aws: Aws, roles: Mapping[str, Any]) -> None:
    """The functions' roles, with the policies that SAM gives them, under names that we know."""
    resources = {
        name: {**role, "Properties": {**role["Properties"], "RoleName": role_name(name)}}
        for name, role in roles.items()
    }
    body = json.dumps({"Resources": _by_call(resources)})
    _deploy(aws.client("cloudformation"), f"{STACK}-roles", body, {})


def _by_call(value: Any) -> Any:
    """The same with an action for each call: the emulator knows actions by the names of calls.

    On AWS `sqs:SendMessage` allows `SendMessageBatch`, too (SQS API permissions reference).
    """
    if isinstance(value, list):
        found = [_by_call(one) for one in value]
        return [*found, "sqs:SendMessageBatch"] if "sqs:SendMessage" in found else found
    if not isinstance(value, dict):
        return value
    return {
        name: _by_call([one] if name == "Action" and isinstance(one, str) else one)
        for name, one in value.items()
    }


def put_secret(aws: Aws, name: str, value: str) -> None:
    """An SSM SecureString, as whoever deploys the stack makes it."""
    aws.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise LocalCloudError(f"Can't read {path}: {error.strerror}.") from error


def _deploy(cloudformation: Any, name: str, body: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """Creates or updates a stack and returns its outputs."""
    from botocore.exceptions import BotoCoreError, ClientError

    arguments = {
        "StackName": name,
        "TemplateBody": body,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": _CAPABILITIES,
    }
    try:
        status = _status(cloudformation, name)
        if status in _GONE:
            cloudformation.delete_stack(StackName=name)
            status = _settled(cloudformation, name)
        if status in ("", "DELETE_COMPLETE"):
            cloudformation.create_stack(**arguments)
        else:
            _update(cloudformation, arguments)
        status = _settled(cloudformation, name)
        if status not in _GOOD:
            raise LocalCloudError(f"Stack {name} ended as {status}: {_reason(cloudformation, name)}")
        outputs = cloudformation.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
    except (ClientError, BotoCoreError) as error:
        raise LocalCloudError(f"Stack {name} could not be deployed: {error}") from error
    return {one["OutputKey"]: one["OutputValue"] for one in outputs}


def _update(cloudformation: Any, arguments: Mapping[str, Any]) -> None:
    from botocore.exceptions import ClientError

    try:
        cloudformation.update_stack(**arguments)
    except ClientError as error:
        if "No updates" not in str(error):
            raise


def _status(cloudformation: Any, name: str) -> str:
    """The stack's status, empty if there is none."""
    from botocore.exceptions import ClientError

    try:
        return str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in str(error):
            return ""
        raise


def _settled(cloudformation: Any, name: str) -> str:
    deadline = time.monotonic() + DEPLOY_S
    while (status := _status(cloudformation, name)).endswith("_IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise LocalCloudError(f"Stack {name} is still {status} after {DEPLOY_S:.0f} s.")
        time.sleep(_POLL_S)
    return status


def _reason(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"].endswith("_FAILED")]
    reasons = [f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in failed]
    return "; ".join(reasons[-3:]) or "no reason given"
