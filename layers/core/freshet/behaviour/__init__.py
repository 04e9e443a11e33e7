"""Behaviours: logs of what users do, the events in them, their sequences, patterns and causes.

    intake      rows of a file or a body → behaviours, and what is wrong with the others
    log         behaviours as they are kept: by user, in segments
    sequences   sessions of a log; the events of each, as they are kept
    extraction  sessions → events, by a model
    jobs        all users' extraction, and large uploads: work of the `extract` function
    graph       directly-follows graphs, frequent patterns, named views
    causal      which kinds of events bring others about, by statistics and a model's opinion
    asking      questions answered from events and from the causal graph
    tags        what apps and media are, by name
    formats     events and graphs as files

    receiving   a log that comes as a body; larger ones are `jobs.uploads`
    summary     what a user did, in words
    deleting    a user's log, with all that was made of it
    prompt, prose, markers   what the models' calls have in common

Nothing here knows HTTP. Times are seconds since 1970 in UTC, beside the offset that the log had.
"""
