"""Extraction: sessions of a log → events that a person would name, by a model.

lines     behaviours as a model reads them
batches   sessions that are asked about in one call
prompt    how they are put before the model
draft     events as a model writes them
sheet     drafts → events: which lines can be whose
finding   the calls of a run, some at a time, each asked once more for what is missing
kept      events as they are kept, by session
keeping   what a run finds in place of what was there
extract   the run: what a client is told, and how it ends
"""
