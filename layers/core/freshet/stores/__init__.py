"""Stores: tables, objects, queues, secrets and vectors. The owner is the first argument of every method."""
