"""Terms: the words of a text that tell it from another, as statements and sentences are compared by them.

What does not belong here: the words that a search goes by (`sparse`, whose spelling they share).
"""

import re
from functools import cache

_ENGLISH = (
    "a about according after all also although am an and any are as at be because been before being both but"
    " by can could did do does during each for from had has have he her his how however i if in into is it"
    " its may me more most my no nor not of on or other our over per s she should so some such t than that"
    " the their them then there these they this those through to under until up upon very was we were what"
    " when where which while who will with would yes you your"
)
_CHINESE = re.compile(
    "根据|根據|以及|可以|因为|因為|所以|但是|如果|我们|我們|你们|你們"
    "|[的了是在和与與及或有为為于於而也都就被这這那他她它们們您吗嗎呢着著之其该該等]"
)


def terms(text: str) -> frozenset[str]:
    """What a source's sentence can be found by: words, pairs of Han characters and the characters."""
    from freshet.rag.sparse import tokens  # loaded by then: the passages were found with it

    return frozenset(tokens(_CHINESE.sub(" ", text))) - _little()


def telling(text: str) -> frozenset[str]:
    """What a statement is about: its terms without the characters of its pairs, which are in any text."""
    found = terms(text)
    return found - {
        character for term in found if len(term) == 2 and not term.isascii() for character in term
    }


@cache
def _little() -> frozenset[str]:
    from freshet.rag.sparse import tokens

    return frozenset(tokens(_ENGLISH))
