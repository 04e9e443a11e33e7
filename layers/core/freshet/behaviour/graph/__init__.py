"""Graphs: what users do, as traces, and what is counted from them.

    material    a scope's behaviours or events as traces; `steps` and `collecting` are its parts
    follows     which kind of step directly follows which
    patterns    frequent sequential patterns; `growing` is their arithmetic
    columns     traces as numpy arrays
    views       what a model writes about a graph

Causes are in `freshet.behaviour.causal`.
"""
