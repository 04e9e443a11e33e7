"""A stand-in for Qdrant: the part of its REST API that the product uses, over Qdrant's own engine in-process.

What belongs here: Qdrant's protocol, its errors, keeping collections on disk. What does not: anything the
product could see that a real Qdrant would not show it. What is not carried is refused by name, never ignored.

Known differences: no HNSW graph (dense search is exact, which a laptop's collection can afford), and no
matching of booleans, which the engine's Python binding (0.9.0) takes for integers.
"""
