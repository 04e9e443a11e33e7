"""Retrieval-augmented generation: find passages, prompt, answer, cite."""
