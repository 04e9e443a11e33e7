"""Framing of server-sent events from bytes, in whatever pieces they come."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.errors import ModelMalformed
from freshet.llm.sse import EventSplitter


def split(*reads: bytes) -> list[bytes]:
    splitter = EventSplitter()
    events = [event for read in reads for event in splitter.feed(read)]
    return events + splitter.flush()


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_any_line_end_ends_a_line(end: bytes) -> None:
    assert split(b"data: a" + end * 2 + b"data: b" + end * 2) == [b"a", b"b"]


def test_comments_and_other_fields_are_no_data() -> None:
    assert split(b": hello\nevent: x\nid: 1\nretry: 5\nnonsense\ndata:a\n\n: \n\n") == [b"a"]


def test_lines_of_one_event_are_joined_and_only_one_space_is_dropped() -> None:
    assert split(b"data: a\ndata:  b\n\n") == [b"a\n b"]


def test_a_mark_of_byte_order_is_dropped() -> None:
    assert split(b"\xef\xbb", b"\xbfdata: a\n\n") == [b"a"]


def test_what_has_no_end_comes_with_the_end_of_the_stream() -> None:
    assert split(b"data: a\n\ndata: b") == [b"a", b"b"]


def feed_often(splitter: EventSplitter, read: bytes) -> None:
    for _ in range(200_001):
        splitter.feed(read)


@pytest.mark.parametrize("read", [b"0123456789", b"data: x", b"data: 0123456789\n", b"data:\n", b"\xe4"])
def test_an_event_without_end_is_refused_at_the_limit_and_takes_no_more_memory(read: bytes) -> None:
    splitter = EventSplitter(limit=200_000)
    tracemalloc.start()
    try:
        with pytest.raises(ModelMalformed, match="200000 bytes"):
            feed_often(splitter, read)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 500_000


def test_a_line_up_to_the_limit_is_read_whatever_its_pieces() -> None:
    splitter = EventSplitter(limit=1000)
    for _ in range(100):
        splitter.feed(b"0123456789")
    with pytest.raises(ModelMalformed):
        splitter.feed(b"x")


def test_a_line_of_ten_megabytes_in_small_reads_is_whole_and_quick() -> None:
    line = b"data: " + b"x" * 9_900_000 + b"\n\n"
    (event,) = split(*(line[i : i + 4096] for i in range(0, len(line), 4096)))
    assert len(event) == 9_900_000


@given(
    lines=st.lists(
        st.sampled_from(
            [b"data: \xe4\xbd\xa0", b"data:x", b"", b"", b": c", b"id: 1", b"data", b"\xef\xbb\xbf"]
        )
    ),
    ends=st.lists(st.sampled_from([b"\n", b"\r", b"\r\n"]), min_size=1),
    cuts=st.lists(st.integers(0, 400)),
)
def test_pieces_make_no_difference(lines: list[bytes], ends: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(line + ends[i % len(ends)] for i, line in enumerate(lines))
    places = sorted({min(cut, len(whole)) for cut in cuts} | {0, len(whole)})
    reads = [whole[a:b] for a, b in pairwise(places)]
    assert split(*reads) == split(whole)
    assert split(*(whole[i : i + 1] for i in range(len(whole)))) == split(whole)
