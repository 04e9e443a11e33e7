"""What a model wrote: whether it is anything at all."""

from freshet.errors import ModelCut, ModelRefused


def require_text(written: str, finish: str) -> None:
    """A model that ends without a word has not answered: one that reasons may use up all its tokens so."""
    if written.strip():
        return
    if finish == "content_filter":
        raise ModelRefused("The model's endpoint held the answer back (content_filter).")
    raise ModelCut(f"The model ended without an answer ({finish}); more ANSWER_MAX_TOKENS may help.")
