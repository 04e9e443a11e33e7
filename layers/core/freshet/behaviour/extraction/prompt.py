"""The prompt that has events found in a log."""

import re
from collections.abc import Sequence

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.extraction.batches import Batch
from freshet.behaviour.extraction.lines import titles
from freshet.behaviour.prompt import DATA, Messages, chat, fenced, wanted
from freshet.languages import language_of

VERSION = 1  # of the rules: sessions that were asked about by older ones are asked about again

_RULES = f"""You read a log of what somebody, or something, did, and find the events in it: what a person
would call one thing, such as "Watched the morning news" or "Paid for lunch with a phone".
- lines: the numbers of the lines that make the event up, such as "1-4, 6". They are of one session, and no
  line is in two events.
- type: the one of the wanted types that fits best.
- title: what was done and with what, in a few words, in the wanted language, without times. Names stay as
  they are.
- confidence: how sure it is that these lines are one thing, from 0 to 1.
- Go through the sessions in their order. Each has at least one event; lines that mean nothing are left out.
- Keep to what the log says. {DATA}"""

_SAMPLES = 500  # rows that a log's language is told from
_NAMES = re.compile(r"[\w'’-]+")


def extraction_messages(batch: Batch, *, language: str, types: Sequence[str]) -> Messages:
    """Chat messages for the events of a batch."""
    task = wanted("Find the events.", language=language, types=list(types))
    return chat(_RULES, fenced("log", batch.text()), task)


def language_of_log(rows: Sequence[Behaviour]) -> str:
    """The language that most of a log's objects are named in; English where nobody can tell."""
    sample = rows[:: len(rows) // _SAMPLES + 1]
    named = " ".join(" ".join([row.object, *titles(row)]) for row in sample)
    if not _NAMES.search(named):
        named = " ".join(row.action for row in sample)
    return language_of(named) or "en"
