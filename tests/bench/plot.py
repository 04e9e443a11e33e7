"""Horizontal bars as SVG, for the documents: readable on light and dark pages, without a library.

A plotting library would be the largest tool of this project, for two pictures.
"""

from collections.abc import Collection, Mapping
from html import escape

WIDTH, LABEL, FIGURE = 760, 210, 90  # pixels: of all, of the names, of the figures behind the bars
BAR, GAP, TOP = 20, 8, 34
STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.bar { fill: #9aa4af }
.ours { fill: #0a7f78 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .bar { fill: #6e7681 }
  .ours { fill: #2dd4bf }
}
</style>"""


def bars(title: str, figures: Mapping[str, float], unit: str, *, others: Collection[str]) -> str:
    """A bar a figure, the longest at full width; all but those of `others` stand out."""
    longest = max(figures.values())
    height = TOP + len(figures) * (BAR + GAP)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        STYLE,
        f'<text class="title" x="0" y="18">{escape(title)}</text>',
    ]
    for number, (name, figure) in enumerate(figures.items()):
        y = TOP + number * (BAR + GAP)
        width = max(1, round((WIDTH - LABEL - FIGURE) * figure / longest))
        kind = "bar" if name in others else "bar ours"
        lines += [
            f'<text x="0" y="{y + 15}">{escape(name)}</text>',
            f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{width}" height="{BAR}" rx="2"/>',
            f'<text x="{LABEL + width + 8}" y="{y + 15}">{figure:,.3g} {escape(unit)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
