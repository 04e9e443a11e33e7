"""The comments on a sheet's cells: notes as Excel always had them, and the threads of today.

What does not belong here: cells (`xlsx`).
"""

from collections.abc import Iterator

from freshet.documents.blocks import Block
from freshet.documents.formats.ooxml import Element, Package, attribute, child, inside, local

_STAND_IN = "[Threaded comment]"  # how the note begins that older programs see in place of a thread


def comment_blocks(package: Package, sheet: str, page: int, people: dict[str, str]) -> Iterator[Block]:
    """One block for all of a sheet's comments; `people` are the names of those who write in threads."""
    related = package.related(sheet)
    lines = [line for part in related.get("comments", []) for line in _notes(package.tree(part))]
    for part in related.get("threadedComment", []):
        for comment in package.tree(part):
            author = people.get(attribute(comment, "personId") or "", "")
            lines.append(_line(comment, author, _characters(child(comment, "text"))))
    if lines := [line for line in lines if line]:
        yield Block("\n".join(lines), "text", page)


def people(package: Package, main: str) -> dict[str, str]:
    """Names by id."""
    return {
        attribute(person, "id") or "": attribute(person, "displayName") or ""
        for part in package.related(main).get("person", [])
        for person in package.tree(part)
    }


def _notes(root: Element) -> Iterator[str]:
    authors = [author.text or "" for author in inside(root, "authors")]
    for comment in inside(root, "commentList"):
        text = _characters(child(comment, "text"))
        number = attribute(comment, "authorId") or ""
        known = number.isdecimal() and int(number) < len(authors)
        author = authors[int(number)] if known else ""
        if not text.startswith(_STAND_IN):
            yield _line(comment, author, text.removeprefix(f"{author}:"))  # Excel puts the name there itself


def _characters(element: Element | None) -> str:
    parts = element.iter() if element is not None else ()
    return "".join(part.text or "" for part in parts if local(part) in {"t", "text"})


def _line(comment: Element, author: str, text: str) -> str:
    text = " ".join(text.split())
    by = f" by {author}" if author else ""
    return f"Comment{by} on {attribute(comment, 'ref')}: {text}" if text else ""
