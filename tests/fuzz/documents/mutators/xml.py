"""Mutations of markup: HTML, and the parts of zipped documents."""

import re
from random import Random

_TAG = re.compile(rb"<[^<>]{1,200}>")
_NUMBER = re.compile(rb'(?<=")-?\d+(?=")|(?<=>)-?\d+(?=<)')
_HUGE = (b"-1", b"0", b"4294967296", b"99999999999999999999", b"1e999", b"NaN", b"", "九".encode())
_DEPTHS = (100, 5_000, 50_000)
_LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "%s">%%s]>' % (b"&a;" * 50)
_BOMB = _LAUGHS % b"".join(
    b'<!ENTITY %c "%s">' % (99 + level, (b"&%c;" % (98 + level)) * 50) for level in range(6)
)
_OUTSIDE = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY %% p SYSTEM "%s">%%p;]>'
_PROLOG = re.compile(rb"^\s*<\?xml[^>]*\?>")


def entity_bomb(data: bytes, dice: Random) -> bytes:
    return _declared(data, _BOMB, b"&h;", dice)


def external_entity(data: bytes, dice: Random) -> bytes:
    return _declared(data, _OUTSIDE % b"http://127.0.0.1:9/x.dtd", b"&x;", dice)


def deep(data: bytes, dice: Random) -> bytes:
    """An element within itself, often enough for a recursive reader's stack."""
    tags = [tag for tag in _TAG.findall(data) if not tag.startswith((b"</", b"<?", b"<!"))]
    opened = dice.choice(tags).replace(b"/>", b">") if tags else b"<div>"
    name = re.split(rb"[\s/>]", opened[1:], maxsplit=1)[0]
    depth, place = dice.choice(_DEPTHS), _after_a_tag(data, dice)
    closed = b"</%s>" % name if dice.random() < 0.7 else b""
    return data[:place] + opened * depth + b"deep" + closed * depth + data[place:]


def tag_dropped(data: bytes, dice: Random) -> bytes:
    tags = list(_TAG.finditer(data))
    if not tags:
        return data
    gone = dice.choice(tags)
    return data[: gone.start()] + data[gone.end() :]


def tags_swapped(data: bytes, dice: Random) -> bytes:
    tags = list(_TAG.finditer(data))
    if len(tags) < 2:
        return data
    first, second = sorted(dice.sample(tags, 2), key=lambda tag: tag.start())
    between = data[first.end() : second.start()]
    return data[: first.start()] + second[0] + between + first[0] + data[second.end() :]


def numbers_wild(data: bytes, dice: Random) -> bytes:
    """Counts, indexes, sizes and references to elsewhere, all over the part."""
    share = dice.choice((0.001, 0.05, 1.0))
    value = dice.choice(_HUGE)
    return _NUMBER.sub(lambda found: value if dice.random() < share else found[0], data)


def repeated(data: bytes, dice: Random) -> bytes:
    """A piece of the part so often that it grows to a few megabytes."""
    tags = list(_TAG.finditer(data))
    if len(tags) < 2:
        return data
    number = dice.randrange(len(tags) - 1)
    start, end = tags[number].start(), tags[min(number + dice.randint(1, 40), len(tags) - 1)].end()
    times = min(2_000, 4_000_000 // (end - start) + 1)
    return data[:end] + data[start:end] * times + data[end:]


def other_encoding(data: bytes, dice: Random) -> bytes:
    """What the prolog says is not what follows."""
    said = dice.choice((b"utf-16", b"utf-32", b"gb18030", b"utf-7", b"ebcdic-cp-us", b"x", b"us-ascii"))
    return b'<?xml version="1.0" encoding="%s"?>' % said + _PROLOG.sub(b"", data)


def long_name(data: bytes, dice: Random) -> bytes:
    place = _after_a_tag(data, dice)
    name = b"n" * dice.choice((1_000, 1_000_000))
    inserted = dice.choice((b"<%s/>" % name, b'<a %s="%s"/>' % (name, name), b"<!--%s-->" % name))
    return data[:place] + inserted + data[place:]


def _declared(data: bytes, doctype: bytes, reference: bytes, dice: Random) -> bytes:
    prolog = _PROLOG.match(data)
    start = prolog.end() if prolog else 0
    place = max(_after_a_tag(data, dice), start)
    return data[:start] + doctype + data[start:place] + reference + data[place:]


def _after_a_tag(data: bytes, dice: Random) -> int:
    tags = list(_TAG.finditer(data))
    return dice.choice(tags).end() if tags else len(data)


ALL = (
    entity_bomb,
    external_entity,
    deep,
    tag_dropped,
    tags_swapped,
    numbers_wild,
    repeated,
    other_encoding,
    long_name,
)
