"""From bytes to text: which encoding a file without a label is in.

Order: byte order mark, UTF-16/32 without one, UTF-8, the declared encoding, then the legacy encoding under
which the bytes read as the most usual writing: most of them decode each other's bytes without an error.
Measured against charset-normalizer: right more often in short texts, and no import.
What does not belong here: how usual characters are (`frequencies`), file formats.
"""

import codecs
import math
import re

from freshet.encodings.frequencies import LANGUAGES, models

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 8_192  # bytes judged: a page or two
_PIECE = 1 << 20  # bytes decoded at a time
_UTF16 = ("utf-16-le", "utf-16-be")
# Nats that decide between a few odd characters: what lies about in the world, by and large.
_PRIOR = {"cp1252": 3.0, "gb18030": 4.0, "utf-16-le": -8.0, "utf-16-be": -10.0}
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_UNUSUAL = -9.5  # nats a character: text costs 4 to 8, random bytes 12
_PRINTABLE = bytes((*b"\t\n\f\r", *range(0x20, 0x7F)))
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_REPLACED = "\ufffd".encode()

# What a label means in practice (WHATWG): the supersets.
_LABELS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
}


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of `data`, line ends as "\\n". What the encoding can't express becomes U+FFFD."""
    encoding, mark = detect(data, declared)
    return data[mark:].decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")


def detect(data: bytes, declared: str | None = None) -> tuple[str, int]:
    """The encoding of `data` and the length of its byte order mark."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name, len(mark)
    if b"\x00" in data[:_SAMPLE]:
        return _wide(data[:_SAMPLE]), 0
    if b"\x1b$" in data[:_SAMPLE]:
        return ("iso2022_kr" if b"\x1b$)C" in data[:_SAMPLE] else "iso2022_jp_2"), 0
    first = _NOT_ASCII.search(data)
    if first is None:
        controls = data[:_SAMPLE].translate(None, _PRINTABLE)
        return (_wide(data[:_SAMPLE]) if len(controls) * 10 > len(data[:_SAMPLE]) else "utf-8"), 0
    # In every legacy encoding the first byte beyond ASCII begins a character: cutting there is safe.
    cut = 0 if first.start() < _SAMPLE // 2 else first.start()
    sample = data[cut : cut + _SAMPLE]
    if _mostly_utf8(data):
        return "utf-8", 0
    return _declared(sample, declared) or _guess(sample), 0


def looks_like_text(head: bytes) -> bool:
    """Whether a file that begins with `head` is text in some encoding, not a binary format."""
    encoding, mark = detect(head)
    text = head[mark:].decode(encoding, "replace")
    if not mark and encoding in _UTF16 and _score(head[:_SAMPLE], encoding) < _UNUSUAL * len(text[:_SAMPLE]):
        return False  # any bytes are UTF-16, only not of any writing
    return len(_CONTROLS.findall(text)) * 100 <= len(text) and text.count("\ufffd") * 10 <= len(text)


def _wide(sample: bytes) -> str:
    """UTF-16 and UTF-32 by where the zero bytes of ASCII characters lie."""
    zeros = [sample[at::4].count(0) for at in range(4)]
    quarter = len(sample) // 4
    if zeros[2] > 0.9 * quarter and zeros[3] > 0.9 * quarter:
        return "utf-32-le"
    if zeros[0] > 0.9 * quarter and zeros[1] > 0.9 * quarter:
        return "utf-32-be"
    return max(_UTF16, key=lambda name: _score(sample, name))


def _mostly_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8, a few broken ones forgiven: nothing else looks like it by chance.

    All of them are looked at: the first odd byte may be the only broken one. What was broken before it was
    written as UTF-8 is not broken now.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    broken = wide = 0
    for at in range(0, len(data), _PIECE):
        piece = data[at : at + _PIECE]
        text = decoder.decode(piece, final=len(data) < _SAMPLE)
        broken += text.count("\ufffd") - piece.count(_REPLACED)
        wide += len(text) - len(piece.translate(None, _BEYOND_ASCII))
    return broken * 20 <= wide


def _declared(sample: bytes, label: str | None) -> str | None:
    try:
        name = codecs.lookup(label or "").name
        # Some that Python knows are of no texts, or read half a character out of whole ones.
        b"\\ud800".decode(name, "replace").encode()
    except (LookupError, ValueError):
        return None
    name = _LABELS.get(name, name)
    text = None if name.startswith(("utf-", "utf_")) else _decoded(sample, name)
    return name if text and not _CONTROLS.search(text) else None


def _guess(sample: bytes) -> str:
    return max((*LANGUAGES, *_UTF16), key=lambda name: _score(sample, name))


def _score(sample: bytes, encoding: str) -> float:
    """How usual the sample's characters are in the best-fitting language of an encoding."""
    text = _decoded(sample, encoding, "strict" if encoding in _UTF16 else "replace")
    if text is None:
        return -math.inf
    return _PRIOR.get(encoding, 0.0) + max(model.score(text) for model in models(encoding))


def _decoded(sample: bytes, encoding: str, broken: str = "strict") -> str | None:
    """The sample's text, perhaps cut inside a character, None if it is not in this encoding."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)(broken)
        return decoder.decode(sample, final=len(sample) < _SAMPLE)
    except (UnicodeDecodeError, LookupError, TypeError):
        return None
