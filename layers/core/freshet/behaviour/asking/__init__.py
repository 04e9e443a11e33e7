"""Asking: questions answered from the events of a user, and from a causal graph."""
