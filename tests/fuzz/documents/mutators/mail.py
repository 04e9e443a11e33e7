"""Mutations of e-mails: parts within parts, boundaries, encodings of headers and bodies, attachments."""

import base64
import re
from random import Random

_HEADER = re.compile(rb"^([\w-]+):[^\r\n]*", re.MULTILINE)
_CHARSET = re.compile(rb'charset="?[\w-]+"?', re.IGNORECASE)
_ENCODING = re.compile(rb"(Content-Transfer-Encoding:)[^\r\n]*", re.IGNORECASE)
_BOUNDARY = re.compile(rb'boundary="?([^"\r\n;]+)"?', re.IGNORECASE)
_WORDS = (
    b"=?x?B?AAAA?=",
    b"=?utf-8?B?4?=",
    b"=?gb18030?Q?=81?=",
    b"=?utf-8?Q?" + b"=E5=B9=B4" * 2_000 + b"?=",
)
_DEPTHS = (3, 60, 2_000)


def forwarded(data: bytes, dice: Random) -> bytes:
    """The message within a message within a message."""
    head = b"Subject: Fwd\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
    return head * dice.choice(_DEPTHS) + data


def attached(data: bytes, dice: Random) -> bytes:
    """The message as an attachment, in base64 that may be broken, under parts within parts."""
    packed = base64.encodebytes(data[:300_000])
    if dice.random() < 0.5:
        packed = packed[: dice.randrange(len(packed) + 1)] + b"!=="
    out = b"Subject: parts\r\nMIME-Version: 1.0\r\n"
    depth = dice.choice(_DEPTHS)
    for number in range(depth):
        out += b'Content-Type: multipart/%s; boundary="b%d"\r\n\r\n--b%d\r\n' % (
            dice.choice((b"mixed", b"alternative", b"related", b"nothing")),
            *(number, number),
        )
    head = b'Content-Type: message/rfc822; name="../\xff.eml"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return out + head + packed + b"".join(b"\r\n--b%d--" % number for number in reversed(range(depth)))


def boundary_odd(data: bytes, dice: Random) -> bytes:
    value = dice.choice(
        (b'boundary=""', b"boundary", b'boundary="' + b"b" * 70_000 + b'"', b"boundary*0=a", b"")
    )
    return _BOUNDARY.sub(value, data, count=1)


def charset_odd(data: bytes, dice: Random) -> bytes:
    name = dice.choice(
        (b"x-unknown", b"utf-16", b"hex", b"zip", b"idna", b"utf-7", b"../..", b"\xff", b"gb18030")
    )
    return _CHARSET.sub(b'charset="%s"' % name, data)


def encoding_odd(data: bytes, dice: Random) -> bytes:
    name = dice.choice((b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"binary", b"\xff", b""))
    return _ENCODING.sub(rb"\1 " + name, data)


def headers_odd(data: bytes, dice: Random) -> bytes:
    headers = [found.end() for found in _HEADER.finditer(data[:20_000])]
    place = dice.choice(headers or [0])
    inserted = dice.choice((*_WORDS, b"\r\n " + b"x" * 900_000, b"\r\nX: y" * 20_000, b"\r\n\xff\xfe: \x00"))
    return data[:place] + inserted + data[place:]


ALL = (forwarded, attached, boundary_odd, charset_odd, encoding_odd, headers_odd)
