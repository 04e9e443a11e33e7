"""Events as files, read back by parsers that know nothing of us."""

import asyncio
import csv
import io
import json
from datetime import datetime, timedelta
from xml.etree import ElementTree

from freshet.behaviour.formats import exported_events
from freshet.behaviour.requests import EventFormat
from tests.unit.behaviour.formats.graphs import NASTY, SESSIONS

XES = "{http://www.xes-standard.org/}"
EVENTS = [event for session in SESSIONS for event in session]


def exported(format_: EventFormat) -> bytes:
    return asyncio.run(exported_events(format_, "用户/1", SESSIONS)).data


def test_xes_has_a_trace_a_session() -> None:
    root = ElementTree.fromstring(exported("xes"))
    order = [one.tag.removeprefix(XES) for one in root]
    assert root.tag == f"{XES}log"
    assert list(dict.fromkeys(order)) == ["extension", "global", "classifier", "string", "trace"]
    traces = root.findall(f"{XES}trace")
    assert [len(trace.findall(f"{XES}event")) for trace in traces] == [2, 1]
    declared = {extension.get("prefix") for extension in root.iter(f"{XES}extension")}
    keys = [str(one.get("key")) for one in root.iter() if one.get("key")]
    assert {key.partition(":")[0] for key in keys if ":" in key} <= declared
    every = {one.get("key") for one in root.findall(f"{XES}global[@scope='event']/*")}
    for element, event in zip(root.iter(f"{XES}event"), EVENTS, strict=True):
        known = {str(one.get("key")): (one.tag.removeprefix(XES), one.get("value")) for one in element}
        assert every <= known.keys()
        assert known["concept:name"] == ("string", event.type)
        kind, begun = known["time:timestamp"]
        assert (kind, begun) == ("date", event.start)
        assert datetime.fromisoformat(str(begun)).utcoffset() == timedelta(hours=8)
        assert known["behaviours"] == ("string", " ".join(event.behaviours))
    titles = [one.get("value") for one in root.findall(f".//{XES}event/{XES}string[@key='title']")]
    assert titles == [NASTY[0], NASTY[2], NASTY[5]]


def test_a_table_has_a_row_an_event() -> None:
    rows = list(csv.DictReader(io.StringIO(exported("csv").decode("utf-8-sig"), newline="")))
    assert [row["id"] for row in rows] == [event.id for event in EVENTS]
    assert rows[1]["title"] == f"'{NASTY[2]}"
    assert rows[0]["behaviours"] == "b1 c1"


def test_json_has_what_the_api_shows() -> None:
    shown = json.loads(exported("json"))
    assert shown["event_count"] == len(shown["events"]) == 3
    assert shown["events"][0] == EVENTS[0].model_dump()
