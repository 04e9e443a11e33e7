"""Logs: the behaviours of each user as they are kept, and large uploads on their way in.

log         add, read, list, delete
heads       what a log is made of: an item a user
rewriting   new rows → new segments
segments    where segments are; `segment` is their format
importing   a file → logs, stretch by stretch; `imports` is how far it came
place       keys
"""
