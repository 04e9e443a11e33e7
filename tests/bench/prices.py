"""List prices, and what so much of each service costs by them. What does not belong here: how much it takes.

Of us-east-1, on demand, without free tiers, as known to the authors in 2026-03; docs/costs.md links the pages
that hold today's. DynamoDB's are those of `capacity`.
"""

from collections.abc import Mapping

from tests.bench.capacity import READ_USD, WRITE_USD

# A unit of use, and what one of it costs.
PRICES: Mapping[str, float] = {
    "API requests": 3.50e-6,
    "KB out": 0.09e-6,
    "Lambda requests": 0.20e-6,
    "Lambda GB-s": 16.6667e-6,  # x86
    "write units": WRITE_USD,
    "read units": READ_USD,
    "S3 writes": 5.0e-6,  # PUT, POST, LIST
    "S3 reads": 0.4e-6,  # GET, HEAD
    "SQS requests": 0.40e-6,
    "KB logged": 0.50e-6,
    "traces": 5.0e-6,
}
SERVICES: Mapping[str, tuple[str, ...]] = {
    "API Gateway": ("API requests", "KB out"),
    "Lambda": ("Lambda requests", "Lambda GB-s"),
    "DynamoDB": ("write units", "read units"),
    "S3": ("S3 writes", "S3 reads"),
    "SQS": ("SQS requests",),
    "Logs": ("KB logged",),
    "X-Ray": ("traces",),
}
# An example's: a small model's of 2026, and an embedding model's.
MODEL_PRICES: Mapping[str, float] = {
    "prompt tokens": 0.40e-6,
    "completion tokens": 1.60e-6,
    "embedded tokens": 0.02e-6,
}


def bill(used: Mapping[str, float]) -> dict[str, float]:
    """USD by service, the model last."""
    services = {
        service: sum(used.get(unit, 0) * PRICES[unit] for unit in units)
        for service, units in SERVICES.items()
    }
    return {**services, "model": sum(used.get(unit, 0) * usd for unit, usd in MODEL_PRICES.items())}
