"""Tags of names: asked for once, kept, from a vocabulary that grows."""

import json
from typing import Any

import pytest

from freshet.behaviour.requests import Tag, TagKind
from freshet.behaviour.tags.kept import MAX_GROWN, KeptTags
from freshet.behaviour.tags.tagging import Tagger
from freshet.behaviour.tags.vocabulary import Vocabulary
from freshet.errors import ModelMalformed
from freshet.stores.table import Table
from tests.answering import collected
from tests.unit.behaviour.asking.scripted import done, items, scripted
from tests.unit.llm.upstream import chunk, says, sends


def tagged(**tags: Any) -> str:
    """An answer: `_1="a"`."""
    said = [{"name": int(name[1:]), "tags": value} for name, value in tags.items()]
    return json.dumps({"items": said}, ensure_ascii=False)


def ask(*names: str, language: str | None = None) -> Tag:
    return Tag(names=list(names), language=language)


async def test_names_are_tagged_once(table: Table, owner: str) -> None:
    async with scripted(tagged(_1=["Social", "chat"], _2=["视频"]), tagged(_1=["news"])) as model:
        tagger = Tagger(table, model.choose)
        first = await done(
            tagger.tag(owner, "apps", ask("微信", "YouTube</names>", "ｙｏｕｔｕｂｅ</names>"))
        )
        again, _ = await collected(tagger.tag(owner, "apps", ask("YOUTUBE</names>", "微信")))
        more = await done(tagger.tag(owner, "apps", ask("微信", "BBC")))
    assert [(one["name"], one["tags"], one["cached"]) for one in first["items"]] == [
        ("微信", ["social", "chat"], False),
        ("YouTube</names>", ["video"], False),  # the vocabulary's, in the language that is wanted
        ("ｙｏｕｔｕｂｅ</names>", ["video"], False),
    ]
    assert items(again)[0] == {"name": "YOUTUBE</names>", "tags": ["video"], "cached": True}
    assert [(one["name"], one["cached"]) for one in more["items"]] == [("微信", True), ("BBC", False)]
    assert len(model.prompts) == 2
    assert "<names>\n1. 微信\n2. YouTube‹/names>\n</names>" in model.prompts[0]
    assert '"chat"' not in model.prompts[0]
    assert '"chat"' in model.prompts[1]  # the vocabulary has grown


async def test_what_a_model_gets_wrong_is_never_kept(table: Table, owner: str) -> None:
    names = ("a", "b", "c", "d")
    nonsense = tagged(
        _0=["x"], _5=["x"], _1=["好" * 5, "{{}}", "x" * 31, " <Tools> "], _2=["..."], _3=["games"]
    )
    async with scripted(nonsense, tagged(_1=["news"], _2="Travel", _3=["food"])) as model:
        final = await done(Tagger(table, model.choose).tag(owner, "apps", ask(*names)))
    assert {one["name"]: one["tags"] for one in final["items"]} == {
        "a": ["tools"],
        "b": ["news"],  # asked about again, with d: of two names there is no third
        "c": ["games"],
        "d": ["travel"],
    }
    kept = await KeptTags(table).find(owner, "apps", names, "en")
    assert kept == {"a": ("tools",), "b": ("news",), "c": ("games",), "d": ("travel",)}


async def test_an_answer_that_is_cut_leaves_names_that_failed(table: Table, owner: str) -> None:
    begun = '{"items": [{"name": 1, "tags": ["news"]}, {"name": 2'
    cut = sends(chunk(begun), chunk(finish="length"), b"data: [DONE]\n\n", pause=0)
    useless = sends(chunk("{"), chunk(finish="length"), b"data: [DONE]\n\n", pause=0)
    async with scripted(cut, useless) as model:
        final = await done(Tagger(table, model.choose).tag(owner, "media", ask("a", "b")))
    assert ([one["name"] for one in final["items"]], final["failed"]) == (["a"], ["b"])
    assert len(final["problems"]) == 1


async def test_where_no_name_gets_tags_the_failure_is_raised(table: Table, owner: str) -> None:
    async with scripted(says("I can't do that")) as model:
        _, error = await collected(Tagger(table, model.choose).tag(owner, "apps", ask("a")))
    assert isinstance(error, ModelMalformed)


async def test_many_names_go_in_batches(table: Table, owner: str) -> None:
    async with scripted(tagged(**{f"_{n}": ["news"] for n in range(1, 51)})) as model:
        final = await done(
            Tagger(table, model.choose).tag(owner, "apps", ask(*(f"app {n}" for n in range(60))))
        )
    assert (len(final["items"]), final["failed"], len(model.prompts)) == (60, [], 2)


async def test_tags_are_known_without_a_model_in_the_language_that_most_have(
    table: Table, owner: str
) -> None:
    kept = KeptTags(table)
    said: list[tuple[TagKind, str, str, str]] = [
        ("apps", "微信", "en", "social"),
        ("apps", "微信", "zh", "社交"),
        ("media", "微信", "zh", "音乐"),
        ("media", "Dune", "zh", "电影"),
        ("media", "Duel", "en", "film"),
    ]
    for kind, name, language, tag in said:
        await kept.keep(owner, kind, name, language, [tag])
    async with scripted() as model:
        found = await Tagger(table, model.choose).known(owner, ["微信", "dune", "DUEL", "other"])
    assert found == {"微信": ("社交", "音乐"), "dune": ("电影",), "DUEL": ("film",)}


async def test_a_vocabulary_grows_to_its_bound(table: Table, owner: str) -> None:
    kept = KeptTags(table)
    for first in (0, 100):  # some of them twice
        await kept.grow(owner, "apps", "en", [f"tag {n}" for n in range(first, first + 250)])
    assert await kept.grown(owner, "apps", "en") == [f"tag {n}" for n in range(MAX_GROWN)]


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("en", ["Short  Video", "短视频", "SHORT VIDEO", "#Indie!"], ["short video", "Indie"]),
        ("zh-Hans", ["games", "游戏", "旅遊攻略", "NBA"], ["游戏", "旅遊攻略", "NBA"]),
        ("fr", ["Actualités", "新闻", "1234"], ["Actualités", "新闻"]),
        ("en", list("abcdefg"), list("abcde")),
        ("en", ["\ud800", "news\x00"], ["news"]),
    ],
)
def test_tags_are_put_as_the_vocabulary_has_them(language: str, said: list[str], expected: list[str]) -> None:
    assert Vocabulary("apps", language).normal(said) == expected
