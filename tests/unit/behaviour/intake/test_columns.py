"""Columns are known by what logs call them, or are what the caller says."""

from typing import Any

import pytest

from freshet.behaviour.intake.intake import read
from freshet.behaviour.requests import Reading
from freshet.errors import Invalid


def row(text: str, **reading: Any) -> dict[str, Any]:
    """The only row of a log, as a client sees it."""
    found = read(text.encode(), "text/csv", "log.csv", Reading(**reading))
    assert found.problems == []
    (behaviour,) = found.rows
    return {name: value for name, value in behaviour.shown().model_dump().items() if name != "id"}


@pytest.mark.parametrize(
    "header",
    [
        "user_id,time,action,object,kind,duration",
        "User ID,Timestamp,Event,App,Category,Duration (s)",
        "userId,startTime,eventType,appName,itemType,durationSeconds",
        "用户ID,开始时间,行为,应用,类型,使用时长",
        "账号,时间戳,操作类型,标题,类别,时长（秒）",
        "用戶,時間,動作,對象,類型,時長",
    ],
)
def test_names_in_english_and_chinese_are_known(header: str) -> None:
    assert row(f"{header}\nann,2026-03-01,open,微信,app,60\n") == {
        "user_id": "ann",
        "time": "2026-03-01T00:00:00+00:00",
        "action": "open",
        "object": "微信",
        "kind": "app",
        "duration": 60.0,
        "properties": {},
    }


def test_an_alarm_log_needs_no_mapping() -> None:
    found = row("alarm_id,device_id,start_timestamp,end_timestamp\n11,28,30685,30835\n")
    assert (found["user_id"], found["action"], found["object"]) == ("default", "11", "28")
    assert (found["time"], found["duration"]) == ("1970-01-01T08:31:25+00:00", 150.0)


def test_an_event_log_of_process_mining_needs_no_mapping() -> None:
    header = "case:concept:name,concept:name,time:timestamp,start_timestamp,org:resource"
    found = row(f"{header}\nc1,Register,2026-03-01T08:05:00Z,2026-03-01T08:00:00Z,Ann\n")
    assert (found["user_id"], found["action"], found["duration"]) == ("c1", "Register", 300.0)
    assert (found["time"], found["properties"]) == ("2026-03-01T08:00:00+00:00", {"org:resource": "Ann"})


def test_a_device_is_the_user_where_nobody_else_is_and_something_else_is_the_object() -> None:
    found = row("device_id,timestamp,app,event\nd1,1772323500,微信,open\n")
    assert (found["user_id"], found["object"], found["kind"]) == ("d1", "微信", "app")


@pytest.mark.parametrize(
    ("cells", "action", "thing", "kind"),
    [
        (",早间新闻,,media", "play", "早间新闻", "media"),
        ("微信,,,app", "use", "微信", "app"),
        (",,https://a.example,网页", "visit", "https://a.example", "网页"),
        (",,https://a.example,click", "click", "https://a.example", "web"),
    ],
)
def test_without_an_action_the_kind_of_the_object_tells_it(
    cells: str, action: str, thing: str, kind: str
) -> None:
    found = row(f"user,ts,app_name,title,url,type\nu,1772323500,{cells}\n")
    assert (found["action"], found["object"], found["kind"]) == (action, thing, kind)


def test_what_is_no_field_is_a_property_also_objects_that_are_not_the_object() -> None:
    found = row("user,time,app,title,wifi,\nu,2026-03-01,抖音,新闻,home,\n")
    assert (found["object"], found["properties"]) == ("抖音", {"title": "新闻", "wifi": "home"})


@pytest.mark.parametrize(
    ("cells", "time", "duration"),
    [
        ("2026-03-01,23:50,00:10", "2026-03-01T23:50:00+00:00", 1200.0),
        ("20260301,8:05 PM,", "2026-03-01T20:05:00+00:00", None),
        ("2026年3月1日,8点05分,2026-03-01 08:06", "2026-03-01T08:05:00+00:00", 60.0),
        ("2026-03-02,2026-03-01 08:05+08:00,08:06", "2026-03-01T08:05:00+08:00", 60.0),
    ],
)
def test_a_day_and_a_time_of_day_may_be_two_columns(cells: str, time: str, duration: float | None) -> None:
    found = row(f"date,start,end,who,what,action\n{cells},u,x,open\n")
    assert (found["time"], found["duration"]) == (time, duration)


def test_a_day_alone_is_a_time() -> None:
    assert row("日期,用户,行为\n20260301,u,打卡\n")["time"] == "2026-03-01T00:00:00+00:00"


def test_units_in_names_count() -> None:
    found = row("user,time_ms,action,dwell_ms\nu,30685,open,1500\n")
    assert (found["time"], found["duration"]) == ("1970-01-01T00:00:30.685+00:00", 1.5)
    assert row("用户,时间,行为,时长（分钟）\nu,2026-03-01,开,5\n")["duration"] == 300.0


def test_a_mapping_wins_over_names() -> None:
    text = "user,time,seen at,action,what\nann,x,2026-03-01,y,open\n"
    found = row(text, mapping={"Seen_At": "time", "what": "action", "action": "properties"})
    assert (found["action"], found["time"]) == ("open", "2026-03-01T00:00:00+00:00")
    assert found["properties"] == {"time": "x", "action": "y"}


@pytest.mark.parametrize(
    ("header", "mapping", "says"),
    [
        ("a,b,c", {}, "`a`, `b`, `c`.*`time`.*[?]map=a:time.*mapping"),
        ("user,time,wifi", {}, "what was done.*`wifi`"),
        ("user,time,action", {"zeit": "time"}, "no column is called 'zeit'"),
        ("user,time,action", {"time": "when"}, "'when' is none of user_id, time,"),
    ],
)
def test_what_is_missing_is_said_with_the_columns_there_are(
    header: str, mapping: dict[str, str], says: str
) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        row(f"{header}\n1,2,3\n", mapping=mapping)
    assert refused.value.extra["errors"][0]["field"] == "mapping"


def test_columns_without_a_name_or_with_the_same_are_kept_apart() -> None:
    found = row("user,time,action,,note,note\nu,2026-03-01,open,1,2,3\n")
    assert found["properties"] == {"column_4": "1", "note": "2", "note_2": "3"}
