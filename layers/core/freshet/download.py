"""What a file that is taken away is called."""

import re
import unicodedata
from urllib.parse import quote

MAX_NAME = 80  # characters of a file name, of which each may be 12 in a header


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
