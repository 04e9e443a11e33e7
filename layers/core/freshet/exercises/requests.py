"""Requests: what a client may ask of exercises, and within which bounds."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, model_validator

from freshet.asked import STACK_MODEL, Asked, Id, said
from freshet.exercises.question import Bloom, Difficulty, Kind, Question
from freshet.languages import Language

# `partial`: writing it was broken off; what was finished is there.
State = Literal["generating", "ready", "partial"]

MAX_TEXT = 500_000  # characters: a long book chapter by chapter; whole books are documents
MAX_COUNT = 50  # questions of one run: they are written within its time
MAX_DOCUMENTS = 20
MAX_ANSWERS = 500  # as many as an exercise has questions


Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(said)]
Short = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(said)]
Kinds = Annotated[list[Kind], Field(min_length=1, max_length=MAX_COUNT)]
Counts = Annotated[dict[Kind, Annotated[int, Field(ge=1, le=MAX_COUNT)]], Field(min_length=1)]


class Analyse(Asked):
    """A text to analyse."""

    text: Text
    title: Short | None = None
    language: Language | None = Field(None, description="of the answer; without it, the text's")
    model_id: int = STACK_MODEL
    stream: bool = False


class AnalyseUpload(Asked):
    """How a file that comes along is to be analysed."""

    language: Language | None = Field(None, description="of the answer; without it, the document's")
    model_id: int = STACK_MODEL
    stream: bool = False


class AnalyseFile(AnalyseUpload):
    """A document of the caller's to analyse."""

    document_id: Id


class Generate(Asked):
    """Questions to make: from a text, from documents, or from an analysis; from exactly one of them."""

    text: Text | None = None
    document_ids: list[Id] | None = Field(None, min_length=1, max_length=MAX_DOCUMENTS)
    analysis_id: Id | None = Field(None, description="of an analysis made within the last 30 days")
    use_documents: bool = Field(False, description="add what the caller's documents say about it")
    types: Kinds | Counts = Field(
        default_factory=lambda: list[Kind](["single_choice", "true_false", "cloze"]),
        description="types in turn, or how many of each type",
    )
    count: int | None = Field(
        None, ge=1, le=MAX_COUNT, description="questions; without it 10, or as many as `types` says"
    )
    difficulty: Difficulty | None = None
    bloom: list[Bloom] = Field([], max_length=6, description="levels of Bloom's taxonomy, in turn")
    language: Language | None = Field(None, description="of the questions; without it, the material's")
    instructions: Annotated[str, Field(max_length=2_000)] | None = Field(
        None, description="what else the questions should be like"
    )
    title: Short | None = None
    model_id: int = STACK_MODEL
    stream: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in ("text", "document_ids", "analysis_id") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("exactly one of text, document_ids and analysis_id is needed")
        if isinstance(self.types, dict):
            total = sum(self.types.values())
            if total > MAX_COUNT:
                raise ValueError(f"at most {MAX_COUNT} questions at a time")
            if self.count not in {None, total}:
                raise ValueError(f"count is {self.count}, but types ask for {total}")
        return self


class Regenerate(Asked):
    """How a question is to be written anew."""

    type: Kind | None = Field(None, description="another type")
    difficulty: Difficulty | None = None
    instructions: Annotated[str, Field(max_length=2_000)] | None = None
    model_id: int = STACK_MODEL
    stream: bool = False


class Edited(RootModel[Question]):
    """A question as its owner wants it; `version` is the one that was edited."""


class Submit(Asked):
    """Answers by question id; what an answer looks like depends on the question's type."""

    answers: dict[Id, Any] = Field({}, max_length=MAX_ANSWERS)
    attempt_id: Id | None = Field(
        None, description="in place of answers: have graded what nobody graded in this attempt"
    )
    only_answered: bool = Field(False, description="leave out what was not answered, rather than count it 0")
    model_id: int = Field(STACK_MODEL, description="grades open questions")
    stream: bool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if bool(self.answers) == bool(self.attempt_id):
            raise ValueError("either answers or an attempt_id is needed")
        return self


class Override(Asked):
    """The owner's own score of an answer."""

    question_id: Id
    score: float = Field(ge=0, allow_inf_nan=False)
    comment: str = Field("", max_length=2_000)


class ImportFile(Asked):
    """A file of questions that comes along."""

    title: Short | None = None
    format: Literal["gift"] = "gift"


class ImportText(ImportFile):
    """Questions as text."""

    content: Text


class Listing(BaseModel):
    """Which exercises to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, min_length=26, max_length=26)
    document_id: Id | None = Field(None, description="made from this document")
    type: Kind | None = Field(None, description="has questions of this type")
    concept: Short | None = Field(None, description="has questions about it")
    state: State | None = None
    q: Short | None = Field(None, description="text in the title")
