"""Zip archives that are the same bytes for the same content."""

import io
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a zip can tell of
_READABLE = 0o644 << 16


def packed(files: Mapping[str, bytes]) -> bytes:
    """An archive of the files, by their names in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE
            entry.create_system = 3  # Unix, wherever this runs
            archive.writestr(entry, data)
    return buffer.getvalue()
