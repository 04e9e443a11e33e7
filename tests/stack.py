"""The data stack on an emulator, as product code and tests see it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from infra.local.aws import Aws

ROOT = Path(__file__).parents[1]
NAME = "tests"


@dataclass(frozen=True)
class Stack:
    """An endpoint with `infra/data.yaml` on it, and the stack's outputs."""

    aws: Aws
    outputs: dict[str, str]

    def environment(self) -> dict[str, str]:
        """What a function's environment would hold."""
        return {
            **self.aws.environment(),
            "BUCKET": self.outputs["BucketName"],
            "DOCUMENTS_TABLE": self.outputs["DocumentsTableName"],
            "RUNS_TABLE": self.outputs["RunsTableName"],
            "CHAT_TABLE": self.outputs["ChatTableName"],
            "USAGE_TABLE": self.outputs["UsageTableName"],
            "EXERCISES_TABLE": self.outputs["ExercisesTableName"],
            "PROFILES_TABLE": self.outputs["ProfilesTableName"],
            "BEHAVIOUR_TABLE": self.outputs["BehaviourTableName"],
            "KEYS_TABLE": self.outputs["KeysTableName"],
            "SECRETS_PREFIX": f"/freshet/{NAME}/owners",
            "ALLOWED_NETWORKS": "127.0.0.0/8",
            "PARSE_QUEUE_URL": self.outputs["ParseQueueUrl"],
            "EXTRACT_QUEUE_URL": self.outputs["ExtractQueueUrl"],
        }


async def deploy(port: int) -> Stack:
    """Creates the stack and waits for it."""
    aws = Aws(f"http://127.0.0.1:{port}", "us-east-1")
    return Stack(aws, await asyncio.to_thread(_deploy, aws))


def _deploy(aws: Aws) -> dict[str, str]:
    cloudformation = aws.client("cloudformation")
    body = (ROOT / "infra/data.yaml").read_text()
    parameters = [{"ParameterKey": "DeletionProtection", "ParameterValue": "false"}]
    cloudformation.create_stack(StackName=NAME, TemplateBody=body, Parameters=parameters)
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=NAME, WaiterConfig={"Delay": 0.2, "MaxAttempts": 100}
    )
    (found,) = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
