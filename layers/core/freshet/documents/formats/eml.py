"""E-mail: the subject as heading, who wrote when to whom, the text, and attachments in readable formats.

Of a message in several versions the plain text is read, else the HTML. Web archives (.mhtml) are mail without
an addressee. Header lines are decoded here and not by the standard library's newer policy, which fails on
what real mail holds: labels that lie, bytes beyond ASCII, broken dates.
What does not belong here: how attachments' formats are read (the registry), encodings.
"""

import email
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message
from pathlib import Path

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats import html, text
from freshet.encodings import decode, detect

_SHOWN = ("From", "To", "Cc", "Date")
_MAX_PARTS = 500
_MAX_DEPTH = 5  # of messages in messages; what is attached deeper is only listed
_MAX_ATTACHMENTS = 20  # read; all are listed
_MAX_ATTACHED = 32_000_000  # bytes read of all of them
_MAX_HEADER = 50_000  # characters; the time to decode more grows with their square
_FOLD = re.compile(r"\s+")


def read(path: Path) -> Iterator[Block | Progress]:
    """The message's blocks, then each attachment's under a heading with its name; there are no pages."""
    message = _message(text.load(path))
    if _is_encrypted(message):
        raise errors.Encrypted(
            "The message is encrypted. Open it in your mail program, save it unencrypted and upload that."
        )
    found = False
    for block in _Reader().blocks(message):
        found = True
        yield block
    if not found:
        raise text.blank()
    yield Progress(1, 1)


def parse(data: bytes) -> Iterator[Block]:
    """The blocks of a message or a web archive."""
    return _Reader().blocks(_message(data))


def _message(data: bytes) -> Message:
    encoding, mark = detect(data[:8192])
    if encoding.startswith("utf-16"):  # a message that somebody saved as text
        data = data[mark:].decode(encoding, "replace").encode()
    return email.message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip())


def _is_encrypted(message: Message) -> bool:
    """Whether the whole message is locked up, by PGP or S/MIME; of the latter's kinds one only signs."""
    kind = message.get_content_type()
    if kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        return str(message.get_param("smime-type", "")).lower() != "signed-data"
    return kind == "multipart/encrypted"


class _Reader:
    """Reads a message, and the messages attached to it as part of it."""

    def __init__(self) -> None:
        self._left = _MAX_ATTACHED  # bytes
        self._count = _MAX_ATTACHMENTS

    def blocks(self, message: Message, level: int = 1) -> Iterator[Block]:
        yield from _head(message, level)
        attachments: list[Message] = []
        for part in _bodies(message, attachments):
            yield from _body(part, level)
        if attachments:
            names = (name(part) for part in attachments)
            yield Block("\n".join(f"- {one}" for one in names), "list")
        for part in attachments if level <= _MAX_DEPTH else ():
            yield from self._attachment(part, level + 1)

    def _attachment(self, part: Message, level: int) -> Iterator[Block]:
        if part.get_content_type() == "message/rfc822":
            for inner in _forwarded(part):
                yield from self.blocks(inner, level)
            return
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes) or len(data) > self._left or not self._count:
            return
        self._left, self._count = self._left - len(data), self._count - 1
        titled = False
        for block in _read(data, name(part)):
            if not titled:
                yield Block(name(part), "heading", level=level)
            titled = True
            yield replace(block, page=None, level=block.level + level if block.kind == "heading" else 0)


def _forwarded(part: Message) -> Iterator[Message]:
    """The attached message; some programs encode it, which the standard forbids and the parser ignores."""
    for message in _parts(part)[:1]:
        if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
            yield _message(_decoded_base64(str(message.get_payload())))
        else:
            yield message


def _decoded_base64(payload: str) -> bytes:
    """Base64 as mail has it, cut off or with rubbish in between: the parser is used to it, base64 is not."""
    part = Message()
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(payload)
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _read(data: bytes, filename: str) -> Iterator[Block]:
    """An attachment's blocks; one that can't be read is left at its name in the list."""
    from freshet.documents.formats import detect as detect_format
    from freshet.documents.formats import read as read_format

    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        path = Path(file.name)
        try:
            if detect_format(path, filename) != "eml":
                yield from (one for one in read_format(path, filename) if isinstance(one, Block))
        except (MemoryError, RecursionError):
            raise
        except Exception:  # whatever is wrong with an attachment, the message is still a message
            return


def _head(message: Message, level: int) -> Iterator[Block]:
    subject = header(message, "Subject")
    if subject:
        yield Block(subject, "heading", level=level)
    lines = [f"{label}: {value}" for label in _SHOWN if (value := header(message, label))]
    if lines:
        yield Block("\n".join(lines))


def _bodies(message: Message, attachments: list[Message]) -> Iterator[Message]:
    """The parts that are the message's text, in order; the others are collected in `attachments`."""
    stack, count = [message], 0
    while stack and count < _MAX_PARTS:
        part, count = stack.pop(), count + 1
        kind = part.get_content_type()
        inner = _parts(part)
        if kind == "message/rfc822" or part.get_content_disposition() == "attachment":
            attachments.append(part)
        elif inner:
            stack += reversed(_alternative(inner) if kind == "multipart/alternative" else inner)
        elif part.get_content_maintype() == "text" and kind != "text/calendar":
            yield part
        elif _filename(part):
            attachments.append(part)


def _parts(part: Message) -> list[Message]:
    # Only then: of a text it would be decoded as its label says, and some labels let that fail.
    inner = part.get_payload() if part.is_multipart() else ()
    return [one for one in inner if isinstance(one, Message)]


def _alternative(versions: list[Message]) -> list[Message]:
    """The version to read: plain text that says something, else HTML, else what may hold one."""
    for part in versions:
        if part.get_content_type() == "text/plain" and _text(part).strip():
            return [part]
    for part in versions:
        if part.get_content_type() == "text/html":
            return [part]
    return versions[-1:]


def _body(part: Message, level: int) -> Iterator[Block]:
    if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
        data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            for block in html.parse(data, part.get_content_charset(), titled=False):
                yield replace(block, level=block.level + level) if block.kind == "heading" else block
    else:
        yield from text.parse(_text(part))


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    return decode(data, part.get_content_charset()) if isinstance(data, bytes) else ""


def header(message: Message, label: str) -> str:
    """A header's text on one line, whatever it is encoded in."""
    return _FOLD.sub(" ", _decoded(message.get(label, ""))).strip()


def name(part: Message) -> str:
    """An attachment's name; a message without one goes by its subject."""
    filename = _FOLD.sub(" ", _decoded(_filename(part)))
    if not filename and (inner := _parts(part)):
        filename = header(inner[0], "Subject")
    return filename.replace("/", "_").strip() or part.get_content_type()


def _filename(part: Message) -> str:
    """A part's own name for itself; that of its kind where it is in an encoding of no texts."""
    try:
        return part.get_filename() or ""
    except ValueError:
        return part.get_content_type()


def _decoded(value: str | Header) -> str:
    try:
        pieces = decode_header(value[:_MAX_HEADER] if isinstance(value, str) else value)
    except (HeaderParseError, ValueError):
        return str(value)
    return "".join(piece if isinstance(piece, str) else decode(piece, charset) for piece, charset in pieces)
