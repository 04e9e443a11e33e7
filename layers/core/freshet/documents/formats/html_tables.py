"""Tables of web pages: rows of cells, those of several rows or columns in their first place.

What does not belong here: what is around them (`html`).
"""

import re
from collections.abc import Iterator
from typing import Any

from freshet.documents.blocks import Block
from freshet.documents.formats.html_inline import clean, inline, left_out

_MAX_COLUMNS = 200  # up to which empty places are kept
_NUMBER = re.compile(r"\d{1,5}")


def is_data_table(node: Any) -> bool:
    """Whether an element is a table of data; one with headings, tables or a single column lays out a page."""
    if node.tag != "table" or node.attributes.get("role") == "presentation":
        return False
    if any(inner.mem_id != node.mem_id for inner in node.css("h1, h2, h3, table, pre")):
        return False
    return any(len(_cells(row)) > 1 for row in node.css("tr"))


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row.iter() if cell.tag in {"td", "th"}]


def table_blocks(table: Any) -> Iterator[Block]:
    """A table's caption and the table."""
    caption = table.css_first("caption")
    if caption is not None and (text := clean(inline(caption))):
        yield Block(text)
    rows, heads, leading, taken = [], 0, True, dict[int, int]()
    for row in table.css("tr"):
        cells = [] if left_out(row) else _cells(row)
        line = " | ".join(_placed(cells, taken))
        if not line.strip("| "):
            continue
        leading = leading and (all(cell.tag == "th" for cell in cells) or row.parent.tag == "thead")
        heads += leading
        rows.append(line)
    if rows:
        header = "\n".join(rows[: heads or 1]) if len(rows) > (heads or 1) else ""
        yield Block("\n".join(rows), "table", header=header)


def _placed(cells: list[Any], taken: dict[int, int]) -> list[str]:
    """A row's texts by column. `taken` counts for how many more rows a cell from above reaches down."""
    texts: list[str] = []
    for cell in cells:
        _pass(texts, taken)
        width = min(_span(cell, "colspan"), max(1, _MAX_COLUMNS - len(texts)))
        if (height := _span(cell, "rowspan")) > 1:
            taken.update(dict.fromkeys(range(len(texts), len(texts) + width), height - 1))
        texts += [clean(inline(cell)), *[""] * (width - 1)]
    _pass(texts, taken)
    return texts[:1] if len(cells) == 1 and texts[0] else texts  # one cell alone is a line across the table


def _pass(texts: list[str], taken: dict[int, int]) -> None:
    """Leaves the next columns empty as far as they are taken."""
    while taken.get(len(texts)):
        taken[len(texts)] -= 1
        texts.append("")


def _span(cell: Any, name: str) -> int:
    value = cell.attributes.get(name)
    return max(1, int(value)) if value and _NUMBER.fullmatch(value) else 1
