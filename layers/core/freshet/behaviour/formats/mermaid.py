"""Mermaid: a flowchart as text, which GitHub, GitLab, Notion and many editors draw.

https://mermaid.js.org/syntax/flowchart.html. A label stands in quotes, and what Mermaid might read in it as
its own is written as an entity code (`#40;`): quotes, comments, directives, Markdown, icons.
"""

import re

from freshet.behaviour.formats.drawing import Drawing

_MAX_EDGES = 500  # `maxEdges`, above which Mermaid draws nothing
_MAX_TEXT = 50_000  # characters: `maxTextSize`, above which neither
_MAX_LABEL = 80
# Between letters and digits no mark begins a list or sets text apart. A colon never does: `fa:` begins an
# icon, and Mermaid takes the semicolon from a line that looks like `style …:…#…;`.
_READ = re.compile(r"""(?<=[^\W_])[._-](?=[^\W_])|(["#$%&*+.:;<>@\[\\\]^_`{|}~-]|(?<=\d)\))""")


def graph(drawing: Drawing) -> bytes:
    """The file: the heaviest edges that Mermaid draws, then as many of the nodes without one."""
    head = ["flowchart LR"]
    room = _MAX_TEXT - 200
    placed: set[int] = set()
    body: list[str] = []
    left_out = len(drawing.edges)
    for edge in drawing.edges[:_MAX_EDGES]:
        ends = [place for place in dict.fromkeys((edge.source, edge.target)) if place not in placed]
        arrow = "-.->" if edge.faint else "-->"
        lines = [_node(drawing, place) for place in ends]
        lines.append(f'    n{edge.source} {arrow}|"{_label(edge.label)}"| n{edge.target}')
        room -= sum(len(line) + 1 for line in lines)
        if room < 0:
            break
        body += lines
        placed.update(ends)
        left_out -= 1
    for place in range(len(drawing.labels)):
        if place not in placed and room > (size := len(line := _node(drawing, place)) + 1):
            body.append(line)
            room -= size
    if left_out:
        head.append(f"    %% {left_out} lighter edges are left out")
    return "\n".join([*head, *body, ""]).encode()


def _node(drawing: Drawing, place: int) -> str:
    return f'    n{place}["{_label(drawing.labels[place])}"]'


def _label(text: str) -> str:
    shown = text if len(text) <= _MAX_LABEL else f"{text[: _MAX_LABEL - 1]}…"
    return _READ.sub(lambda found: f"#{ord(found[1])};" if found[1] else found[0], shown) or " "
