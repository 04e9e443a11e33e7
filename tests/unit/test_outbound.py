"""Requests to addresses that users name, over loopback: 127.0.0.1 is inside, 127.0.0.2 plays the public."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from freshet import outbound
from freshet.addresses import parse_networks
from freshet.errors import AddressRefused
from freshet.outbound import client

pytestmark = pytest.mark.timeout(20)

INSIDE, PUBLIC = "127.0.0.1", "127.0.0.2"
ALLOWED = parse_networks(f"{PUBLIC}/32")
LOOPBACK = parse_networks("127.0.0.0/8")

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Server:
    """What a server saw: connections, the heads of requests, the names that TLS was asked for."""

    port: int = 0
    connections: int = 0
    heads: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)


@asynccontextmanager
async def serving(
    address: str, answer: bytes = OK, *, port: int = 0, tls: ssl.SSLContext | None = None, ends: bool = False
) -> AsyncIterator[Server]:
    """A server that gives `answer` to every request; with `ends` it closes the connection after it."""
    seen = Server()
    if tls:
        tls.sni_callback = lambda _, name, __: seen.names.append(name)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        try:
            while not writer.is_closing():
                seen.heads.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
                writer.write(answer)
                await writer.drain()
                if ends:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, address, port, ssl=tls)
    seen.port = server.sockets[0].getsockname()[1]
    async with server:
        yield seen


Names = dict[str, Iterator[list[str]]]


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Names, with what a name server says of each: one answer after the other."""
    known: Names = {}
    loop = asyncio.get_running_loop()
    real: Callable[..., Awaitable[Any]] = loop.getaddrinfo

    async def getaddrinfo(host: Any, port: int, **options: Any) -> Any:
        if host not in known:
            return await real(host, port, **options)
        return [(None, None, 6, "", (address, port)) for address in next(known[host])]

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    return known


def always(*addresses: str) -> Iterator[list[str]]:
    while True:
        yield list(addresses)


async def test_a_name_that_changes_its_address_is_not_followed_inside(names: Names) -> None:
    names["rebinding.example"] = iter([[PUBLIC], [INSIDE], [PUBLIC]])
    async with (
        serving(PUBLIC, ends=True) as public,
        serving(INSIDE, port=public.port) as inside,
        client(ALLOWED) as http,
    ):
        url = f"http://rebinding.example:{public.port}/"
        assert (await http.get(url)).text == "ok"
        with pytest.raises(AddressRefused):
            await http.get(url)
        assert (await http.get(url)).text == "ok"
    assert (public.connections, inside.connections) == (2, 0)


async def test_the_host_keeps_its_name_and_its_connection(names: Names) -> None:
    names["tool.example"] = iter([[PUBLIC]])  # there is no second answer
    async with serving(PUBLIC) as public, client(ALLOWED) as http:
        for _ in range(3):
            assert (await http.get(f"http://tool.example:{public.port}/a?b=c")).text == "ok"
    assert public.connections == 1
    assert public.heads[0].startswith("GET /a?b=c HTTP/1.1\r\n")
    assert f"host: tool.example:{public.port}\r\n" in public.heads[0].lower()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0",
        "localhost",
        "LOCALHOST",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "127.0.0.2@127.0.0.1",
        "user:password@localhost",
        "127.0.0.3",
        "one.example",
        "one.example.",
        "both.example",
    ],
)
async def test_nothing_inside_is_reached_however_it_is_named(host: str, names: Names) -> None:
    names["one.example"] = names["one.example."] = always(INSIDE)
    names["both.example"] = always(PUBLIC, INSIDE)
    async with serving("0.0.0.0") as inside, client(ALLOWED) as http:  # to be reached if at all
        with pytest.raises(AddressRefused):
            await http.get(f"http://{host}:{inside.port}/")
    assert inside.connections == 0


@pytest.mark.parametrize("host", ["0177.0.0.1", "localhost.", "127.0.0.1.", "①②⑦.0.0.1", "127。0。0。1"])
async def test_what_may_be_no_name_leads_nowhere_inside(host: str) -> None:
    async with serving("0.0.0.0") as inside, client(ALLOWED) as http:  # as above
        with pytest.raises((AddressRefused, httpx2.ConnectError, httpx2.InvalidURL)):
            await http.get(f"http://{host}:{inside.port}/")
    assert inside.connections == 0


async def test_a_redirect_is_not_followed() -> None:
    async with serving(INSIDE) as inside:
        away = f"HTTP/1.1 307 Away\r\nlocation: http://{INSIDE}:{inside.port}/\r\ncontent-length: 0\r\n\r\n"
        async with serving(PUBLIC, away.encode()) as public, client(ALLOWED) as http:
            assert (await http.get(f"http://{PUBLIC}:{public.port}/")).status_code == 307
    assert inside.connections == 0


