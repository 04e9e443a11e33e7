"""What a reader does, forked for one file: sets its limits, parses, writes one JSON object a line to stdout.

    {"block": [text, kind, page, level, header]} · {"progress": [done, total]}
    {"error": {"code", "message", "trace"?}} or {"end": true} is the last line

A format's module is imported when it is wanted: few readers want the same. What does not belong here: where
readers come from (`reading_server`), who reads their lines (`reading`).
"""

import json
import re
import resource
import sys
import traceback
from pathlib import Path
from typing import Any

from freshet.documents.blocks import Block, Progress
from freshet.errors import Damaged, DocumentError, NoText, OverLimit

_MAX_TEXT = 20_000_000  # characters in a document: some ten thousand pages
_MAX_BLOCK = 50_000  # characters; with its header and escapes a block stays far below the parent's line limit
_MAX_HEADER = 4_000
_TOO_LONG = "The file holds more text than can be indexed. Split it into parts and upload those."
_TOO_DEEP = "The file's content is nested too deep. Save it in a simpler form, such as PDF or plain text."
_NO_TEXT = "The file has no letters or digits to search for. If it shows text, upload the text itself."
_TOO_MUCH = "Reading the file takes more memory than allowed. Split it into parts, or save it again."
_BROKEN = "The file's content is broken. Open it in the program that made it, save it again and upload that."
_UNWANTED = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def main(memory_mb: str, cpu_s: str, path: str, filename: str) -> None:
    """Parses `path` and writes what it finds; a document's own faults are an `error` line."""
    _limit(int(memory_mb) << 20, int(cpu_s))
    try:
        _parse(Path(path), filename)
    except DocumentError as error:
        _write({"error": {"code": error.code, "message": error.detail}})
    except RecursionError:
        _write({"error": {"code": OverLimit.code, "message": _TOO_DEEP}})
    except MemoryError:
        _write({"error": {"code": OverLimit.code, "message": _TOO_MUCH}})
    except Exception:
        trace = traceback.format_exc()[-4_000:]
        _write({"error": {"code": Damaged.code, "message": _BROKEN, "trace": trace}})
    else:
        _write({"end": True})
    sys.stdout.buffer.flush()


def _limit(memory: int, cpu_s: int) -> None:
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):  # macOS limits no address space; time limits still hold there
            continue


def _parse(path: Path, filename: str) -> None:
    from freshet.documents.formats import read

    total, readable = 0, False
    for found in read(path, filename):
        if isinstance(found, Progress):
            _write({"progress": [found.pages_done, found.pages_total]})
            sys.stdout.buffer.flush()
            continue
        for block in _pieces(found):
            total += len(block.text)
            readable = readable or any(map(str.isalnum, block.text))
            if total > _MAX_TEXT:
                raise OverLimit(_TOO_LONG)
            _write({"block": [block.text, block.kind, block.page, block.level, block.header]})
    if not readable:
        raise NoText(_NO_TEXT)


def _pieces(block: Block) -> list[Block]:
    """The block with blanks for control characters, cut where it is endless."""
    if len(block.text) > _MAX_TEXT:
        raise OverLimit(_TOO_LONG)
    text = _UNWANTED.sub(" ", block.text).strip("\n")
    header = _UNWANTED.sub(" ", block.header)
    header = header if len(header) <= _MAX_HEADER else ""
    if not text.strip():
        return []
    kind, level = (block.kind, block.level) if len(text) <= 1_000 or block.kind != "heading" else ("text", 0)
    header = header if text.startswith(header) else ""
    return [
        Block(piece if piece.startswith(header) else f"{header}\n{piece}", kind, block.page, level, header)
        for piece in _cut(text)
    ]


def _cut(text: str) -> list[str]:
    """The text in pieces, cut between lines where there are lines, else between words."""
    pieces, start = [], 0
    while len(text) - start > _MAX_BLOCK:
        half, full = start + _MAX_BLOCK // 2, start + _MAX_BLOCK
        end = text.rfind("\n", half, full)
        end = end if end > 0 else text.rfind(" ", half, full)
        end = end if end > 0 else full
        pieces.append(text[start:end])
        start = end + 1 if text[end] in "\n " else end
    return [piece for piece in (*pieces, text[start:]) if piece.strip()]


def _write(message: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
