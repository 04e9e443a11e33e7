import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.profile.concept import MAX_CHARS, concept_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Photosynthesis", "  photoSYNTHESIS."),
        ("Ｗａｔｅｒ　ｃｙｃｌｅ", "water\n cycle"),
        ("細胞膜", "“细胞膜”"),
        ("《红楼梦》", "紅樓夢"),
        ("Straße", "STRASSE"),
        ("`Vec<T>`", "vec<t>"),
        ("“Rust.”", "rust"),
        ("《红楼梦》。", "紅樓夢"),
        ("x²", "x2"),
    ],
)
def test_spellings_of_a_concept_share_its_key(one: str, other: str) -> None:
    assert concept_key(one) == concept_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("ice", "ice age"), ("细胞", "细胞膜"), ("C", "C++"), ("C", "C#"), (".NET", "net")]
)
def test_concepts_that_differ_have_different_keys(one: str, other: str) -> None:
    assert concept_key(one) != concept_key(other)


@pytest.mark.parametrize("name", ["", " ", "?!", "“”", "\ud800"])
def test_what_names_nothing_has_no_key(name: str) -> None:
    assert concept_key(name) == ""


@given(st.text(alphabet=st.characters()))
def test_a_key_is_its_own_key_and_fits_the_table(name: str) -> None:
    key = concept_key(name)
    assert concept_key(key) == key
    assert len(key) <= MAX_CHARS
    assert len(key.encode()) <= 4 * MAX_CHARS
