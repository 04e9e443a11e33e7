import pytest

from freshet.console.codings import acceptable


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ["identity"]),
        ("gzip, deflate, br, zstd", ["br", "gzip", "identity"]),
        ("GZIP", ["gzip", "identity"]),
        ("br;q=0.5, gzip;q=0.8", ["gzip", "br", "identity"]),
        ("br;q=0, gzip", ["gzip", "identity"]),
        ("gzip;q=0.5, identity", ["identity", "gzip"]),
        ("*", ["br", "gzip", "identity"]),
        ("*;q=0.5, gzip;q=1", ["gzip", "br", "identity"]),
        ("br, *;q=0", ["br", "identity"]),
        ("identity;q=0, gzip", ["gzip", "identity"]),
        ("identity;q=0", ["identity"]),
        ("deflate", ["identity"]),
        ("br ; Q=0.1 , gzip ; q = 0.2", ["gzip", "br", "identity"]),
        ("br;q=much, gzip", ["gzip", "identity"]),
        ("br;q=-1, gzip;level=9;q=1", ["gzip", "identity"]),
        (",;,", ["identity"]),
    ],
)
def test_codings_are_taken_in_the_order_that_the_client_wants(header: str, expected: list[str]) -> None:
    assert acceptable(header) == expected
