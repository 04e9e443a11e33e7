"""Plain text: paragraphs, encodings, nothing to read."""

import pytest

from freshet import errors
from freshet.encodings import decode, looks_like_text

from .conftest import Read

TEXTS = {
    "zh": "人工智能是计算机科学的一个分支，它企图了解智能的实质，并生产出一种新的机器。",
    "tw": "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神互相對待。",
    "ja": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗い所で泣いていた。",
    "ko": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "ru": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits – « l’été, à Noël ».",
    "de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Straße, für, schön.",
    "pl": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
    "cs": "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Příliš žluťoučký kůň.",
    "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "he": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "ar": "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق.",
    "th": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "tr": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Şiir, ığdır.",
    "en": "All human beings are born free and equal in dignity and rights.",
}
LEGACY = {
    "zh": ["gb18030", "gbk", "gb2312"],
    "tw": ["big5", "gb18030"],
    "ja": ["shift_jis", "euc_jp", "iso2022_jp"],
    "ko": ["euc_kr", "cp949"],
    "ru": ["cp1251", "koi8_r", "cp866"],
    "fr": ["cp1252"],
    "de": ["cp1252", "iso8859_15"],
    "pl": ["cp1250"],
    "cs": ["cp1250"],
    "el": ["cp1253"],
    "he": ["cp1255"],
    "ar": ["cp1256"],
    "th": ["cp874"],
    "tr": ["cp1254"],
    "en": ["ascii", "utf-32-le", "utf-32-be"],
}
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
CASES = [(language, encoding) for language, legacy in LEGACY.items() for encoding in (*legacy, *UNICODE)]


@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_encoding_is_found_without_a_label(language: str, encoding: str) -> None:
    data = TEXTS[language].encode(encoding)
    assert looks_like_text(data)
    assert decode(data) == TEXTS[language]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "cp1252"])
def test_encoding_is_found_after_a_long_ascii_start(encoding: str) -> None:
    text = "# configuration\n" * 2_000 + (TEXTS["fr"] if encoding == "cp1252" else TEXTS["zh"])
    assert decode(text.encode(encoding)) == text


def test_a_few_broken_bytes_do_not_spoil_utf8() -> None:
    data = TEXTS["zh"].encode() * 3 + b"\xff" + TEXTS["zh"].encode()
    assert decode(data) == TEXTS["zh"] * 3 + "\ufffd" + TEXTS["zh"]


def test_a_broken_byte_before_the_rest_does_not_spoil_utf8() -> None:
    text = "plain\n" * 3_000
    assert decode(b"\xff" + text.encode() + TEXTS["zh"].encode()) == "\ufffd" + text + TEXTS["zh"]


@pytest.mark.parametrize(("language", "encoding"), [("zh", "gb18030"), ("tw", "big5"), ("ja", "cp932")])
def test_a_broken_byte_does_not_spoil_other_encodings(language: str, encoding: str) -> None:
    text = TEXTS[language]
    assert decode(text.encode(encoding) + b"\xff\n" + text.encode(encoding)).endswith(text)


def test_a_declared_encoding_counts_only_if_it_fits() -> None:
    assert decode("été".encode("cp1252"), "iso-8859-1") == "été"
    assert decode(TEXTS["zh"].encode(), "gb2312") == TEXTS["zh"]
    assert decode(TEXTS["ja"].encode("cp932"), "euc-jp") == TEXTS["ja"]
    assert decode(b"plain", "no-such-encoding") == "plain"


def test_paragraphs_are_parted_by_blank_lines(blocks: Read) -> None:
    found = blocks("第一段\r\n还是第一段\r\n\r\n \t\r\nSecond.\n\n\n\nThird".encode(), "a.txt")
    assert [block.text for block in found] == ["第一段\n还是第一段", "Second.", "Third"]


@pytest.mark.parametrize("data", [b" \n\t\n", b"\xef\xbb\xbf", "\u3000\n".encode()])
def test_blank_text_is_no_text(blocks: Read, data: bytes) -> None:
    with pytest.raises(errors.NoText):
        blocks(data, "a.txt")
