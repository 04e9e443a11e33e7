"""Reading in a child process: limits hold, errors are typed, nothing stays behind."""

import asyncio
import io
import json
import random
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import psutil
import pytest
from docx import Document
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.reading import read_document

SHARED = Path(__file__).parents[4] / "shared" / "data" / "docs"
SERVER = "freshet.documents.reading_server"
FORMATS = ("pdf", "docx", "pptx", "xlsx", "html", "epub", "md", "txt", "csv", "json", "eml")
SAMPLE = 70  # files; the rest is of the same kinds


def reading(path: Path, filename: str, **limits: Any) -> AsyncGenerator[Block | Progress, None]:
    generator = read_document(path, filename, **{"memory_mb": 1024, "timeout_s": 30, **limits})
    return cast(AsyncGenerator[Block | Progress, None], generator)  # it is one, and its callers close it


async def read(path: Path, filename: str, **limits: Any) -> list[Block | Progress]:
    return [found async for found in reading(path, filename, **limits)]


def pdf(pages: int = 1, **options: Any) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, **options)
    for number in range(1, pages + 1):
        canvas.drawString(72, 700, f"This is page {number}.")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def bomb(megabytes: int) -> bytes:
    """A few kilobytes of PDF whose one page unpacks to `megabytes` of drawing commands."""
    packed = zlib.compress(zlib.compress(b"0 0 m 9 9 l S " * (megabytes * 75_000), 9), 9)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream"
        % (len(packed), packed),
    )
    out, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + trailer


class Upload:
    """A file that is about to be read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, content: bytes | str) -> Path:
        self.path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.path


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    return Upload(tmp_path / "upload")


def server() -> psutil.Process:
    (found,) = [one for one in psutil.Process().children() if SERVER in one.cmdline()]
    return found


def readers() -> list[psutil.Process]:
    return server().children() if any(SERVER in one.cmdline() for one in psutil.Process().children()) else []


# Reads one document, says which process the reader was forked from, and is gone without a word to it.
ONE_DOCUMENT = """
import asyncio, os, pathlib, psutil, sys
from freshet.documents.reading import read_document

async def main():
    async for _ in read_document(pathlib.Path(sys.argv[1]), "a.pdf", memory_mb=512, timeout_s=9):
        pass

