import asyncio
from datetime import UTC, date, datetime, timedelta, timezone

from freshet.llm import Usage
from freshet.usage.ledger import Ledger

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = date(2026, 11, 21)


async def test_calls_of_a_day_a_capability_and_a_model_are_one_entry(ledger: Ledger, owner: str) -> None:
    told = Usage(100, 20, cached_tokens=60, model="m", cost=0.003)
    guessed = Usage(7, 3, estimated=True, model="m")
    await asyncio.gather(*(ledger.add(owner, "chat", [told, guessed], NOON) for _ in range(10)))
    (entry,) = await ledger.days(owner, DAY, DAY)
    assert entry["id"] == "2026-11-21#chat#USD#m"
    assert {name: entry[name] for name in ("day", "capability", "currency", "model")} == {
        "day": "2026-11-21",
        "capability": "chat",
        "currency": "USD",
        "model": "m",
    }
    counted = {"calls": 20, "prompt_tokens": 1070, "cached_tokens": 600, "completion_tokens": 230}
    assert counted.items() <= entry.items()
    assert (entry["cost_nano"], entry["unpriced"], entry["estimated"]) == (30_000_000, 10, 10)
    assert entry["expires_at"] == int((NOON + timedelta(days=400)).timestamp())


async def test_models_currencies_and_capabilities_are_apart(ledger: Ledger, owner: str) -> None:
    await ledger.add(owner, "chat", [Usage(1, 0, model="通义"), Usage(1, 0, model="b")], NOON)
    await ledger.add(owner, "chat", [Usage(1, 0, model="b", cost=1.0, currency="CNY")], NOON)
    await ledger.add(owner, "parse", [Usage(1, 0, model="b")], NOON)
    await ledger.add(f"{owner}-2", "chat", [Usage(1, 0, model="b")], NOON)
    entries = await ledger.days(owner, DAY, DAY)
    assert [(one["capability"], one["currency"], one["model"]) for one in entries] == [
        ("chat", "CNY", "b"),
        ("chat", "USD", "b"),
        ("chat", "USD", "通义"),
        ("parse", "USD", "b"),
    ]


async def test_days_begin_and_end_in_utc(ledger: Ledger, owner: str) -> None:
    for hours in (-36, -12, 11, 12):
        await ledger.add(owner, "chat", [Usage(1, 0, model="m")], NOON + timedelta(hours=hours))
    morning = datetime(2026, 11, 22, 7, 59, tzinfo=timezone(timedelta(hours=8)))
    await ledger.add(owner, "chat", [Usage(1, 0, model="m")], morning)
    (entry,) = await ledger.days(owner, DAY, DAY)
    assert (entry["day"], entry["calls"]) == ("2026-11-21", 3)
    found = await ledger.days(owner, DAY - timedelta(days=1), DAY + timedelta(days=1))
    assert [one["day"] for one in found] == ["2026-11-20", "2026-11-21", "2026-11-22"]


async def test_a_name_of_any_length_is_counted(ledger: Ledger, owner: str) -> None:
    name = "模型" * 1_000
    for _ in range(2):
        await ledger.add(owner, "chat", [Usage(1, 0, model=name)], NOON)
    (entry,) = await ledger.days(owner, DAY, DAY)
    assert (entry["model"], entry["calls"]) == (name, 2)


async def test_more_entries_than_fit_an_answer_of_the_table_are_all_there(ledger: Ledger, owner: str) -> None:
    """The table answers with a megabyte at a time."""
    names = [f"{number:03} {'m' * 30_000}" for number in range(50)]
    await asyncio.gather(*(ledger.add(owner, "chat", [Usage(1, 0, model=name)], NOON) for name in names))
    entries = await ledger.days(owner, DAY, DAY)
    assert [entry["model"] for entry in entries] == names
