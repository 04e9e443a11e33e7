import json

from infra.local.logs import readable


def test_a_structured_line_becomes_a_sentence() -> None:
    line = {
        "level": "INFO",
        "location": "x:1",
        "message": "parsed",
        "timestamp": "t",
        "chunks": 3,
        "name": "手册",
    }
    assert readable(json.dumps(line)) == "parsed chunks=3 name=手册"
    warning = {"level": "WARNING", "message": "The index does not answer.", "exception": "Traceback …"}
    assert readable(json.dumps(warning)) == "WARNING: The index does not answer.\nTraceback …"


def test_metrics_are_for_machines() -> None:
    assert readable('{"_aws": {"Timestamp": 1}, "Runs": [1.0]}') is None


def test_any_other_line_is_shown_as_it_is() -> None:
    for line in ["", "Traceback (most recent call last):", "{not json", '{"a": 1}', "[1]"]:
        assert readable(line) == line
