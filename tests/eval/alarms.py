"""Alarms: how many of the causes in a log of alarms the statistics find, without knowing how many there are.

The logs are of networks: which alarm, at which device, from when. Experts said which kinds of alarms bring
about which others. Beside the product's figures: the best of simple rules that are told the number of edges.
"""

import asyncio
import csv
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from freshet.behaviour.causal.statistics import Findings, causes
from freshet.behaviour.graph.trace import Trace, Traced


async def evaluate(data: Path, names: Sequence[str]) -> None:
    """Prints the score of each log, of its halves, and of the log without its devices."""
    folder = data / "behaviour/alarms_causal"
    simple = json.loads((folder / "baseline_f1.json").read_text())
    columns = ("log", "F1", "precision", "recall", "edges", "seconds", "best simple rule")
    _say(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for path in sorted(folder.glob("*/DAG.npy")):
        name = path.parent.name
        if not names or name in names:
            best = f"{max(simple[name].values()):.3f}" if name in simple else ""
            await asyncio.to_thread(_score, path.parent, best)


def _score(folder: Path, best: str) -> None:
    import numpy as np

    said = np.load(folder / "DAG.npy")
    truth = {(str(cause), str(effect)) for cause, effect in np.argwhere(said).tolist()}
    with (folder / "Alarm.csv").open() as file:
        rows = sorted(
            (float(row["start_timestamp"]), row["alarm_id"], row["device_id"]) for row in csv.DictReader(file)
        )
    half = len(rows) // 2
    without = [(start, alarm, "") for start, alarm, _ in rows]
    parts = {"": rows, ", first half": rows[:half], ", second half": rows[half:], ", no devices": without}
    for part, some in parts.items():
        traced = _traced(some)
        begun = time.perf_counter()
        found = causes(traced)
        seconds = time.perf_counter() - begun
        _say(_line(folder.name + part, found, truth, seconds, best if not part else ""))


def _traced(rows: Sequence[tuple[float, str, str]]) -> Traced:
    """One user's steps, a trace a day."""
    labels = sorted({alarm for _, alarm, _ in rows})
    objects = sorted({device for _, _, device in rows})
    days = defaultdict(list)
    for number, (start, alarm, device) in enumerate(rows):
        days[start // 86_400].append((labels.index(alarm), objects.index(device), start, str(number)))
    traces = [Trace("all", *zip(*steps, strict=True)) for _, steps in sorted(days.items())]
    return Traced("behaviors", "action", labels, objects, traces)


def _line(name: str, found: Findings, truth: set[tuple[str, str]], seconds: float, best: str) -> str:
    edges = {(edge.cause, edge.effect) for edge in found.edges}
    right = len(edges & truth)
    precision, recall = right / max(1, len(edges)), right / len(truth)
    f1 = 2 * right / (len(edges) + len(truth))
    return f"| {name} | {f1:.3f} | {precision:.3f} | {recall:.3f} | {len(edges)} | {seconds:.1f} | {best} |"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a command's output
