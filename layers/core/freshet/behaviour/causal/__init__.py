"""Causes: which kinds of steps bring others about, by the log's statistics and, if wanted, a model's opinion.

series      traces as columns: which steps may be cause and effect of each other
turning     the same log with its times turned: what chance and rhythm alone would make of it
counting    how many steps of a kind are followed by one of another
decision    which of two directions is a link, and how sure that is
explained   links that others account for
statistics  the whole of it: traces → edges with their evidence
cycles      edges that lead back to where they began
judge       a model's opinion of the edges
kept        graphs as they are kept
generate    the run: what a client is told
"""
