"""Requests: what a client may ask of behaviours, events and graphs, and within which bounds."""

from freshet.behaviour.requests.events import AskEvents, EventListing, Extract, SummariseLog, Tag
from freshet.behaviour.requests.graphs import (
    AskGraph,
    Causal,
    GraphExport,
    GraphScope,
    PatternScope,
    Scope,
    View,
)
from freshet.behaviour.requests.logs import Listing, Reading, ReadingQuery, Upload
from freshet.behaviour.requests.words import (
    By,
    EventFormat,
    GraphFormat,
    Of,
    TagKind,
    UserId,
    in_utc,
    user_said,
)

__all__ = [
    "AskEvents",
    "AskGraph",
    "By",
    "Causal",
    "EventFormat",
    "EventListing",
    "Extract",
    "GraphExport",
    "GraphFormat",
    "GraphScope",
    "Listing",
    "Of",
    "PatternScope",
    "Reading",
    "ReadingQuery",
    "Scope",
    "SummariseLog",
    "Tag",
    "TagKind",
    "Upload",
    "UserId",
    "View",
    "in_utc",
    "user_said",
]
