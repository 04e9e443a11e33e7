"""Concepts: what a learner practises, whatever its spelling.

What belongs here: when two names mean one concept. What does not: how well it is known (`mastery`).
"""

import unicodedata

from freshet.rag.han import FOLD

MAX_CHARS = 100  # of a key: it is a part of the table's keys
_AROUND = " ,;:…'\"()[]{}<>«»‹›“”‘’„、《》〈〉「」『』【】·*_`"
_AFTER = _AROUND + ".!?。"  # .NET is none of the net's, and C# none of C


def concept_key(name: str) -> str:
    """What all spellings of a concept share: width, case, white space, script and marks around it are folded.

    Empty for a name without a letter or a digit in it.
    """
    key = folded(name).lstrip(_AROUND)[:MAX_CHARS].rstrip(_AFTER)
    return key if any(character.isalnum() for character in key) else ""


def folded(text: str) -> str:
    """The text as it is searched for: in one width, case and Chinese script, with single blanks."""
    whole = text.encode(errors="ignore").decode()  # half a character is no text
    shaped = unicodedata.normalize("NFKC", whole).casefold().translate(FOLD)
    return " ".join(unicodedata.normalize("NFKC", shaped).split())
