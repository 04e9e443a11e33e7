"""GIFT, Moodle's text format for questions (https://docs.moodle.org/en/GIFT_format): read and written.

    // [id:q1] [tag:planets]
    ::Title::Which is the largest planet? {
        =Jupiter#Right!
        ~Saturn#Almost.
        ####It is heavier than all the others together.
    }

Read as in Moodle: with several right choices any of them is right, and a `*` in a short answer is anything. A
description has no place in an exercise: it is left out, and told, as is all that can't be read. HTML is read
as text.

What is written here is read back as it was, but for the ids of options and entries, white space around
texts, the version, and the source, which a comment tells. What GIFT has no place for stands in comments that
Moodle passes over (`remarks`). An ordering is written as a matching of places and entries, a cloze question
as one missing-word question a gap (`gaps`); both are read as what they were. Moodle itself can't read a short
answer with `->` in it.
"""

from freshet.exercises.formats.gift.reading import LineProblem, Parsed, parse
from freshet.exercises.formats.gift.writing import export

__all__ = ["LineProblem", "Parsed", "export", "parse"]
