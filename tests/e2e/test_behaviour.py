"""What an analyst does: a log goes in, events and causes come out, each function in its role."""

import httpx

from tests.e2e.client import checked, events_of, final, send_file, whole
from tests.e2e.local_cloud import until
from tests.habits import USER, csv

READ_S = 60.0
LOGS, EVENTS, CAUSES = "/api/v1/behaviors", "/api/v1/events", "/api/v1/causal-graph"


def test_an_uploaded_log_becomes_events_and_causes_and_is_forgotten(api: httpx.Client) -> None:
    log = csv().encode("gb18030")
    begun = checked(api.post(f"{LOGS}/uploads", json={"filename": "日志.csv", "size": len(log)}))
    assert send_file(begun["upload"], log).status_code == 204
    path = f"{LOGS}/uploads/{begun['run_id']}"
    until(lambda: checked(api.get(path))["state"] == "done", READ_S)
    read = checked(api.get(path))
    rows = len(log.splitlines()) - 1
    assert (read["kept"], read["duplicates"], read["bad"], read["percent"]) == (rows, 0, 0, 100)
    assert checked(api.get(f"/api/v1/runs/{begun['run_id']}"))["status"] == "done"
    again = checked(api.post(LOGS, content=log, headers={"content-type": "text/csv"}))
    assert (again["kept"], again["duplicates"]) == (0, rows)

    job = checked(api.post(f"{EVENTS}/extract"))["run_id"]
    with api.stream("GET", f"{EVENTS}/extract/progress", params={"stream": True, "run_id": job}) as answer:
        progress = final(whole(events_of(answer)))
    assert (progress["status"], progress["users_done"], progress["failed"]) == ("done", 1, 0)
    found = checked(api.post(f"{EVENTS}/extract/{USER}"))
    assert found["usage"]["total_tokens"] == 0
    assert found["data"]["event_count"] == progress["events"] > 0
    ids = {row["id"] for row in checked(api.get(LOGS, params={"user_id": USER}))["items"]}
    used = [id_ for event in found["data"]["events"] for id_ in event["behaviours"]]
    assert len(set(used)) == len(used)
    assert set(used) <= ids

    about = {"of": "behaviors", "by": "action"}
    graph = checked(api.post(f"{CAUSES}/generate", json={**about, "judge": False}))
    assert ("下单", "付款") in {(edge["cause"], edge["effect"]) for edge in graph["edges"]}
    assert {id_ for edge in graph["edges"] for id_ in edge["evidence"]} <= ids
    said = checked(api.post(f"{CAUSES}/ask", json={"question": "什么导致付款？"}))
    assert (said["says"], said["graph_id"]) == (True, graph["id"])
    assert api.get(f"{CAUSES}/export", params={"format": "mermaid"}).text.startswith("flowchart")

    assert api.delete(f"{LOGS}/{USER}").status_code == 204
    assert api.delete(f"{LOGS}/{USER}").status_code == 404
    assert checked(api.get(f"{EVENTS}/sequences"))["total"] == 0
