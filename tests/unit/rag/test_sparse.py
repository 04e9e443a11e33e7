import json
import math
import subprocess
import sys
import unicodedata
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.rag.han import FOLD, SIMPLIFIED, TRADITIONAL
from freshet.rag.sparse import K, encode_document, encode_query, tokens

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=60)


def finds(query: str, document: str) -> bool:
    return not encode_document(document).keys().isdisjoint(encode_query(query))


def test_the_index_is_the_one_that_stored_vectors_depend_on() -> None:
    assert encode_query("tea") == {1366274979: 1.0}
    assert set(encode_query("龍門")) == {crc32(token.encode("utf-16-le")) for token in ("龙", "门", "龙门")}


def test_a_value_is_bm25_without_its_idf() -> None:
    once, twice = (encode_document(text)[crc32("tea".encode("utf-16-le"))] for text in ("tea", "tea tea"))
    assert once == pytest.approx(2.2 / (1 + 1.2 * (0.25 + 0.75 * 1 / 256)), rel=1e-3)
    assert twice == pytest.approx(4.4 / (2 + 1.2 * (0.25 + 0.75 * 2 / 256)), rel=1e-3)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Straße", "STRASSE"),
        ("café naïve Łódź", "cafe naive Lodz"),
        ("Ｈｅｌｌｏ１２", "hello12"),
        ("ﾊﾟﾘ", "パリ"),
        ("co\xadoperate", "cooperate"),
        ("user-id", "userId"),
        ("user_id", "user-id"),
        ("connections", "connected"),
    ],
)
def test_spellings_of_one_word_encode_alike(written: str, meant: str) -> None:
    assert encode_document(written) == encode_document(meant)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("parseUserId", ["parseuserid", "user", "id"]),
        ("HTTPServer2", ["httpserver2", "http", "server", "2"]),
        ("max_top_k", ["maxtopk", "max", "top", "k"]),
        ("docs.example.com", ["docs.example.com", "doc", "com"]),
        ("v1.20.0", ["v1.20.0", "20"]),
        ("2026-11-21", ["20261121", "2026", "21"]),
        ("第7部分", ["7", "第", "部分"]),
        ("使用Python开发", ["python", "使用", "开发"]),
        ("ภาษาไทย", ["ภา", "ไท"]),
        ("한국어", ["한국", "국어"]),
        ("हिन्दी", ["हिन्दी"]),
    ],
)
def test_identifiers_and_scripts_are_found_whole_and_in_parts(text: str, parts: list[str]) -> None:
    assert set(parts) <= set(tokens(text))


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("茶", "我喜欢喝茶的人"),
        ("什么是茶？", "喝茶"),
        ("龙门客栈", "龍門客棧在哪裡"),
        ("後來頭髮乾了", "后来头发干了"),
        ("The Who", "a concert of The Who"),
        ("user id", "call parseUserId(x)"),
        ("parse_user_id", "call parseUserId(x)"),
        ("３．１４", "pi is 3.14."),
    ],
)
def test_a_query_finds_what_a_reader_would(query: str, document: str) -> None:
    assert finds(query, document)


def test_stop_words_and_strangers_find_nothing() -> None:
    assert not finds("where is the fox", "the dog is there, and where")
    assert not finds("咖啡", "喝茶的人")
    assert encode_query("?! …") == encode_document("—— 。") == {}


def test_every_letter_and_digit_of_unicode_has_a_token() -> None:
    settled = (unicodedata.normalize("NFKC", chr(code)) for code in range(0x110000))
    assert not [text for text in settled if any(map(str.isalnum, text)) and not tokens(text)]


@given(st.text(max_size=300))
def test_encoding_is_deterministic_positive_and_bounded(text: str) -> None:
    encoded = encode_document(text)
    assert encoded == encode_document(text)
    assert all(0 < value < K + 1 for value in encoded.values())
    assert all(0 <= index < 2**32 for index in encoded)
    assert set(encode_query(text)) <= set(encoded)
    assert bool(encode_query(text)) == bool(encoded)


@given(st.lists(st.text(max_size=20), max_size=8), st.data())
def test_words_of_a_document_are_all_found_in_it(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words)))
    last = data.draw(st.integers(first, len(words)))
    lean = set(encode_query("\n".join(words[first:last])))
    assert lean <= set(encode_document("\n".join(words)))


@given(HAN, st.data())
def test_any_stretch_of_chinese_is_found_in_its_text(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text) - 1))
    last = data.draw(st.integers(first + 1, len(text)))
    assert set(encode_query(text[first:last])) <= set(encode_document(text))


@given(st.text(st.sampled_from(TRADITIONAL + "的了 a。"), max_size=60))
def test_traditional_and_simplified_encode_alike(text: str) -> None:
    assert encode_document(text) == encode_document(text.translate(FOLD))


def test_folding_twice_changes_nothing() -> None:
    assert len(TRADITIONAL) == len(SIMPLIFIED) == len(FOLD)
    assert not set(TRADITIONAL) & set(SIMPLIFIED)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece", ["a", "aA", "a_", "a.", "_", "-a", "汉", "漢a", "ा", "é", "𠮷", "a\u0301", "0a"]
)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    assert bool(encode_document(piece * 100_000)) == bool(encode_document(piece))


def test_threads_do_not_disturb_each_other() -> None:
    # Other words in the main thread: a shared memory of words would hide what went wrong.
    texts = ["".join(letters) + "ationalizations" for letters in product("bcdfghjklm", "aeiou", "nprst")]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(encode_document, map(str.upper, texts))) == list(map(encode_document, texts))


@pytest.mark.parametrize("name", ["xquad-en", "squad2-en", "anthropic-docs-en", "xquad-zh", "cmrc2018-zh"])
def test_retrieval_is_no_worse_than_the_baseline(name: str, shared: Path, tmp_path: Path) -> None:
    folder = shared / "retrieval" / name
    run = tmp_path / "run.tsv"
    run.write_text("\n".join(ranking(folder)), encoding="utf-8")
    baselines = json.loads((shared / "bm25_baseline.json").read_text())
    baseline = max(scores["ndcg@10"] for key, scores in baselines.items() if key.startswith(f"{name}|"))
    command = [sys.executable, str(shared / "score.py"), "retrieval", str(folder), str(run)]
    scores = json.loads(subprocess.check_output(command))
    assert scores["ndcg@10"] >= baseline - 0.005


def ranking(folder: Path) -> list[str]:
    """The run of `score.py retrieval`, by BM25 as Qdrant computes it from our vectors."""
    documents = lines(folder / "corpus.jsonl")
    postings = defaultdict(list)
    for document in documents:
        for index, value in encode_document(f"{document['title']}\n{document['text']}").items():
            postings[index].append((document["id"], value))
    ranked = []
    for query in lines(folder / "queries.jsonl"):
        scores: dict[str, float] = defaultdict(float)
        for index, weight in encode_query(query["text"]).items():
            found = postings.get(index, [])
            idf = math.log(1 + (len(documents) - len(found) + 0.5) / (len(found) + 0.5))
            for document_id, value in found:
                scores[document_id] += weight * value * idf
        best = sorted(scores, key=lambda document_id: -scores[document_id])[:10]
        ranked += [f"{query['id']}\t{document_id}\t{rank}" for rank, document_id in enumerate(best, 1)]
    return ranked


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
