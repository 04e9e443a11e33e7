"""Says what is wrong, and writes what there is into `dist/`: `sbom.json` and `licences.md`."""

import sys
from collections.abc import Sequence

from infra.audit import bom, installs, licences, locks, secrets
from infra.audit.licences import Licensed
from infra.audit.tracked import ROOT

FOLDER = ROOT / "dist"
_YES = {True: "yes", False: ""}


def main() -> int:
    """0 if nothing is wrong."""
    parts = bom.deployed()
    shipped = {one for part in parts.values() for one in part}
    packages = sorted(shipped.union(licences.all_licensed()))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "sbom.json").write_text(bom.rendered(parts))
    (FOLDER / "licences.md").write_text(_listed(packages, shipped))
    found = {
        "locks": [f"{lock} {problem}" for lock in locks.locks() for problem in locks.problems(lock)],
        "lists of packages without a lock": [str(path) for path in locks.unlocked()],
        "commands that fetch what no lock names": installs.problems(),
        "licences": licences.problems(packages),
        "exceptions that nothing needs": sorted(licences.unused_exceptions(packages)),
        "secrets": [str(one) for one in secrets.problems()],
    }
    for what, problems in found.items():
        _say(f"{what}: {len(problems) or 'nothing'} found")
        for problem in problems:
            _say(f"  {problem}")
    _say(_summary(packages, shipped))
    return int(any(found.values()))


def _summary(packages: Sequence[Licensed], shipped: set[Licensed]) -> str:
    return (
        f"deployed: {len(shipped)} packages; with tools: {len(packages)}\n"
        f"written: {FOLDER.name}/sbom.json, {FOLDER.name}/licences.md"
    )


def _listed(packages: Sequence[Licensed], shipped: set[Licensed]) -> str:
    """A table of all packages."""
    rows = [
        f"| {one.name} | {one.version} | {one.ecosystem} | {one.licence} | {_YES[one in shipped]} |"
        for one in packages
    ]
    return "\n".join(
        ["| package | version | from | licence | deployed |", "|---|---|---|---|---|", *rows, ""]
    )


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # a command's output


sys.exit(main())
