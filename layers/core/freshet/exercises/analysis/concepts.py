"""Concepts: how often a material has the terms that it teaches.

Counted in whole words where a script has blanks between them, anywhere where it has none. What does not
belong here: when two names mean one concept (`freshet.profile.concept`).
"""

import re
from collections.abc import Sequence

from freshet.exercises.analysis.result import Concept
from freshet.exercises.material.sections import Material
from freshet.profile.concept import concept_key, folded

_LETTER = "[^\\W\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"  # of a word with blanks around


def counted(names: Sequence[str], material: Material) -> list[Concept]:
    """The concepts with their counts, in their order. Looks through all of it: work for a thread."""
    texts = [folded(section.text) for section in material.sections]
    return [Concept(name=name, count=_count(concept_key(name), texts)) for name in names]


def _count(key: str, texts: Sequence[str]) -> int:
    # What ends in a letter is not the beginning of another name: C is neither C++ nor C#.
    before = f"(?<!{_LETTER})" if re.match(_LETTER, key) else ""
    after = f"(?!{_LETTER}|[+#])" if re.match(_LETTER, key[-1:]) else ""
    pattern = re.compile(f"{before}{re.escape(key)}{after}")
    return sum(len(pattern.findall(text)) for text in texts)
