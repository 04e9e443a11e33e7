"""The journal: a run's frames in the Runs table, one item a batch, in a partition of the run's own.

An item's id is the number of its last frame, so what comes after a frame is one query. One writer writes the
batches, in order and perhaps twice: readers take each number once. Outsize frames are in the bucket.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from freshet.runs.frame import Frame
from freshet.stores.objects import Objects
from freshet.stores.table import Item, Table

MAX_INLINE_BYTES = 300_000  # of the 400 KB that an item may have
MAX_READ_BYTES = 1_000_000  # at a time, about
_LAST_SEQ = 10**10 - 1


class Journal:
    """The journals of all runs."""

    def __init__(self, table: Table, objects: Objects) -> None:
        self._table = table
        self._objects = objects

    async def append(self, owner: str, run_id: str, batch: Sequence[Frame], expires_at: int) -> None:
        """Writes a batch that `one_batch` made. Raises Unavailable; it may be repeated then."""
        lines = b"\n".join(one.json for one in batch)
        item: Item = {"id": _id(batch[-1].seq), "first": batch[0].seq, "expires_at": expires_at}
        if len(lines) > MAX_INLINE_BYTES:
            await self._objects.put(
                owner, f"{run_id}/{item['id']}", lines, content_type="application/x-ndjson"
            )
        else:
            item["frames"] = lines.decode()
        if batch[-1].last:
            item["last"] = True
        await self._table.write(partition(owner, run_id), item)

    async def read(self, owner: str, run_id: str, after: int) -> list[Frame]:
        """Frames that come after number `after`: some or all of them, none if there are none yet."""
        items = await self._table.span(partition(owner, run_id), _id(after + 1), _id(_LAST_SEQ))
        found: list[Frame] = []
        size = 0
        for item in items:
            lines = await self._lines(owner, run_id, item)
            newest = found[-1].seq if found else after
            found += (one for one in _frames(item, lines) if one.seq > newest)
            size += len(lines)
            if size > MAX_READ_BYTES:  # outsize frames count as a line in the table's own limit
                break
        return found

    async def _lines(self, owner: str, run_id: str, item: Item) -> bytes:
        if "frames" in item:
            return str(item["frames"]).encode()
        return await self._objects.get(owner, f"{run_id}/{item['id']}")


def one_batch(frames: Sequence[Frame], first: int) -> list[Frame]:
    """The frames from index `first` on that fit one item; an outsize one is a batch of its own."""
    batch: list[Frame] = []
    size = 0
    for one in islice(frames, first, None):
        size += len(one.json) + 1
        if batch and size > MAX_INLINE_BYTES:
            break
        batch.append(one)
    return batch


def partition(owner: str, run_id: str) -> str:
    """Where a run's journal and request lie; no owner's name has a slash."""
    return f"{owner}/{run_id}"


def _frames(item: Item, lines: bytes) -> Iterator[Frame]:
    json = lines.split(b"\n")
    for place, line in enumerate(json):
        yield Frame(item["first"] + place, line, last=item.get("last", False) and place == len(json) - 1)


def _id(seq: int) -> str:
    return f"{seq:010d}"