async def test_proxies_and_passwords_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {PUBLIC} login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with serving(INSIDE) as proxy, serving(PUBLIC) as public:
        for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://{INSIDE}:{proxy.port}")
        async with client(ALLOWED) as http:
            assert (await http.get(f"http://{PUBLIC}:{public.port}/")).text == "ok"
    assert proxy.connections == 0
    assert "authorization" not in public.heads[0].lower()


async def test_the_next_address_is_tried_where_one_does_not_answer(names: Names) -> None:
    names["two.example"] = always("127.0.0.3", PUBLIC)
    async with serving(PUBLIC) as public, client(LOOPBACK) as http:
        assert (await http.get(f"http://two.example:{public.port}/")).text == "ok"


@pytest.fixture
def hole() -> Iterator[socket.socket]:
    """A listener that takes no more connections: who asks hears nothing."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.3", 0), backlog=0))
        for _ in range(4):
            filling = stack.enter_context(socket.socket())
            filling.setblocking(False)
            filling.connect_ex(listener.getsockname())
        yield listener


async def test_so_it_is_where_one_is_silent_and_the_request_is_not_bounded(
    names: Names, hole: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "_NEXT_AFTER_S", 0.1)
    names["two.example"] = always("127.0.0.3", PUBLIC)
    port = hole.getsockname()[1]
    async with serving(PUBLIC, port=port), client(LOOPBACK, timeout_s=None) as http, asyncio.timeout(5):
        assert (await http.get(f"http://two.example:{port}/")).text == "ok"


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS of a server that is `model.example`, and of a client that trusts the authority which says so."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("authority", authority_key, "authority", authority_key)
    leaf = _certificate("model.example", key, "authority", authority_key)
    pem = tmp_path / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + leaf.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cadata=root.public_bytes(Encoding.PEM).decode())


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    now = datetime.now(UTC)
    ca = subject == issuer
    key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(key_id, critical=False)
        .add_extension(_usage(ca), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _usage(ca: bool) -> x509.KeyUsage:
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    unused = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **unused)


async def test_the_certificate_is_verified_for_the_name_and_not_for_the_address(
    names: Names, authority: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    """Nor is a connection to the same address used for a name that it was not verified for."""
    names["model.example"] = names["other.example"] = always(PUBLIC)
    server_tls, client_tls = authority
    async with serving(PUBLIC, tls=server_tls) as public, client(ALLOWED, tls=client_tls) as http:
        assert (await http.get(f"https://model.example:{public.port}/")).text == "ok"
        for host in ("other.example", PUBLIC):
            with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await http.get(f"https://{host}:{public.port}/")
        assert (await http.get(f"https://model.example:{public.port}/")).text == "ok"
    assert public.names == ["model.example", "other.example", None]
    assert len(public.heads) == 2


async def test_an_authority_that_nobody_knows_is_not_trusted(
    names: Names, authority: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    names["model.example"] = always(PUBLIC)
    async with serving(PUBLIC, tls=authority[0]) as public, client(ALLOWED) as http:
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await http.get(f"https://model.example:{public.port}/")
    assert public.heads == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", httpx2.RemoteProtocolError),
        (b"nonsense\r\n\r\n", httpx2.RemoteProtocolError),
        (b"", httpx2.RemoteProtocolError),
    ],
)
async def test_what_breaks_is_told_in_the_words_of_httpx2(answer: bytes, error: type[Exception]) -> None:
    async with serving(PUBLIC, answer, ends=True) as public, client(ALLOWED) as http:
        with pytest.raises(error):
            await http.get(f"http://{PUBLIC}:{public.port}/")


async def test_silence_and_closed_ports_and_other_protocols_are_told_too() -> None:
    async with serving(PUBLIC, b"") as public, client(ALLOWED, timeout_s=0.1) as http:
        with pytest.raises(httpx2.ReadTimeout):
            await http.get(f"http://{PUBLIC}:{public.port}/")
    async with client(ALLOWED) as http:
        with pytest.raises(httpx2.ConnectError):
            await http.get(f"http://{PUBLIC}:{public.port}/")
        with pytest.raises(httpx2.ConnectError):
            await http.get("http://freshet.invalid/")
        with pytest.raises(httpx2.UnsupportedProtocol):
            await http.get("file:///etc/passwd")


async def test_a_body_that_nobody_reads_on_frees_its_connection() -> None:
    endless = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 1000
    limits = httpx2.Limits(max_connections=1)
    async with serving(PUBLIC, endless) as public, client(ALLOWED, limits=limits, timeout_s=2) as http:
        for _ in range(2):
            async with http.stream("GET", f"http://{PUBLIC}:{public.port}/") as response:
                assert await anext(response.aiter_bytes())
    assert public.connections == 2
