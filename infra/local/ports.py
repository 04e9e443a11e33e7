"""TCP ports on 127.0.0.1: reserving one, and asking whether something answers there."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterable

from infra.local.errors import LocalCloudError

HOST = "127.0.0.1"
ANSWER_S = 2.0  # loopback answers within milliseconds
_HEAD_BYTES = 64


def listen(port: int) -> socket.socket:
    """A listening socket. Raises LocalCloudError when the port is taken."""
    # With the protocol named: asyncio sets TCP_NODELAY only then, and without it an answer takes 40 ms more.
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((HOST, port))
        server.listen(128)
    except OSError as error:
        server.close()
        if error.errno != errno.EADDRINUSE:
            raise LocalCloudError(f"Can't listen on {HOST}:{port}: {error.strerror}.") from error
        raise LocalCloudError(
            f"Port {port} is in use. Stop what listens there, or choose another: --port {port + 1}."
        ) from error
    return server


def free_ports(preferred: Iterable[int]) -> list[int]:
    """Ports that nothing listens on, each the preferred one if possible (0: any)."""
    with contextlib.ExitStack() as probes:
        return [probes.enter_context(_bound(port)).getsockname()[1] for port in preferred]


def _bound(port: int) -> socket.socket:
    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((HOST, port))
    except OSError:
        probe.bind((HOST, 0))
    return probe


async def answers(port: int, path: str) -> None:
    """Returns when `GET path` on the port answers 200. Raises OSError otherwise."""
    async with asyncio.timeout(ANSWER_S):  # TimeoutError is an OSError
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            status = await reader.read(_HEAD_BYTES)
        finally:
            writer.close()
    if b" 200 " not in status:
        raise OSError(f"{path} answered {status[:32]!r}")
