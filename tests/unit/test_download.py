import email.message
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.download import disposition


def saved_as(header: str) -> str:
    """The file name that a client takes from the header (RFC 6266)."""
    message = email.message.Message()
    message["Content-Disposition"] = header
    return message.get_filename() or ""


@pytest.mark.parametrize(
    ("title", "plain", "full"),
    [
        ("Annual leave", "Annual leave", "Annual leave"),
        ("年假 15 天？", "15", "年假 15 天？"),
        ("关于水", "conversation", "关于水"),
        ("Café 💧", "Cafe", "Café 💧"),
        ('a"; filename="x\r\nSet-Cookie: y', "a filename xSet-Cookie y", "a ; filename= xSet-Cookie y"),
        ("../../etc/passwd", "etc passwd", "etc passwd"),
        ("???", "conversation", "conversation"),
        ("100% \\ 'x'", "100 x", "100% 'x'"),
    ],
)
def test_a_file_is_named_after_the_title(title: str, plain: str, full: str) -> None:
    header = disposition(title, "md", otherwise="conversation")
    assert f'filename="{plain}.md";' in header
    assert saved_as(header.replace(f'filename="{plain}.md"; ', "")) == f"{full}.md"


@given(st.text(max_size=300))
def test_no_title_breaks_a_header(title: str) -> None:
    header = disposition(title, "jsonl", otherwise="conversation")
    assert re.fullmatch(
        r"attachment; filename=\"[\w .()-]+\.jsonl\"; filename\*=UTF-8''[\w.~%-]+\.jsonl", header, re.ASCII
    )
    assert len(header) < 1200
