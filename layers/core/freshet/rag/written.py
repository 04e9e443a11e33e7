"""What a model wrote: whether it is anything at all, and what it used."""

from freshet.errors import ModelCut, ModelRefused
from freshet.llm.events import Usage
from freshet.runs.events import Consumed


def require_text(written: str, finish: str) -> None:
    """A model that ends without a word has not answered: one that reasons may use up all its tokens so."""
    if written.strip():
        return
    if finish == "content_filter":
        raise ModelRefused("The model's endpoint held the answer back (content_filter).")
    raise ModelCut(f"The model ended without an answer ({finish}); more ANSWER_MAX_TOKENS may help.")


def consumed(usage: Usage) -> Consumed:
    """A call's usage as an event of the run."""
    return Consumed(usage.prompt_tokens, usage.completion_tokens, usage.estimated, usage.attempts, usage.cost)
