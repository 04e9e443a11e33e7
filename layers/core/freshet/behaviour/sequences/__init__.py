"""Sequences: sessions of a log, and the events of each as a client lists them."""
