import json

import pytest

from freshet.behaviour.jobs.messages import Step, steps
from freshet.behaviour.jobs.plan import plan_message, user_message
from freshet.behaviour.jobs.uploads import import_message


def s3_event(*keys: str) -> str:
    return json.dumps({"Records": [{"s3": {"object": {"key": key}}} for key in keys]})


@pytest.mark.parametrize(
    ("body", "step"),
    [
        (s3_event("logs/a%40b.cn/01J/original"), Step("import", "a@b.cn", "01J")),
        (json.dumps(import_message("01J") | {"owner": "dev"}), Step("import", "dev", "01J")),
        (json.dumps(plan_message("01J") | {"owner": "dev"}), Step("plan", "dev", "01J")),
        (
            json.dumps(user_message("01J", "王/小#明") | {"owner": "dev"}),
            Step("user", "dev", "01J", "王/小#明"),
        ),
    ],
)
def test_a_message_says_what_it_asks_for(body: str, step: Step) -> None:
    assert list(steps(body)) == [step]


def test_the_test_event_that_s3_sends_first_asks_for_nothing() -> None:
    assert list(steps('{"Service":"Amazon S3","Event":"s3:TestEvent"}')) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"owner": "dev", "run_id": "01J", "step": "all"}',
        '{"owner": "dev", "step": "plan"}',
        s3_event("documents/dev/01J/original"),
        s3_event("logs/dev/01J/other"),
        s3_event("short"),
    ],
)
def test_any_other_message_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        list(steps(body))
