"""The demo set, which a local cloud goes on loading after it has started."""

import time

import httpx

from tests.e2e.client import checked, wait

PARTS = {"/api/v1/behaviors/users": 5, "/api/v1/documents": 2}  # how many a list has in the end
LOAD_S = 60


def wait_for_demo(api: httpx.Client) -> None:
    """Returns when all of it is there and parsed."""
    end = time.monotonic() + LOAD_S
    for path, count in PARTS.items():
        while len(checked(api.get(path))["items"]) < count:
            assert time.monotonic() < end, f"the demo set is not in {path}"
            time.sleep(0.2)
    for document in checked(api.get("/api/v1/documents"))["items"]:
        wait(api, document["id"])
