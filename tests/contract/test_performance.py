"""`docs/performance.md` has the tables of its benches, the locked peers' versions, and its pictures."""

import re
from pathlib import Path

import pytest

from tests.bench import report
from tests.bench.table import Row

TEXT = report.DOCUMENT.read_text()


def test_every_place_has_its_table() -> None:
    assert report.places() >= set(report.PLOTS)
    for name in report.places():
        table = TEXT.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]
        assert re.search(r"^Measured \d{4}-\d\d-\d\d", table, re.MULTILINE), name
        assert "| what | figures | ratio | reach |" in table, name


def test_the_peers_are_those_that_are_locked() -> None:
    versions = list(report.versions())
    assert len(versions) == len(report.PEERS)
    assert ", ".join(versions) in TEXT


def test_a_plot_has_a_bar_for_every_row_that_it_is_of() -> None:
    rows = [
        Row("CPU a token, x: Freshet, straight", "25.5 µs", "", ""),
        Row("CPU a token, x: LiteLLM", "450 µs", "", ""),
        Row("another figure: LiteLLM", "9 KB", "", ""),
    ]
    drawn = report.drawn(report.PLOTS["relay"], rows)
    assert drawn.count("<rect") == 2
    assert "25.5 µs" in drawn
    assert 'class="bar ours"' in drawn


def test_a_table_goes_where_its_place_is_and_nowhere_else(tmp_path: Path) -> None:
    document = tmp_path / "x.md"
    document.write_text("a\n<!-- one -->\nold\n<!-- /one -->\nb\n")
    report.replaced("one", "new", document)
    assert document.read_text() == "a\n<!-- one -->\nnew\n<!-- /one -->\nb\n"
    with pytest.raises(ValueError, match="no place for two"):
        report.replaced("two", "new", document)
