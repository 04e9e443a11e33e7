"""What upstreams send: broken answers by the thousand, and answers without an end."""

from tests.fuzz.streams import decoding, endless


def run(count: int | None, seed: int) -> list[str]:
    """What must not be."""
    return [*decoding.run(count or decoding.COUNT, seed), *endless.run()]
