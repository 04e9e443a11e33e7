"""What a model notes down, brought within bounds, and put together; what is counted in the material."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.exercises.analysis.concepts import counted
from freshet.exercises.analysis.notes import Noted, NotedPoint, Notes, Reduction, names, noted
from freshet.exercises.analysis.reduction import by_choice, by_rule, listed
from freshet.exercises.analysis.result import Concept, KeyPoint
from freshet.exercises.analysis.suggest import suggested
from freshet.exercises.material.cutting import sections_of_text
from freshet.exercises.material.sections import Material
from freshet.exercises.question import Difficulty, Place
from freshet.exercises.requests import MAX_COUNT
from freshet.languages import language_of
from freshet.profile.concept import concept_key
from freshet.profile.profile import Level


def material(text: str) -> Material:
    return Material(title="", sections=sections_of_text(text))


def part(*points: str, concepts: tuple[str, ...] = (), level: Level = "secondary") -> Noted:
    difficulty: Difficulty = "medium"
    return Noted("en", level, difficulty, [KeyPoint(text=text) for text in points], concepts)


@given(
    st.builds(
        Notes,
        key_points=st.lists(st.builds(NotedPoint, concepts=st.lists(st.text(), max_size=9)), max_size=20),
        concepts=st.lists(st.text(max_size=120), max_size=40),
    )
)
def test_notes_are_within_bounds_whatever_the_model_says(written: Notes) -> None:
    text = "A text. 一段文字。" + "".join(point.quote for point in written.key_points)
    found = noted(written, material(text))
    assert len(found.points) <= 12
    assert len(found.concepts) <= 15
    for point in found.points:
        assert point.text.strip()
        assert len(point.text) <= 500
        assert len(point.concepts) <= 5
        if point.source:
            assert text[point.source.start : point.source.end] == point.source.quote
    for name in found.concepts:
        assert concept_key(name)
        assert len(name) <= 80


def test_a_concept_is_kept_once_in_its_first_spelling() -> None:
    given_ = [
        "Ownership",
        " ownership ",
        "ＯＷＮＥＲＳＨＩＰ",
        "所有權",
        "所有权",
        "`Box<T>`",
        "",
        "!?",
        "x" * 81,
    ]
    assert names(given_, 10) == ["Ownership", "所有權", "`Box<T>`"]
    assert names(given_, 1) == ["Ownership"]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("owner", 2),  # not in owners, ownership
        ("OWNERSHIP", 1),
        ("one   owner", 1),  # also over a line's end
        ("C", 1),
        ("C++", 1),
        ("Box<T>", 1),
        ("所有权", 3),  # anywhere, in both scripts
        ("Rust", 2),
        ("reference", 0),
    ],
)
def test_concepts_are_counted_as_words_or_where_there_are_none_anywhere(name: str, count: int) -> None:
    text = (
        "Owners of ownership: one\nowner, an ｏｗｎｅｒ. C is not C++. Box<T>.\n"
        "所有权在Rust中；Rust的所有权，所有權。"
    )
    assert counted([name], material(text)) == [Concept(name=name, count=count)]


def test_a_whole_by_rule_takes_the_first_points_of_every_part_and_what_most_parts_name() -> None:
    parts = [
        part("a1", "a2", concepts=("Cell", "owner"), level="graduate"),
        part("b1", concepts=("OWNER",)),
        part("c1", "c2", concepts=("lease", "owner")),
    ]
    whole = by_rule(parts)
    assert [point.text for point in whole.points] == ["a1", "b1", "c1", "a2", "c2"]
    assert whole.concepts == ["owner", "Cell", "lease"]
    assert whole.level == "secondary"
    many = by_rule([part(f"{n}.1", f"{n}.2") for n in range(50)])
    texts = [point.text for point in many.points]
    assert len(texts) == 30
    assert (texts[0], texts[-1]) == ("0.1", "49.1")


@given(st.lists(st.integers(), max_size=60))
def test_a_choice_is_of_points_that_are_there_each_once(numbers: list[int]) -> None:
    parts = [part(*(f"{n}.{m}" for m in range(12))) for n in range(50)]
    reduction = Reduction(key_points=numbers, concepts=[], level="graduate", difficulty="hard")
    points = listed(parts)
    assert len(points) == 300
    chosen = by_choice(reduction, parts).points
    assert 1 <= len(chosen) <= 30
    assert len({point.text for point in chosen}) == len(chosen)
    right = list(dict.fromkeys(number for number in numbers if 1 <= number <= 300))[:30]
    if right:
        assert chosen == [points[number - 1] for number in right]


@pytest.mark.parametrize(
    ("text", "said", "language"),
    [
        ("所有权是 Rust 的核心概念。", ["en"], "zh"),
        ("所有權是 Rust 的核心概念。", ["zh-hant", "zh-Hant", "en"], "zh-Hant"),
        ("所有権は Rust の中心的な概念です。", ["zh"], "ja"),
        ("소유권은 러스트의 핵심 개념이다.", ["en"], "ko"),
        ("Ownership is what Rust calls it (所有权).", ["en", "zh", "EN"], "en"),
        ("Das Eigentum ist wichtig.", ["de-DE"], "de-DE"),
        ("Владение есть главное.", ["ru", "RU_ru", "; DROP"], "ru"),
        ("Владение есть главное.", ["russian", "und", "", "e"], ""),
        ("", ["fr"], "fr"),
        ("123", [], ""),
    ],
)
def test_a_language_is_told_by_its_script_or_by_a_tag_that_is_one(
    text: str, said: list[str], language: str
) -> None:
    assert language_of(text, said) == language


@given(
    st.lists(
        st.builds(KeyPoint, source=st.none() | st.builds(Place, quote=st.sampled_from(["a 3 b", "一"]))),
        max_size=30,
    ),
    st.lists(st.builds(Concept, count=st.integers(0, 3)), max_size=30),
)
def test_no_more_questions_are_suggested_than_there_is_to_ask_about(
    points: list[KeyPoint], concepts: list[Concept]
) -> None:
    numbers = suggested(points, concepts)
    assert all(number >= 1 for number in numbers.values())
    assert sum(numbers.values()) <= MAX_COUNT
    assert numbers.get("cloze", 0) <= sum(concept.count > 0 for concept in concepts)
    assert numbers.get("numeric", 0) <= sum("3" in point.source.quote for point in points if point.source)
    assert bool(points) == bool(numbers.get("single_choice"))


def test_a_chapter_carries_a_mix_of_questions() -> None:
    place = Place(quote="It takes 3 steps.", start=0, end=17)
    points = [KeyPoint(text=str(n), source=place if n < 2 else None) for n in range(12)]
    concepts = [Concept(name=str(n), count=1) for n in range(9)]
    assert suggested(points, concepts) == {
        "single_choice": 4,
        "true_false": 3,
        "cloze": 3,
        "multiple_choice": 2,
        "short_answer": 2,
        "numeric": 1,
        "matching": 1,
        "essay": 1,
    }


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        (
            "Employees get 25 days of paid leave per year, and sick leave is paid for the first six weeks.",
            "en",
        ),
        ("What is water?", "en"),
        ("员工每年有二十五天带薪年假。", "zh"),
        ("물은 무엇입니까?", "ko"),
        ("Qu'est-ce que l'eau ?", ""),
        ("Das Haus ist in der Stadt und der Mann ist in dem Haus.", ""),
        ("De man is in het huis en de vrouw is op het dak.", ""),
        ("fn main() { let s1 = String::from(0); }", ""),
    ],
)
def test_english_is_known_by_its_small_words_where_no_model_said_anything(text: str, tag: str) -> None:
    assert language_of(text) == tag
