"""Quotes: found however they are marked and broken, and not found if a word is another."""

from pathlib import Path

import pytest

from freshet.exercises.gate import quote_fault

SECTION = """\
## Ownership

- Each value in Rust has an _owner_.
- There can only be one owner at a time.

> The `String` type, see [“Data Types”][data-types]<!-- ignore -->, is stored on
> the heap; it’s called **moved** when it is as-
> signed. Water boils at 100 °C.
所有者离开作用域时，值会被丢弃。借用检查器在编译期检查引用是否有效。"""


@pytest.mark.parametrize(
    "quote",
    [
        "Each value in Rust has an owner.",
        "each value in rust has an owner",
        "There can only be one owner at a time",
        "The String type, see “Data Types”, is stored on the heap; it's called moved when it is assigned.",
        "Each value in Rust has an owner. There can only be one owner at a time.",
        "The `String` type … is stored on the heap",
        "Water boils at 100 °C",
        "所有者离开作用域时,值会被丢弃。",
        "所有者離開作用域時，值會被丟棄",
        "借用检查器在编译期……检查引用是否有效",
        "“Water boils at 100 °C.”",
        "借用检查器在编译期检查引用是否有效.",
    ],
)
def test_a_quote_is_found_however_it_is_marked_and_broken(quote: str) -> None:
    assert quote_fault(quote, SECTION) is None


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "owner",
        "  ",
        "Each value has an owner.",
        "Water boils at 90 °C",
        "There can be one owner at a time",
        "所有者",
        "值不会被丢弃",
        "is stored on the heap … The String type",
        "Rust",
        "Data Types",
        "所有者进入作用域时，值会被丢弃。",
    ],
)
def test_what_the_source_does_not_say_or_what_proves_nothing_is_a_fault(quote: str) -> None:
    fault = quote_fault(quote, SECTION)
    assert fault is not None
    assert fault.rule == "quote"


def test_an_image_description_is_part_of_the_source() -> None:
    source = 'See <img alt="A table that maps indices to characters" src="a.svg"> here.'
    assert quote_fault("A table that maps indices to characters", source) is None


@pytest.mark.parametrize(
    "quote",
    [
        "At any given time, you can have either one mutable reference or any number of immutable references.",
        "We call the action of creating a reference borrowing.",
        "Mutable references have one big restriction",
        "a dangling pointer—a pointer that references a location in memory",
    ],
)
def test_sentences_of_a_real_chapter_are_found(shared: Path, quote: str) -> None:
    chapter = (shared / "study/rust-book-en/ch04-02-references-and-borrowing.md").read_text(encoding="utf-8")
    assert quote_fault(quote, chapter) is None
    assert quote_fault(quote.replace("reference", "lifetime").replace("pointer", "box"), chapter) is not None
