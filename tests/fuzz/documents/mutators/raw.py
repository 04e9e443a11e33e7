"""Mutations of bytes, whatever they are: what broken disks, cut transfers and blind fuzzers do."""

from collections.abc import Callable
from random import Random

Mutator = Callable[[bytes, Random], bytes]

_EDGES = (
    b"\x00",
    b"\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\x00\x00\x00",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
)
_MOST = 64_000  # bytes of a range that is doubled or overwritten


def truncated(data: bytes, dice: Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def headless(data: bytes, dice: Random) -> bytes:
    return data[dice.randrange(min(len(data), 2_000) + 1) :]


def bits_flipped(data: bytes, dice: Random) -> bytes:
    found = bytearray(data)
    for _ in range(dice.choice((1, 2, 8, 64, 512)) if found else 0):
        found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
    return bytes(found)


def zeroed(data: bytes, dice: Random) -> bytes:
    start, end = _range(data, dice)
    return data[:start] + bytes(end - start) + data[end:]


def doubled(data: bytes, dice: Random) -> bytes:
    start, end = _range(data, dice)
    return data[:end] + data[start:end] * dice.choice((1, 2, 16)) + data[end:]


def cut_out(data: bytes, dice: Random) -> bytes:
    start, end = _range(data, dice)
    return data[:start] + data[end:]


def swapped(data: bytes, dice: Random) -> bytes:
    start, middle, end = sorted(dice.randrange(len(data) + 1) for _ in range(3))
    return data[:start] + data[middle:end] + data[start:middle] + data[end:]


def noise(data: bytes, dice: Random) -> bytes:
    start, end = _range(data, dice)
    return data[:start] + dice.randbytes(end - start) + data[end:]


def edges(data: bytes, dice: Random) -> bytes:
    """Numbers at the end of their range, where lengths and offsets may be."""
    found = bytearray(data)
    for _ in range(dice.randint(1, 12)):
        place, value = dice.randrange(len(found) + 1), dice.choice(_EDGES)
        found[place : place + len(value)] = value
    return bytes(found)


def _range(data: bytes, dice: Random) -> tuple[int, int]:
    start = dice.randrange(len(data) + 1)
    return start, min(len(data), start + dice.randint(0, dice.choice((8, 512, _MOST))))


ALL = (truncated, headless, bits_flipped, zeroed, doubled, cut_out, swapped, noise, edges)
