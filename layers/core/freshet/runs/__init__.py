"""Runs: what happens around every generation (numbering, metrics, errors), whatever the capability."""
