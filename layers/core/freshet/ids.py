"""Identifiers: ULIDs, 26 characters that sort by the time of their making."""

import os
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32


def new_id() -> str:
    """A ULID: 48 bits of milliseconds, then 80 random bits (https://github.com/ulid/spec)."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def made_at(id_: str) -> float:
    """When a ULID was made, in seconds since 1970; 0 for what is none."""
    if len(id_) != 26 or not set(id_) <= set(_ALPHABET):
        return 0.0
    number = 0
    for letter in id_[:10]:
        number = number << 5 | _ALPHABET.index(letter)
    return number / 1000
