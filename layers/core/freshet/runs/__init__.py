"""Runs: what is around every generation, whatever the capability. A run is durable, its connection is not.

    capability ──events──▶ Run ──frames──▶ Kept ──▶ this client            a `Feed`
                                            └─ Recorder ─▶ Journal ──▶ Follower ──▶ any other client

`Run` numbers the events, measures them and ends them honestly. `Kept` reads it to its end, whether or not
somebody listens; its `Recorder` journals it in batches, keeps its record fresh and hears of stops. `Follower`
reads the journal. `Runs` starts, joins, finds, stops and repeats them.
"""
