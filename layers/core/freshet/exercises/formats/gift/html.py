"""HTML of a question as text: a learner reads the question, not its markup.

By one pass over the tags: the standard library's parser needs minutes for a hundred kilobytes of `<a `, and
the one that documents are read by is not installed where exercises are made.
"""

import re
from html import unescape

_TOKEN = re.compile(r"<!--|-->|<[!?][^<>]*>|<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<more>[^<>]*)>")
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\n\r\f]+")
# fmt: off
_BLOCKS = {
    "p", "div", "br", "li", "ul", "ol", "tr", "table", "pre", "blockquote", "hr",
    "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "section", "article", "figure", "figcaption",
    "caption",
}
# fmt: on
_UNSEEN = {"script", "style"}
_BREAK = "\0"
_RAISED = {"sup": "^", "sub": "_"}


def text_of(markup: str) -> str:
    """What a reader of the page sees; a line for each block, `pre` as it stands."""
    pieces: list[str] = []
    unseen, kept, end = "", 0, 0
    for token in _TOKEN.finditer(markup):
        if not unseen:
            pieces.append(_words(markup[end : token.start()], kept=kept > 0))
        end = token.end()
        name = (token["name"] or token[0]).lower()
        if unseen:
            unseen = "" if name == unseen and token["end"] != "" else unseen
        elif name == "<!--":
            unseen = "-->"
        elif name in _UNSEEN and not token["end"]:
            unseen = name
        else:
            kept = max(0, kept + (-1 if token["end"] else 1)) if name == "pre" else kept
            pieces.append(_told(name, token))
    if not unseen:
        pieces.append(_words(markup[end:], kept=kept > 0))
    return _lines("".join(pieces))


def _words(markup: str, *, kept: bool) -> str:
    text = markup.replace(_BREAK, "")
    return unescape(text if kept else _BLANKS.sub(" ", text))


def _told(name: str, token: re.Match[str]) -> str:
    """What a tag itself says."""
    if name == "-->":
        return name
    if name in _BLOCKS:
        return f"{_BREAK}- " if name == "li" and not token["end"] else _BREAK
    if name == "img":
        alt = _ALT.search(token["more"])
        return f"[{unescape((alt and (alt[1] or alt[2])) or 'image')}]"
    if name in {"td", "th"}:
        return " "
    return _RAISED.get(name, "") if not token["end"] else ""


def _lines(text: str) -> str:
    """The blocks' texts; the indentation of a listing is a part of it, but for the blanks around a block."""
    lines = [block.strip("\n").rstrip() for block in text.split(_BREAK)]
    return "\n".join(line if "\n" in line else line.strip() for line in lines if line.strip())
