"""Mutations of texts: encodings broken or mixed, and what each format nests, quotes or numbers."""

import re
from random import Random

from tests.fuzz.documents.mutators.raw import Mutator

_ENCODINGS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "gb18030",
    "gbk",
    "big5",
    "shift_jis",
    "utf-7",
    "cp1251",
)
_HAN = "员工每年享有二十五天带薪年假，工资每月二十八日发放。" * 8
_MARKS = (
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xff\xfe\x00\x00",
    b"\x00\x00\xfe\xff",
    b"\x84\x31\x95\x33",
)
_BAD = (b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xff", b"\x81", b"\x00", b"\xe4\xbd", b"\x1b$B")
_OPENERS = {
    "json": (b"[", b'{"a":', b'"', b"\\u", b"1"),
    "csv": (b'"', b",", b";", b"\t", b"\r"),
    "md": (b"> ", b"- ", b"# ", b"*", b"`", b"[", b"![", b"|", b"    ", b"<div>", b"[^1]: "),
    "html": (b"<div>", b"<table><tr><td>", b"<!--", b"<ul><li>", b"<b>", b"&#", b"<script>", b"<svg>", b"<"),
    "txt": (b"\n", b"\t", b" ", b"-", b"1. "),
    "eml": (b"Subject: x\r\n", b"\r\n", b"--", b"=?utf-8?B?", b"=", b"\x00"),
}
_DEPTHS = (50, 3_000, 100_000)
_NUMBER = re.compile(rb"\d+")
_NUMBERS = (b"9" * 5_000, b"1e400", b"-0", b"1e-999", b"NaN", b"0x7f", b"\xd9\xa1\xd9\xa2")


def other_encoding(data: bytes, dice: Random) -> bytes:
    """In another encoding and cut within a character."""
    text = _HAN[: dice.randrange(len(_HAN))] + data.decode(errors="ignore")
    encoded = text.encode(dice.choice(_ENCODINGS), errors="ignore")
    return encoded[: len(encoded) - dice.randrange(4)]


def wrong_mark(data: bytes, dice: Random) -> bytes:
    return dice.choice(_MARKS) + data


def mixed_encodings(data: bytes, dice: Random) -> bytes:
    """A file that two programs wrote to."""
    place = dice.randrange(len(data) + 1)
    return (
        data[:place]
        + _HAN.encode(dice.choice(_ENCODINGS), errors="ignore")[dice.randrange(4) :]
        + data[place:]
    )


def bad_sequences(data: bytes, dice: Random) -> bytes:
    found = bytearray(data)
    for _ in range(dice.choice((1, 10, 300))):
        place = dice.randrange(len(found) + 1)
        found[place:place] = dice.choice(_BAD)
    return bytes(found)


def numbers_wild(data: bytes, dice: Random) -> bytes:
    value, share = dice.choice(_NUMBERS), dice.choice((0.01, 0.3))
    return _NUMBER.sub(lambda found: value if dice.random() < share else found[0], data[:200_000])


def one_line(data: bytes, dice: Random) -> bytes:
    return re.sub(rb"[\r\n]+", dice.choice((b" ", b"", b"\r", b"\x0b", "\u2028".encode())), data)


def opened(kind: str) -> Mutator:
    """A mutation that opens what the format nests, thousands of times, and closes none of it."""

    def endless(data: bytes, dice: Random) -> bytes:
        place = dice.choice((0, len(data), dice.randrange(len(data) + 1)))
        return data[:place] + dice.choice(_OPENERS[kind]) * dice.choice(_DEPTHS) + data[place:]

    return endless


ALL = (other_encoding, other_encoding, wrong_mark, mixed_encodings, bad_sequences, numbers_wild, one_line)
