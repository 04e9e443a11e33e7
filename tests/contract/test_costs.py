"""docs/costs.md: its dollars follow from the units and prices that it names, its facts from the templates."""

import math

import pytest

from tests.bench.prices import MODEL_PRICES, PRICES, SERVICES
from tests.contract.test_documentation import table
from tests.contract.translation import ROOT, load

COSTS = ROOT / "docs/costs.md"
MODEL = "the model"
QUESTION, AUTHORISED = "a question", "authorising a request"
MINUTE, HOUR = 60, 3600


def number(cell: str) -> float:
    return float(cell.replace(",", ""))


def head(name: str) -> list[str]:
    text = COSTS.read_text()
    line = text[text.index(f"<!-- {name} -->") :].splitlines()[1]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def prices() -> dict[str, float]:
    return {row[0]: number(row[1]) / 1e6 for row in table(COSTS, "prices")}


def units() -> dict[str, dict[str, float]]:
    """What one of each takes."""
    return {
        row[0]: dict(zip(head("units"), map(number, row[1:]), strict=True)) for row in table(COSTS, "units")
    }


def paid(used: dict[str, float], names: tuple[str, ...] | None = None) -> float:
    """USD by the document's own prices: of these units, or of all that AWS bills."""
    names = tuple(PRICES) if names is None else names
    return sum(used[name] * prices()[name] for name in names)


def same(shown: str, value: float) -> bool:
    """To the three digits that are shown."""
    return math.isclose(number(shown), value, rel_tol=0.005, abs_tol=1e-9)


def test_prices_are_those_of_the_bench_and_every_unit_has_one() -> None:
    assert prices() == pytest.approx({**PRICES, **MODEL_PRICES})
    assert set(head("units")) == set(prices())


@pytest.mark.parametrize("row", table(COSTS, "dollars"), ids=lambda row: row[0])
def test_dollars_follow_from_units_and_prices(row: list[str]) -> None:
    used = {unit: 1000 * value for unit, value in units()[row[0]].items()}
    wanted = {service: paid(used, names) for service, names in SERVICES.items()}
    wanted |= {"together": paid(used), MODEL: paid(used, tuple(MODEL_PRICES))}
    shown = dict(zip(head("dollars"), row[1:], strict=True))
    assert shown.keys() == wanted.keys()
    assert {name for name, value in wanted.items() if not same(shown[name], value)} == set()


def test_everything_that_was_counted_is_paid_for() -> None:
    assert [row[0] for row in table(COSTS, "dollars")] == list(units())


@pytest.mark.parametrize("row", table(COSTS, "steps"), ids=lambda row: row[0])
def test_steps_follow_from_a_question(row: list[str]) -> None:
    rate, one = number(row[0]), units()[QUESTION]
    both = {unit: rate * HOUR * (value + units()[AUTHORISED][unit]) for unit, value in one.items()}
    memory_gb = functions()["query"][0] / 1024
    tokens = one["prompt tokens"] + one["completion tokens"]
    wanted = [
        rate * one["Lambda GB-s"] / memory_gb,
        rate * one["write units"],
        rate * tokens * MINUTE / 1e6,
        paid(both),
        paid(both, tuple(MODEL_PRICES)),
    ]
    assert [cell for cell, value in zip(row[1:], wanted, strict=True) if not same(cell, value)] == []


def functions() -> dict[str, tuple[int, int]]:
    """Memory in MB and timeout in seconds, by the template."""
    template = load("template.yaml")
    default = template["Globals"]["Function"]
    return {
        one["Properties"]["CodeUri"].removeprefix("functions/"): (
            one["Properties"].get("MemorySize", default["MemorySize"]),
            one["Properties"]["Timeout"],
        )
        for one in template["Resources"].values()
        if one["Type"] == "AWS::Serverless::Function"
    }


def test_functions_have_the_memory_and_the_time_that_the_template_gives_them() -> None:
    assert {row[0]: (int(row[1]), int(row[2])) for row in table(COSTS, "functions")} == functions()


def test_what_is_said_of_the_templates_is_in_them() -> None:
    text, template = COSTS.read_text(), load("template.yaml")
    alarms = [
        one["Properties"]
        for one in load("infra/observability.yaml")["Resources"].values()
        if one["Type"] == "AWS::CloudWatch::Alarm"
    ]
    metrics = sum(sum("MetricStat" in one for one in alarm.get("Metrics", [])) or 1 for alarm in alarms)
    assert f"{len(alarms)} alarms on {metrics} metrics, 0.10 each | {metrics * 0.10:.2f} |" in text
    brake = template["Parameters"]
    rate, burst = brake["ThrottleRate"]["Default"], brake["ThrottleBurst"]["Default"]
    assert f"{rate} requests a second on a route (`ThrottleRate`), {burst} at once" in text
    workers = template["Resources"]["ParseTrigger"]["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    assert workers == 5
    assert "five are read at a time" in text
