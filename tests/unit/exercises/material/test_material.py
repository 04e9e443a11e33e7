"""Material: nothing is lost or doubled, every place is right; of texts, and of documents in a real index."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet import wiring
from freshet.documents.claim import Work
from freshet.errors import Conflict, NotFound
from freshet.exercises.material import cutting, reading
from freshet.exercises.material.cutting import SECTION_TOKENS, sections_of_text
from freshet.exercises.material.reading import Reader
from freshet.exercises.material.sections import Material, Materials, Piece, Section
from freshet.ids import new_id
from freshet.llm.tokens import estimate_tokens
from freshet.stores.objects import Objects
from tests.stack import Stack

LINES = st.sampled_from(
    [
        "# One",
        "## Two",
        "### 第三章 所有权",
        "Setext",
        "===",
        "---",
        "```sh",
        "```",
        "~~~",
        "# a comment, or a heading",
        "Ownership is Rust's most unique feature. It has deep implications.",
        "所有权是 Rust 最独特的功能。它让 Rust 无需垃圾回收即可保证内存安全！",
        "x" * 40,
        "",
        "   ",
        "a\r",
        "1 2 3 1a1a1a ... ???",
        "| a | b |",
        "字" * 30,
    ]
)
TEXTS = st.lists(LINES, min_size=1, max_size=40).map("\n".join) | st.text(min_size=1, max_size=300)


def beginning(text: str) -> str:
    return repr(text[:5])


def read(text: str) -> Material:
    return Material(title="", sections=sections_of_text(text))


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "SECTION_TOKENS", 60)


@pytest.mark.usefixtures("_small")
@given(TEXTS)
def test_a_text_is_cut_without_loss_into_sections_that_fit(text: str) -> None:
    sections = sections_of_text(text)
    assert "".join(section.text for section in sections) == text
    assert all(estimate_tokens(section.text) <= 60 for section in sections)
    pieces = [piece for section in sections for piece in section.pieces]
    assert all(text[piece.start :].startswith(piece.text) for piece in pieces)
    assert all(piece.text for piece in pieces)


@pytest.mark.usefixtures("_small")
@given(TEXTS, st.data())
def test_what_is_found_stands_at_its_place(text: str, data: st.DataObject) -> None:
    for section in sections_of_text(text):
        start = data.draw(st.integers(0, len(section.text)))
        quote = section.text[start : start + data.draw(st.integers(1, 80))]
        place = section.place(quote)
        if place:
            assert text[place.start : place.end] == place.quote


@pytest.mark.usefixtures("_small")
@given(st.text(alphabet="ab1 .。字\n#`", min_size=1, max_size=2_000))
@settings(max_examples=50)
def test_sections_are_hardly_more_than_the_text_needs(text: str) -> None:
    sections = sections_of_text(text)
    assert len(sections) <= 3 * estimate_tokens(text) / 60 + 1


BOOK = (
    "Preface.\n\n# Ownership\n\nEach value has an owner.\n\n## Rules\n\nThere is one owner at a time.\n\n"
    "```sh\n# a comment\n\n## another\necho\n```\n\nAfter the listing.\n\n"
    "Borrowing\n=========\n\nA reference borrows.\n\n    # indented\n\n"
    "## 可变引用 ##\n同一时间只能有一个可变引用。\n"
)


@pytest.mark.parametrize(
    ("quote", "heading"),
    [
        ("Preface.", []),
        ("Each value has an owner.", ["Ownership"]),
        ("There is one owner at a time.", ["Ownership", "Rules"]),
        ("## another", ["Ownership", "Rules"]),
        ("After the listing.", ["Ownership", "Rules"]),
        ("A reference borrows.", ["Borrowing"]),
        ("# indented", ["Borrowing"]),
        ("同一时间只能有一个可变引用。", ["Borrowing", "可变引用"]),
    ],
)
def test_a_place_knows_its_headings_and_a_listing_has_none(quote: str, heading: list[str]) -> None:
    place = read(BOOK).place(quote)
    assert place
    assert (place.heading, BOOK[place.start : place.end]) == (heading, place.quote)


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("each  value has\nan OWNER", "Each value has an owner"),
        ("“There is one owner at a time…”", "There is one owner at a time"),
        ("同一時間只能有一個可變引用", "同一时间只能有一个可变引用"),
        ("Ｅａｃｈ value has an owner.", "Each value has an owner."),
    ],
)
def test_a_quote_is_found_however_it_is_spelled(quote: str, stands: str) -> None:
    place = read(BOOK).place(quote)
    assert place
    assert place.quote == BOOK[place.start : place.end] == stands


@pytest.mark.parametrize("quote", ["Each value has two owners.", "", " \n", "…", "所有权"])
def test_what_the_material_does_not_say_has_no_place(quote: str) -> None:
    assert read(BOOK).place(quote) is None


def test_a_short_text_is_one_section_and_chapters_stay_whole_where_they_can() -> None:
    assert len(sections_of_text(BOOK)) == 1
    chapters = "\n".join(f"# 第{n}章\n\n" + f"第{n}章讲的是第{n}件事。" * 100 + "\n" for n in range(8))
    sections = sections_of_text(chapters)
    assert len(sections) == 4
    assert all(section.text.startswith("# 第") for section in sections)


@pytest.mark.usefixtures("_small")
def test_a_heading_never_ends_a_section() -> None:
    text = "".join(f"# Chapter {n}\n\n" + f"Words of chapter {n} go on. " * n + "\n\n" for n in range(1, 30))
    sections = sections_of_text(text)
    assert len(sections) > 29
    assert not [
        section.text for section in sections if section.text.rstrip().rpartition("\n")[2].startswith("#")
    ]


@pytest.mark.parametrize(
    "text", ["字" * 20_000, "x" * 100_000, "1a" * 20_000, "\n" * 5_000 + "a", "." * 200_000, '."' * 100_000]
)
def test_a_text_without_a_joint_is_cut_all_the_same(text: str) -> None:
    sections = sections_of_text(text)
    assert "".join(section.text for section in sections) == text
    assert all(estimate_tokens(section.text) <= SECTION_TOKENS for section in sections)


@pytest.mark.parametrize(
    "line",
    ["# a" + " " * 400_000 + "b", "~" * 400_000 + "`", "=" * 400_000 + "x", "#" * 400_000],
    ids=beginning,
)
def test_no_line_takes_longer_than_its_length(line: str) -> None:
    begun = time.process_time()
    sections_of_text(f"a\n{line}")
    assert time.process_time() - begun < 10  # what looks back at every place takes hours


def test_a_section_survives_json_and_is_found_in_again() -> None:
    before = read(BOOK)
    assert before.place("A reference borrows.")  # what was found out on the way is not kept
    after = Material.model_validate_json(before.model_dump_json())
    assert after == before
    assert set(Section.model_validate(after.sections[0].model_dump()).model_dump()) == {
        "pieces",
        "document_id",
        "filename",
        "lead",
    }
    assert after.place("A reference borrows.") == before.place("A reference borrows.")


# Documents


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


async def ready(owner: str, text: str, filename: str = "a.md") -> str:
    document = await wiring.library().upload(owner, filename, text.encode())
    await wiring.ingest().process(Work(owner, document.id, "s3:1:1"), budget_s=60)
    assert (await wiring.library().get(owner, document.id)).status == "ready"
    return document.id


def reader() -> Reader:
    return Reader(wiring.library(), wiring.retriever())


def rules(first: int, last: int) -> str:
    """Sentences each of which is there once, ten a paragraph."""
    return "\n\n".join(
        "".join(f"第{n}条规定，工作满{n}个月的员工可申请第{n}类补贴。" for n in range(at, min(at + 10, last)))
        for at in range(first, last, 10)
    )


async def test_a_document_is_read_once_with_its_headings_and_places(product: Stack, owner: str) -> None:
    text = f"总则\n\n{rules(0, 150)}\n\n# 细则\n\n{rules(150, 300)}\n"
    document_id = await ready(owner, text)
    read = await reader().of_documents(owner, [document_id])
    assert (read.title, read.covered, read.document_ids) == ("a.md", 1.0, [document_id])
    joined = "".join(section.text for section in read.sections)
    assert [joined.count(f"第{n}条规定") for n in range(300)] == [1] * 300
    blocks = text.replace("# ", "").strip()  # the document's own text: blocks, a blank line between two
    for n in (0, 149, 150, 299):
        place = read.place(f"第{n}条规定，工作满{n}个月的员工可申请第{n}类补贴。")
        assert place
        assert blocks[place.start : place.end] == place.quote
        assert place.heading == ([] if n < 150 else ["细则"])
        assert (place.document_id, place.filename) == (document_id, "a.md")


async def test_a_table_keeps_its_header_in_every_section_that_goes_on_with_it(
    product: Stack, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "SECTION_TOKENS", 500)
    rows = [f"| Item number {n} | {n} euros and {n} cents |" for n in range(120)]
    document_id = await ready(owner, "\n".join(["| Name | Price |", "|---|---|", *rows]))
    sections = (await reader().of_documents(owner, [document_id])).sections
    assert len(sections) > 2
    assert all(section.text.startswith("| Name | Price |") for section in sections)
    bodies = "".join(section.text.removeprefix(section.lead) for section in sections)
    assert [bodies.count(f"number {n} |") for n in range(120)] == [1] * 120
    place = sections[-1].place(rows[-1])
    assert place
    assert place.quote == rows[-1]


async def test_of_long_documents_sections_are_spread_evenly_and_the_share_is_told(
    product: Stack, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_SECTIONS", 4)
    document_id = await ready(owner, rules(0, 1_500))
    short = await ready(owner, "Only a word.", "b.md")
    read = await reader().of_documents(owner, [document_id, short, document_id])
    assert read.document_ids == [document_id, short]
    assert len(read.sections) == 4
    joined = "".join(section.text for section in read.sections)
    share = sum(f"第{n}条规定" in joined for n in range(1_500)) / 1_500
    assert 0.1 < share < 0.7
    assert abs(read.covered - share) < 0.1
    assert "第0条规定" in joined
    assert read.title == "a.md, b.md"


async def test_documents_that_are_not_there_or_not_parsed_are_refused(product: Stack, owner: str) -> None:
    document_id = await ready(owner, "A text.")
    for caller, wanted in (("stranger", document_id), (owner, "nope")):
        with pytest.raises(NotFound):
            await reader().of_documents(caller, [wanted])
    started, _ = await wiring.library().start_upload(owner, "a.md")
    with pytest.raises(Conflict):
        await reader().of_documents(owner, [document_id, started.id])


async def test_material_is_enriched_by_what_other_documents_say_and_by_nothing_twice(
    product: Stack, owner: str
) -> None:
    own = "# Borrowing\n\nA reference borrows a value without owning it.\n"
    await ready(owner, own, "copy.md")
    other = await ready(owner, "# 借用\n\n引用允许你使用值而不获取其所有权。\n", "other.md")
    await ready("stranger", "# Borrowing\n\nA stranger's reference borrows as well.\n")
    given = reader().of_text("Borrowing", own)
    read = await reader().enriched(owner, given, ["A reference borrows a value", "引用不获取所有权", "引用"])
    assert read.sections[0] == given.sections[0]
    assert [section.document_id for section in read.sections[1:]] == [other]
    place = read.place("引用允许你使用值而不获取其所有权。")
    assert place
    assert (place.document_id, place.filename, place.heading) == (other, "other.md", ["借用"])
    assert await reader().enriched(owner, read, ["引用不获取所有权"]) == read
    assert await reader().enriched(owner, read, []) == read


async def test_material_is_kept_for_its_owner_until_it_is_deleted(product: Stack, owner: str) -> None:
    objects: Objects = wiring.document_objects()
    kept = Materials(objects)
    value = Material(title="甲", sections=[Section(pieces=[Piece(text="一个字。", heading=["章"])])])
    await kept.put(owner, "an-id", value)
    assert await kept.get(owner, "an-id") == value
    with pytest.raises(NotFound):
        await kept.get("stranger", "an-id")
    await kept.delete(owner, "an-id")
    await kept.delete(owner, "an-id")
    with pytest.raises(NotFound):
        await kept.get(owner, "an-id")
