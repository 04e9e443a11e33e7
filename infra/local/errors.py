"""Why the local cloud can't start or go on: one sentence for the person in front of the terminal."""


class LocalCloudError(Exception):
    """Shown without a traceback; the process exits with 1."""


class TemplateError(LocalCloudError):
    """The template says something that the local cloud can't play."""
