"""The stand-ins that run as processes of their own: AWS, Qdrant, the model.

What belongs here: their command lines. What does not: what they do (`infra.local.qdrant`,
`infra.local.model`; AWS is ministack).
"""

import asyncio
import os
import sys
from pathlib import Path

from infra.local.children import ChildSpec
from infra.local.ports import HOST, answers

ROOT = Path(__file__).resolve().parents[2]
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


def emulator(state: Path, port: int, *, region: str, checks_access: bool) -> ChildSpec:
    """ministack: S3, SQS, DynamoDB, SSM, Cognito, CloudFormation. `checks_access`: IAM is enforced."""
    folder = state / "aws"
    (folder / "s3").mkdir(parents=True, exist_ok=True)
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,  # its default is every interface
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": region,
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(folder),
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder),
        "AUTH": str(checks_access).lower(),
        "IOT_MTLS_ENABLED": "0",  # else every instance wants port 8883
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "AWS_ACCESS_KEY_ID": "test",  # its own root key, not the developer's
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    command = [sys.executable, "-m", "ministack"]
    return ChildSpec(
        "aws", command, _environment() | settings, folder, lambda: answers(port, "/_ministack/ready")
    )


def qdrant(state: Path, port: int) -> ChildSpec:
    """Qdrant's REST API over an embedded engine."""
    folder = state / "qdrant"
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "infra.local.qdrant", "--port", str(port), "--path", str(folder)]
    return ChildSpec("qdrant", command, _environment(), ROOT, lambda: _listens(port))


def model(port: int) -> ChildSpec:
    """An OpenAI-compatible endpoint that answers by extraction."""
    command = [sys.executable, "-m", "infra.local.model", "--port", str(port)]
    return ChildSpec("model", command, _environment(), ROOT, lambda: _listens(port))


async def _listens(port: int) -> None:
    _, writer = await asyncio.open_connection(HOST, port)
    writer.close()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, "PYTHONUNBUFFERED": "1"}
