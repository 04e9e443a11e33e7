import pytest

from freshet.errors import Unavailable
from freshet.stores import table as table_
from freshet.stores.aws import ConditionFailed, Service
from freshet.stores.table import Table
from tests.stack import Stack


@pytest.fixture
def table(cloud: Stack) -> Table:
    return Table(Service("dynamodb", "table"), cloud.outputs["DocumentsTableName"])


async def test_an_item_comes_back_as_it_went_in(table: Table) -> None:
    item = {
        "id": "1",
        "text": "你好",
        "raw": b"\x00\xff" + "你".encode(),
        "n": 3,
        "x": 0.25,
        "on": True,
        "tags": ["a", 1.5],
        "deep": {"k": [None]},
    }
    await table.put("ann", item)
    assert await table.get("ann", "1") == {**item, "owner": "ann"}
    assert await table.get("bob", "1") is None


async def test_an_id_is_taken_once(table: Table) -> None:
    await table.put("ann", {"id": "once", "n": 1})
    await table.put("ann", {"id": "once", "n": 1})  # what a retry after a lost answer does
    with pytest.raises(ConditionFailed):
        await table.put("ann", {"id": "once", "n": 2})
    await table.put("bob", {"id": "once", "n": 2})


async def test_a_write_goes_over_whatever_has_its_id(table: Table) -> None:
    for item in ({"id": "w", "n": 1, "gone": True}, {"id": "w", "n": 2}, {"id": "w", "n": 2}):
        await table.write("ann", item)
    assert await table.get("ann", "w") == {"owner": "ann", "id": "w", "n": 2}
    assert await table.get("bob", "w") is None


async def test_a_span_holds_both_its_ends_oldest_first(table: Table) -> None:
    for number in (3, 1, 4, 0, 2):
        await table.write("span", {"id": f"0{number}", "n": number})
    await table.write("span-2", {"id": "02"})
    assert [item["n"] for item in await table.span("span", "01", "03")] == [1, 2, 3]
    assert [item["n"] for item in await table.span("span", "011", "9")] == [2, 3, 4]
    assert await table.span("span", "05", "9") == []
    assert await table.span("nobody", "00", "9") == []


async def test_a_page_may_be_of_the_ids_that_begin_alike(table: Table) -> None:
    for id_ in ("a", "a/1", "a/2", "a/3", "b/1"):
        await table.write("prefix", {"id": id_, "odd": id_[-1] in "13"})
    page = await table.page("prefix", limit=2, prefix="a/")
    assert ([item["id"] for item in page.items], page.cursor) == (["a/3", "a/2"], "a/2")
    page = await table.page(
        "prefix", limit=2, prefix="a/", cursor=page.cursor, matching="#odd = :odd", odd=True
    )
    assert ([item["id"] for item in page.items], page.cursor) == (["a/1"], None)


async def test_a_partition_is_cleared_and_no_other(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_, "_AT_ONCE", 3)
    for number in range(7):
        await table.write("full", {"id": str(number)})
    await table.write("full-2", {"id": "1"})
    for _ in range(2):
        await table.clear("full")
        assert (await table.page("full", limit=9)).items == []
    assert await table.get("full-2", "1")


async def test_an_update_sets_removes_and_adds_if_its_condition_holds(table: Table) -> None:
    await table.put("ann", {"id": "u", "status": "new", "gone": 1, "count": 1})
    changed = await table.update(
        "ann",
        "u",
        {"status": "old", "gone": None},
        add={"count": 2},
        when="#status = :expected",
        expected="new",
    )
    assert changed == {"owner": "ann", "id": "u", "status": "old", "count": 3}


async def test_a_refused_update_tells_what_stands_there(table: Table) -> None:
    await table.put("ann", {"id": "r", "status": "new"})
    with pytest.raises(ConditionFailed) as caught:
        await table.update("ann", "r", {"status": "x"}, when="#status = :expected", expected="old")
    assert caught.value.item == {"owner": "ann", "id": "r", "status": "new"}
    with pytest.raises(ConditionFailed) as caught:
        await table.update("ann", "missing", {"status": "x"}, when="attribute_exists(#id)")
    assert caught.value.item is None


async def test_pages_go_from_the_newest_on_and_miss_nothing(table: Table) -> None:
    for number in range(7):
        await table.put("pages", {"id": f"0{number}", "kind": "doc" if number % 2 else "material"})
    first = await table.page("pages", limit=3)
    assert [item["id"] for item in first.items] == ["06", "05", "04"]
    second = await table.page("pages", limit=3, cursor=first.cursor)
    third = await table.page("pages", limit=3, cursor=second.cursor)
    assert [item["id"] for item in second.items + third.items] == ["03", "02", "01", "00"]
    assert third.cursor is None


async def test_a_filtered_page_is_full_while_anything_matches(table: Table) -> None:
    for number in range(9):
        await table.put("filtered", {"id": f"0{number}", "kind": "doc" if number % 4 == 0 else "material"})
    page = await table.page("filtered", limit=2, matching="#kind = :kind", kind="doc")
    assert [item["id"] for item in page.items] == ["08", "04"]
    rest = await table.page("filtered", limit=2, matching="#kind = :kind", cursor=page.cursor, kind="doc")
    assert [item["id"] for item in rest.items] == ["00"]
    assert rest.cursor is None


async def test_deleting_says_whether_something_was_there(table: Table) -> None:
    await table.put("ann", {"id": "d"})
    assert await table.delete("ann", "d")
    assert not await table.delete("ann", "d")


async def test_deleting_may_depend_on_what_is_there(table: Table) -> None:
    await table.put("ann", {"id": "when", "generation": 2})
    with pytest.raises(ConditionFailed) as refused:
        await table.delete("ann", "when", when="#generation = :mine", mine=1)
    assert refused.value.item is not None
    assert refused.value.item["generation"] == 2
    assert await table.delete("ann", "when", when="#generation = :mine", mine=2)


async def test_items_are_counted_by_prefix_and_filter(table: Table) -> None:
    for number in range(3):
        text = "x" * 390_000  # a query looks at a megabyte
        await table.write("counted", {"id": f"a/{number}", "odd": number % 2 == 1, "text": text})
    await table.write("counted", {"id": "b"})
    assert await table.count("counted", prefix="a/") == 3
    assert await table.count("counted", prefix="a/", matching="#odd = :odd", odd=False) == 2
    assert await table.count("counted", prefix="c") == 0


async def test_an_endpoint_that_is_down_is_named(cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unavailable) as caught:
        await Table(Service("dynamodb", "table"), "any").get("ann", "1")
    assert caught.value.part == "table"


async def test_what_is_written_together_is_there_or_none_of_it(table: Table) -> None:
    await table.write("both", {"id": "old", "n": 0})
    first, second = {"id": "guard", "version": 1}, {"id": "thing", "n": 1}
    when = "attribute_not_exists(#version)"
    await table.write_together("both", [first, second], delete=["old"], when=when)
    assert await table.span("both", "a", "z") == [{**item, "owner": "both"} for item in (first, second)]
    changed = [{**first, "version": 2}, {"id": "other", "n": 2}]
    with pytest.raises(ConditionFailed):
        await table.write_together("both", changed, delete=["thing"], when=when)
    assert await table.span("both", "a", "z") == [{**item, "owner": "both"} for item in (first, second)]
