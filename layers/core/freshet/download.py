"""A file that is taken away: what it is called, and what any text in one is kept from.

What does not belong here: formats, and what each of them escapes.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

MAX_NAME = 80  # characters of a file name, of which each may be 12 in a header
# What XML 1.0 has no place for; other formats part fields by one of them or stop at another.
_UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")  # some fold the full-width ones, too


@dataclass(frozen=True, slots=True)
class Download:
    """A file, and the name that it is saved under; `otherwise` is its stem for who knows only ASCII."""

    data: bytes
    media_type: str
    filename: str
    otherwise: str

    @property
    def headers(self) -> dict[str, str]:
        """What it goes out with, besides its type."""
        stem, _, suffix = self.filename.rpartition(".")
        return {"Content-Disposition": disposition(stem, suffix, otherwise=self.otherwise)}


def writable(text: str) -> str:
    """The text with line feeds as its only line ends, without the characters that XML 1.0 does not allow."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def cell(text: str) -> str:
    """A cell of a CSV file. One that a spreadsheet would take for a formula begins with an apostrophe.

    OWASP advises so: https://owasp.org/www-community/attacks/CSV_Injection.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def filename(title: str, suffix: str, *, otherwise: str) -> str:
    """The name of a file with this title.

    `otherwise` is the name of one whose title has no character that a file name may have.
    """
    return f"{_stem(title) or otherwise}.{suffix}"


def disposition(title: str, suffix: str, *, otherwise: str) -> str:
    """The header that has a file saved under the title (RFC 6266); in ASCII for who knows no more."""
    name = _stem(title) or otherwise
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = " ".join(re.sub(r"[^\w .()-]", "", plain, flags=re.ASCII).split()).strip(". ") or otherwise
    encoded = quote(filename(title, suffix, otherwise=otherwise), safe="")
    return f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{encoded}"


def _stem(title: str) -> str:
    """The title without what a file name can't have on some system."""
    kept = (char for char in title if unicodedata.category(char) not in {"Cc", "Cs"})
    spaced = " ".join(re.sub(r'[\\/:*?"<>|]', " ", "".join(kept)).split())
    return spaced[:MAX_NAME].strip(". ")
