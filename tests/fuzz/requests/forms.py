"""Forms with a file that are wrong: boundaries, parts, headers of parts, names of files, lengths."""

from collections.abc import Callable, Iterator
from random import Random

from tests.fuzz.documents.mutators import raw

BOUNDARY = b"b0"
_TEXT = "# 年假\n\nStaff have 25 days of paid leave.\n".encode()
_NAMES: tuple[bytes, ...] = (
    b'filename="../../../etc/passwd"',
    b'filename="a\x00b.md"',
    b'filename="a\\"b.md"',
    b"filename=a b.md",
    b'filename=""',
    b'filename="' + b"x" * 100_000 + b'"',
    b'filename="' + "年假.md".encode("gbk") + b'"',
    b'filename="' + "年假.md".encode() + b'"',
    b'filename="\xff\xfe\xed\xa0\x80.md"',
    b"filename*=UTF-8''%E5%B9%B4%E5%81%87.md",
    b"filename*=UTF-8''%ff%fe%00",
    b"filename*=GBK''%C4%EA%BC%D9.md",
    b"filename*=nonsense''a.md",
    b"filename*=''''",
    b"filename*0=a; filename*1=b.md",
    b"filename*=hex_codec''6162",
    b'filename="a.md"; filename="b.md"; filename*=UTF-8\'\'c.md',
    b'filename="a.md\r\nx: y"',
    b"filename",
    b'filename="CON.md"',
    b'filename="\xe2\x80\xaegpj.exe"',
)
_HEADERS: tuple[bytes, ...] = (
    b"",
    b"Content-Type: " + b"x" * 100_000,
    b"Content-Type: multipart/mixed; boundary=b1",
    b"Content-Type: text/plain; charset=hex_codec",
    b"Content-Transfer-Encoding: base64",
    b"Content-Encoding: gzip",
    b"X: y\r\n" * 5_000,
    b": nothing",
    b"no colon at all",
    b"Content-Length: -1",
    b"\xff\xfe: \x00",
    b" folded: x\r\n\tfolded",
)
_TYPES: tuple[bytes, ...] = (
    b"multipart/form-data",
    b"multipart/form-data; boundary=",
    b"multipart/form-data; boundary=" + b"b" * 5_000,
    b'multipart/form-data; boundary="b0"',
    b"multipart/form-data; boundary=b1",
    b"multipart/form-data; boundary=b0; boundary=b1",
    b"multipart/form-data; charset=utf-16; boundary=b0",
    b"multipart/form-data; charset=hex_codec; boundary=b0",
    b"multipart/form-data; boundary=\xe5\xb9\xb4",
    b"multipart/mixed; boundary=b0",
    b"application/x-www-form-urlencoded",
    b"MULTIPART/FORM-DATA; BOUNDARY=b0",
)

Form = tuple[bytes, bytes]  # content type, body


def part(content: bytes, disposition: bytes = b'name="file"; filename="a.md"', headers: bytes = b"") -> bytes:
    """A part of a form."""
    more = headers.rstrip(b"\r\n") + b"\r\n" if headers else b""
    return b"--%s\r\nContent-Disposition: form-data; %s\r\n%s\r\n%s\r\n" % (
        BOUNDARY,
        disposition,
        more,
        content,
    )


def form(*parts: bytes, end: bytes = b"--b0--\r\n") -> Form:
    """A form of these parts."""
    return b"multipart/form-data; boundary=b0", b"".join(parts) + end


def fixed() -> Iterator[tuple[str, Form]]:
    """The same ones for every route."""
    file = part(_TEXT)
    for name in _NAMES:
        yield f"a file's name: {name[:40]!r}", form(part(_TEXT, b'name="file"; ' + name))
    for header in _HEADERS:
        yield f"a part's header: {header[:40]!r}", form(part(_TEXT, headers=header))
    for kind in _TYPES:
        yield f"content type: {kind[:60]!r}", (kind, file + b"--b0--\r\n")
    yield "no part", form()
    yield "no end", form(file, end=b"")
    yield "only dashes", form(end=b"-" * 10_000)
    yield "text before and behind", form(b"x" * 10_000 + b"\r\n", file, end=b"--b0--\r\n" + b"x" * 10_000)
    yield "a part without a name", form(part(_TEXT, b'filename="a.md"'))
    yield "a name that is empty", form(part(_TEXT, b'name=""; filename="a.md"'))
    yield "a name of 100,000 letters", form(part(_TEXT, b'name="' + b"n" * 100_000 + b'"'))
    yield "a part without headers", form(b"--b0\r\n\r\ntext\r\n")
    yield "the file twice", form(file, file)
    yield "the file as a field", form(part(b"text", b'name="file"'))
    yield "10,000 fields", form(*[part(b"x", b'name="kind"')] * 10_000)
    yield "10,000 files", form(*[file] * 10_000)
    yield "a field of 2 MB", form(part(b"x" * 2_000_000, b'name="title"'), file)
    yield "a field that is no text", form(part(b"\xff\xfe\x00\x80", b'name="kind"'), file)
    yield "half a character in a field", form(part("年".encode()[:2], b'name="title"'), file)
    yield "a form within a form", form(part(form(file)[1], b'name="file"; filename="a.md"'))
    yield "bare line feeds", (form()[0], form(file)[1].replace(b"\r\n", b"\n"))
    yield "an end in the middle", form(file, b"--b0--\r\n", file)
    yield "a boundary in the content", form(part(b"--b0 \r\n--b0x\r\n\r\n--b"))


def mutated(dice: Random) -> tuple[str, Form]:
    """A form with a few of all of these, broken further."""
    disposition = b'name="%s"; %s' % (dice.choice((b"file", b"kind", b"title", b"map")), dice.choice(_NAMES))
    kind, body = form(part(_TEXT, disposition, dice.choice(_HEADERS)), part(_TEXT))
    mutate: Callable[[bytes, Random], bytes] = dice.choice(raw.ALL)
    return mutate.__name__, (dice.choice((kind, kind, *_TYPES)), mutate(body, dice))
