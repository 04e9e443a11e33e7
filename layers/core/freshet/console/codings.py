"""Which compressed form of a file a client takes: Accept-Encoding, RFC 9110, section 12.5.3."""

SUFFIXES = {"br": ".br", "gzip": ".gz", "identity": ""}  # the smallest first
_UNSAID = 0.001  # identity is acceptable unless it is refused, and preferred to nothing


def acceptable(header: str) -> list[str]:
    """Names of `SUFFIXES`, the most wanted first. Identity is the last resort even of who refuses it."""
    weights = _weights(header)
    others = weights.get("*", 0.0)
    found = {name: weights.get(name, others) for name in SUFFIXES}
    if "identity" not in weights:
        found["identity"] = _UNSAID
    wanted = sorted((name for name in SUFFIXES if found[name] > 0), key=lambda name: -found[name])
    return [*wanted, *({"identity"} - set(wanted))]


def _weights(header: str) -> dict[str, float]:
    """The header's codings with their weights; what can't be read counts as refused."""
    weights = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            weights[name] = _weight(parameters)
    return weights


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