asyncio.run(main())
print(psutil.Process().children()[0].pid, flush=True)
os._exit(1)
"""


async def test_blocks_and_progress_arrive_in_order(upload: Upload) -> None:
    upload.holds(pdf(pages=25))
    found = await read(upload.path, "a.pdf")
    assert [f.page for f in found if isinstance(f, Block)] == list(range(1, 26))
    assert [f for f in found if isinstance(f, Progress)] == [
        Progress(10, 25),
        Progress(20, 25),
        Progress(25, 25),
    ]
    assert found[0] == Block("This is page 1.", "text", 1)


@pytest.mark.parametrize("filename", ["文件 名.txt", "-rf", "a\nb.txt", "x" * 200])
async def test_any_file_name_will_do(upload: Upload, filename: str) -> None:
    upload.holds("中文和 English".encode())
    assert (await read(upload.path, filename))[0] == Block("中文和 English")


async def test_every_kind_of_block_survives_the_journey(upload: Upload) -> None:
    upload.holds("# H\n\n- a\n- b\n\n```\ncode\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert await read(upload.path, "a.md") == [
        Block("H", "heading", level=1),
        Block("- a\n- b", "list"),
        Block("```\ncode\n```", "code"),
        Block("| a | b |\n|---|---|\n| 1 | 2 |", "table", header="| a | b |\n|---|---|"),
        Progress(1, 1),
    ]


@pytest.mark.parametrize(
    ("data", "filename", "error"),
    [
        (b"", "a.txt", errors.Empty),
        (b" \n", "a.txt", errors.NoText),
        (b"| |\n>>> --- ***\n", "a.txt", errors.NoText),
        (b";,;\n", "a.csv", errors.NoText),
        (b"[" * 100_000, "a.json", errors.OverLimit),
        (b"\x89PNG\r\n\x1a\n\0", "a.png", errors.Unsupported),
        (b"%PDF-1.7 and nothing else", "a.pdf", errors.Damaged),
        (pdf(encrypt=pdfencrypt.StandardEncryption("secret")), "a.pdf", errors.Encrypted),
        (b"word " * 6_000_000, "a.txt", errors.OverLimit),
    ],
)
async def test_errors_are_typed_and_tell_what_to_do(
    upload: Upload, data: bytes, filename: str, error: type[errors.DocumentError]
) -> None:
    upload.holds(data)
    with pytest.raises(error) as caught:
        await read(upload.path, filename)
    assert 20 < len(caught.value.detail) < 200
    assert "Error" not in caught.value.detail


async def test_a_bomb_ends_at_the_memory_limit(upload: Upload) -> None:
    data = bomb(megabytes=200)
    assert len(data) < 10_000
    upload.holds(data)
    with pytest.raises(errors.OverLimit, match="memory"):
        await read(upload.path, "a.pdf", memory_mb=256)


async def test_a_parse_that_takes_too_long_is_cut_off(upload: Upload) -> None:
    upload.holds(bomb(megabytes=40))
    started = time.monotonic()
    with pytest.raises(errors.OverLimit, match="long"):
        await read(upload.path, "a.pdf", memory_mb=4096, timeout_s=0.3)
    assert time.monotonic() - started < 2
    assert not readers()


async def test_a_slow_consumer_does_not_use_up_the_time(upload: Upload) -> None:
    upload.holds(pdf(pages=30))
    count = 0
    async with aclosing(reading(upload.path, "a.pdf", timeout_s=1.2)) as found:
        async for _ in found:
            await asyncio.sleep(0.05)
            count += 1
    assert count == 33  # over 1.6 seconds


async def test_closing_the_generator_ends_the_reader(upload: Upload) -> None:
    upload.holds("a paragraph of text\n\n" * 200_000)
    stream = reading(upload.path, "a.txt")
    assert isinstance(await anext(stream), Block)
    assert len(readers()) == 1
    await stream.aclose()
    assert not readers()


async def test_cancelling_ends_the_reader(upload: Upload) -> None:
    upload.holds(bomb(megabytes=40))
    task = asyncio.create_task(read(upload.path, "a.pdf", memory_mb=4096))
    while not readers():  # noqa: ASYNC110 - nothing signals the start of a process
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        while readers():  # noqa: ASYNC110 - it was killed, and nothing signals that it is gone
            await asyncio.sleep(0.01)


async def test_readers_see_nothing_of_the_environment(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    upload.holds("a paragraph of text\n\n" * 200_000)
    async with aclosing(reading(upload.path, "a.txt")) as found:
        await anext(found)
        assert set(server().environ()) <= {"PYTHONPATH", "LD_LIBRARY_PATH", "PYTHONUTF8", "LC_CTYPE"}


async def test_a_reader_has_nothing_open_but_its_file_and_its_ends(upload: Upload) -> None:
    upload.holds("a paragraph of text\n\n" * 200_000)
    async with (
        aclosing(reading(upload.path, "a.txt")) as first,
        aclosing(reading(upload.path, "a.txt")) as found,
    ):
        await anext(first)
        await anext(found)
        for reader in readers():
            assert {file.path for file in reader.open_files()} <= {str(upload.path)}
            assert reader.num_fds() <= 4


async def test_documents_are_read_side_by_side(upload: Upload) -> None:
    upload.holds(pdf(pages=20))
    found = await asyncio.gather(*(read(upload.path, "a.pdf") for _ in range(12)))
    assert {len(one) for one in found} == {22}
    assert not readers()


async def test_a_server_that_died_is_followed_by_another(upload: Upload) -> None:
    upload.holds(pdf())
    first = await read(upload.path, "a.pdf")
    dead = server()
    dead.kill()
    assert await read(upload.path, "a.pdf") == first
    assert server().pid != dead.pid


async def test_a_server_that_dies_in_the_middle_is_a_fault_of_ours(upload: Upload) -> None:
    upload.holds(bomb(megabytes=40))
    task = asyncio.create_task(read(upload.path, "a.pdf", memory_mb=4096))
    while not readers():  # noqa: ASYNC110 - nothing signals the start of a process
        await asyncio.sleep(0.01)
    (reader,) = readers()
    server().kill()
    reader.kill()
    with pytest.raises((RuntimeError, errors.OverLimit)):
        await task


def test_without_a_parent_the_server_ends(upload: Upload) -> None:
    upload.holds(pdf())
    said = subprocess.run(
        [sys.executable, "-c", ONE_DOCUMENT, upload.path], check=False, capture_output=True, text=True
    )
    left = int(said.stdout)
    until = time.monotonic() + 5
    while psutil.pid_exists(left) and psutil.Process(left).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.02)


async def test_endless_lines_arrive_in_pieces(upload: Upload) -> None:
    upload.holds("中".encode() * 1_000_000)
    texts = [found.text for found in await read(upload.path, "a.txt") if isinstance(found, Block)]
    assert max(map(len, texts)) <= 50_000
    assert "".join(texts) == "中" * 1_000_000


async def test_a_document_within_limits_is_read_with_little_memory(upload: Upload) -> None:
    document = Document()
    for number in range(1_500):
        document.add_paragraph(f"Paragraph {number} " * 20)
    document.save(str(upload.path))
    found = await read(upload.path, "a.docx", memory_mb=256)
    assert len([f for f in found if isinstance(f, Block)]) == 1_500


TRUTH = {
    "text": {"ready"},
    "text_with_password": {"ready", "encrypted"},
    # The set counts less than five words as none; of a shattered file nobody knows whether it had text.
    "no_text": {"no_text", "ready", "damaged"},
    "encrypted": {"encrypted"},
    "damaged": {"damaged", "no_text", "ready"},
    "unreadable": {"damaged"},
}


def shared_sample() -> list[dict[str, Any]]:
    if not (SHARED / "manifest.json").exists():
        return []
    entries = [
        entry
        for entry in json.loads((SHARED / "manifest.json").read_text())
        if entry["file"].split("/")[0] in FORMATS
    ]
    return random.Random(7).sample(entries, min(SAMPLE, len(entries)))


@pytest.mark.skipif(not shared_sample(), reason="the shared set of real documents is not here")
async def test_real_documents_end_in_text_or_the_truth() -> None:
    wrong = []
    for entry in shared_sample():
        path = SHARED / entry["file"]
        try:
            await read(path, path.name)
            outcome = "ready"
        except errors.DocumentError as error:
            outcome = error.code
        expected = TRUTH.get(entry.get("expect", ""), {"ready", "no_text", "unsupported_format"})
        if outcome not in expected:
            wrong.append((entry["file"], entry.get("expect"), outcome))
    assert not wrong
