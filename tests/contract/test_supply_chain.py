"""What the project takes from others is pinned, hashed and allowed; what it gives away is no secret."""

import json
from pathlib import Path

import pytest

from infra.audit import bom, installs, licences, locks, secrets
from infra.audit.tracked import ROOT, tracked

LICENCES = ROOT / "functions/console/web/dist/assets/licences.txt"


@pytest.mark.parametrize("lock", locks.locks(), ids=str)
def test_a_lock_has_a_hash_of_every_package_and_no_place_to_fetch_it_from(lock: Path) -> None:
    assert locks.problems(lock) == []
    assert locks.locked(lock)


def test_every_list_of_wanted_packages_has_its_lock() -> None:
    assert locks.unlocked() == []
    found = {str(lock.parent) for lock in locks.locks()}
    assert {".", *locks.LAYERS, locks.CONSOLE, "infra/sam", "tests/bench/peers/langchain"} <= found


def test_nothing_is_installed_that_no_lock_names() -> None:
    assert installs.problems() == []
    read = {str(path) for path in installs.scripts()}
    assert {"Makefile", ".ci/run", "infra/install.sh", "infra/lock.sh", "layers/parsers/Makefile"} <= read


def test_every_package_may_be_used() -> None:
    found = licences.all_licensed()
    assert licences.problems(found) == []
    assert {one.ecosystem for one in found} == {"npm", "pypi"}
    assert licences.unused_exceptions(found) == set()


def test_the_bill_of_materials_is_valid_complete_and_always_the_same() -> None:
    parts = bom.deployed()
    written = bom.rendered(parts)
    assert written == bom.rendered(parts)
    components = json.loads(written)["components"]
    assert len({one["bom-ref"] for one in components}) == sum(map(len, parts.values()))
    assert all(one["licenses"] for one in components)
    names = {one["name"] for one in components}
    assert {"boto3", "pypdfium2", "alibabacloud-tea", "react"} <= names
    assert not {"pytest", "mypy", "vite", "typescript"} & names


def test_no_tracked_file_holds_a_secret() -> None:
    assert [str(one) for one in secrets.problems()] == []
    assert Path("README.md") in tracked()


def test_no_known_value_is_kept_that_no_file_holds() -> None:
    tests = [path for path in tracked() if path.parts[0] == "tests" and path.suffix == ".py"]
    texts = [(ROOT / path).read_text() for path in tests]
    assert [value for value in secrets.KNOWN if not any(value in text for text in texts)] == []


@pytest.mark.skipif(not LICENCES.is_file(), reason="the console is not built")
def test_the_console_ships_the_licences_of_what_it_is_made_of() -> None:
    text = LICENCES.read_text()
    for one in bom.deployed()[locks.CONSOLE]:
        assert f"{one.name} {one.version} ({one.licence})\n" in text
    assert "Copyright (c) Meta Platforms, Inc. and affiliates." in text  # React's own
