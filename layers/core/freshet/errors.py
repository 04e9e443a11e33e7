"""The one error tree: status and code live on the class, raised deep, converted once at the edge.

    FreshetError
    ├── Invalid 422                      what is asked for is wrong
    │   └── AddressRefused               a host that callers name, at an address that they may not reach
    ├── Unauthenticated 401 · Forbidden 403 · NotFound 404 · Conflict 409
    ├── TooLarge 413 · UnsupportedMediaType 415 · DeadlineExceeded 504
    ├── NoQuestion 422                   of the material no question came that is good enough
    ├── BudgetSpent 429                  the caller's limit of this month is used up
    ├── Stopped 409 · Interrupted 503   how a run ended before its answer was complete
    ├── Unavailable 503                  a part of ours does not answer: table, bucket, queue, index
    ├── DocumentError                    why a document is `failed`; never an HTTP status of its own
    │   ├── Unsupported · Damaged · Encrypted · Empty · NoText · OverLimit
    └── ModelError 502                   the model's endpoint
        ├── ModelAuthentication · ModelBadRequest · ModelNotFound · ModelRefused · ModelMalformed · ModelCut
        └── ModelRateLimited 503 · ModelOverloaded 503 · ModelTimeout 504 · ModelClosed 503 · QueueFull 503

What belongs here: exceptions that a client can see. What does not: HTTP encoding (`freshet.web`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar


class FreshetError(Exception):
    """An error a client may see.

    `detail` is one sentence for a human; `retry_after` is in seconds; `extra` holds further members
    of the RFC 9457 problem (for instance `errors`, `part`).
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str = "", *, retry_after: float | None = None, **extra: Any) -> None:
        self.detail = (detail or self.title).encode(errors="replace").decode()  # half a character is no text
        super().__init__(self.detail)
        self.retry_after = retry_after
        self.extra = extra

    def problem(self) -> dict[str, Any]:
        """The error as RFC 9457 problem members, without `instance` and `request_id`."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.extra,
        }


class Invalid(FreshetError):
    """The request is understood but wrong; `errors` names the fields."""

    status = 422
    code = "invalid_request"
    title = "Invalid request"


class AddressRefused(Invalid):
    """A model or a tool of the caller's is where none may be; `detail` names the host, not its addresses."""

    code = "address_refused"
    title = "This address may not be reached"


class Unauthenticated(FreshetError):
    status = 401
    code = "unauthenticated"
    title = "Authentication required"


class Forbidden(FreshetError):
    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotFound(FreshetError):
    """Not there, or not the caller's: a client can't tell which."""

    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(FreshetError):
    status = 409
    code = "conflict"
    title = "Conflict"


class TooLarge(FreshetError):
    status = 413
    code = "too_large"
    title = "Too large"


class UnsupportedMediaType(FreshetError):
    status = 415
    code = "unsupported_media_type"
    title = "Unsupported media type"


class DeadlineExceeded(FreshetError):
    status = 504
    code = "deadline"
    title = "Deadline exceeded"


class NoQuestion(FreshetError):
    """No question about the material was good enough; `reasons` counts the rules that they broke."""

    status = 422
    code = "no_question"
    title = "No question came of it"


class BudgetSpent(FreshetError):
    """A model call would pass the caller's limit of this month; `unit` is `tokens` or `USD`.

    `spent` was used, `reserved` is what calls under way may still use; at `resets_at` a new month begins.
    """

    status = 429
    code = "budget_spent"
    title = "The budget of this month is spent"


class Stopped(FreshetError):
    """Somebody stopped the run; what was written until then is kept on it."""

    status = 409
    code = "stopped"
    title = "The run was stopped"


class Interrupted(FreshetError):
    """The process that made the answer is gone; what was journalled until then is kept."""

    status = 503
    code = "interrupted"
    title = "The run was interrupted"


class Unavailable(FreshetError):
    """A part of the stack does not answer: table, bucket, queue, secrets, index or identity."""

    status = 503
    code = "unavailable"
    title = "Temporarily unavailable"

    def __init__(self, detail: str, *, part: str, retry_after: float | None = 1.0) -> None:
        super().__init__(detail, retry_after=retry_after, part=part)

    @property
    def part(self) -> str:
        """What does not answer."""
        return str(self.extra["part"])


class DocumentError(FreshetError):
    """Why a document ended as `failed`: `code` and `detail` are kept on it."""

    status = 422
    code = "document_error"
    title = "The document can't be used"


class Unsupported(DocumentError):
    code = "unsupported_format"
    title = "This format is not supported"


class Damaged(DocumentError):
    code = "damaged"
    title = "The file is damaged"


class Encrypted(DocumentError):
    code = "encrypted"
    title = "The file is encrypted"


class Empty(DocumentError):
    code = "empty"
    title = "The file is empty"


class NoText(DocumentError):
    code = "no_text"
    title = "The file has no text"


class OverLimit(DocumentError):
    """Parsing took more memory, time or text than allowed."""

    code = "over_limit"
    title = "The file is too expensive to parse"


class ModelError(FreshetError):
    """The model's endpoint failed."""

    status = 502
    code = "model_error"
    title = "The model failed"

    def __init__(self, detail: str = "", *, retry_after: float | None = None, **extra: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **{"part": "model", **extra})


class ModelAuthentication(ModelError):
    code = "model_authentication"
    title = "The model's endpoint refused the key"


class ModelBadRequest(ModelError):
    code = "model_bad_request"
    title = "The model's endpoint refused the request"


class ModelNotFound(ModelError):
    code = "model_not_found"
    title = "The model does not exist at its endpoint"


class ModelRefused(ModelError):
    code = "model_refused"
    title = "The model refused to answer"


class ModelMalformed(ModelError):
    code = "model_malformed"
    title = "The model's endpoint sent something that is not its protocol"


class ModelCut(ModelError):
    code = "model_cut"
    title = "The model's answer was cut off"


class ModelRateLimited(ModelError):
    status = 503
    code = "model_rate_limited"
    title = "The model's endpoint is limiting the rate"


class ModelOverloaded(ModelError):
    status = 503
    code = "model_overloaded"
    title = "The model's endpoint is overloaded or down"


class ModelTimeout(ModelError):
    status = 504
    code = "model_timeout"
    title = "The model did not answer in time"


class ModelClosed(ModelError):
    status = 503
    code = "model_client_closed"
    title = "The model client is closed"


class QueueFull(ModelError):
    status = 503
    code = "model_queue_full"
    title = "Too many model calls are waiting"


_MEMBERS = {"type", "title", "status", "detail", "code", "retry_after"}


def restored(problem: Mapping[str, Any]) -> FreshetError:
    """The error that a kept problem tells of: of the class that has its `code`."""
    kind = {found.code: found for found in _kinds(FreshetError)}.get(problem["code"], FreshetError)
    error = kind.__new__(kind)  # the constructors differ; a problem holds what all of them make
    extra = {name: value for name, value in problem.items() if name not in _MEMBERS}
    FreshetError.__init__(error, problem["detail"], retry_after=problem.get("retry_after"), **extra)
    return error


def _kinds(parent: type[FreshetError]) -> Iterator[type[FreshetError]]:
    yield parent
    for kind in parent.__subclasses__():
        yield from _kinds(kind)
