"""Mutations of PDF's own structure: objects, references, streams, the table of where they are."""

import re
import zlib
from random import Random

_NUMBER = re.compile(rb"(?<=[\s\[/(])-?\d+(?:\.\d+)?(?=[\s\]/>)])")
_REFERENCE = re.compile(rb"\b(\d{1,7}) \d{1,3} R\b")
_OBJECT = re.compile(rb"\b(\d{1,7}) \d{1,3} obj\b")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_COUNT = re.compile(rb"/Count\s+-?\d+")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]{0,200}\]|/\w+)")
_STARTXREF = re.compile(rb"startxref\s+(\d+)")
_HUGE = (b"-1", b"0", b"2147483647", b"-2147483648", b"4294967296", b"9" * 40, b"1e9", b"0.0000001")
_FILTERS = (
    b"/Filter /ASCIIHexDecode",
    b"/Filter /RunLengthDecode",
    b"/Filter /LZWDecode",
    b"/Filter [" + b"/FlateDecode " * 60 + b"]",
    b"/Filter /Crypt",
    b"/Filter /Nothing",
)
_COMMANDS = (b"q ", b"BT ", b"0 0 m 9 9 l S ", b"/Fm0 Do ", b"[(x) -9e9] TJ ", b"1e30 0 0 1e30 0 0 cm ")


def count_huge(data: bytes, dice: Random) -> bytes:
    return _COUNT.sub(b"/Count " + dice.choice(_HUGE), data)


def references_crossed(data: bytes, dice: Random) -> bytes:
    """Kids that are their own parents, pages that are fonts, loops of any length."""
    numbers = _REFERENCE.findall(data) or [b"1"]
    share = dice.choice((0.01, 0.2, 1.0))
    return _REFERENCE.sub(
        lambda found: b"%s 0 R" % dice.choice(numbers) if dice.random() < share else found[0], data
    )


def numbers_wild(data: bytes, dice: Random) -> bytes:
    share, value = dice.choice((0.001, 0.02, 0.5)), dice.choice(_HUGE)
    return _NUMBER.sub(lambda found: value if dice.random() < share else found[0], data)


def objects_renumbered(data: bytes, dice: Random) -> bytes:
    numbers = _OBJECT.findall(data) or [b"1"]
    share = dice.choice((0.05, 0.5))
    return _OBJECT.sub(
        lambda found: b"%s 0 obj" % dice.choice(numbers) if dice.random() < share else found[0], data
    )


def xref_loop(data: bytes, dice: Random) -> bytes:
    """A trailer whose previous table is itself, or lies elsewhere."""
    at = [int(place) for place in _STARTXREF.findall(data)] or [0]
    previous = dice.choice((dice.choice(at), dice.randrange(len(data) + 1), len(data), 10**12))
    return re.sub(rb"trailer\s*<<|/Type\s*/XRef", lambda found: found[0] + b" /Prev %d " % previous, data)


def xref_elsewhere(data: bytes, dice: Random) -> bytes:
    return _STARTXREF.sub(b"startxref\n%d" % dice.choice((0, 1, dice.randrange(len(data) + 1), 10**15)), data)


def filters_odd(data: bytes, dice: Random) -> bytes:
    value, share = dice.choice(_FILTERS), dice.choice((0.1, 1.0))
    return _FILTER.sub(lambda found: value if dice.random() < share else found[0], data)


def streams_mutated(data: bytes, dice: Random) -> bytes:
    """A stream's content cut, stirred or replaced by endless commands, and packed again."""
    streams = list(_STREAM.finditer(data))
    if not streams:
        return data
    found = dice.choice(streams)
    commands = dice.choice(_COMMANDS) * dice.choice((10, 100_000, 1_000_000))
    content = dice.choice((_stirred(found[1], dice), zlib.compress(commands, 1), commands[:50_000], b""))
    return data[: found.start(1)] + content + data[found.end(1) :]


def nested_deep(data: bytes, dice: Random) -> bytes:
    depth = dice.choice((500, 100_000))
    opened, closed = dice.choice(((b"[", b"]"), (b"<</A ", b">>"), (b"(", b")")))
    place = dice.choice([found.end() for found in _OBJECT.finditer(data)] or [len(data)])
    return data[:place] + opened * depth + closed * depth + data[place:]


def locked(data: bytes, dice: Random) -> bytes:
    version = dice.choice((0, 1, 2, 4, 5, 6, 99))
    key = b"/Encrypt << /Filter /Standard /V %d /R %d /O (%s) /U (%s) /P -4 >>"
    said = key % (version, version, b"x" * 32, b"y" * dice.choice((0, 32, 48)))
    return re.sub(rb"trailer\s*<<", lambda found: found[0] + said, data)


def appended(data: bytes, dice: Random) -> bytes:
    """An update at the end that says otherwise, as savers append them: the last word counts."""
    root = dice.choice(_OBJECT.findall(data) or [b"1"])
    body = dice.choice((b"<< /Type /Pages /Kids [%s 0 R] /Count 9 >>" % root, b"null", b"[ ]", b"<<"))
    at = len(data) + 1
    return (
        data
        + b"\n%s 0 obj\n%s\nendobj\nxref\n%s 1\n%010d 00000 n \ntrailer << /Size 9 >>\nstartxref\n%d\n"
        % (
            *(root, body, root, at),
            at + len(body),
        )
    )


def _stirred(stream: bytes, dice: Random) -> bytes:
    try:
        content = bytearray(zlib.decompress(stream))
    except zlib.error:
        content = bytearray(stream)
    for _ in range(dice.choice((1, 20, 500)) if content else 0):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return zlib.compress(bytes(content), 1)


ALL = (
    *(count_huge, references_crossed, numbers_wild, objects_renumbered, xref_loop, xref_elsewhere),
    *(filters_odd, streams_mutated, streams_mutated, nested_deep, locked, appended),
)
