"""exercises: material in, questions out; answers graded; export, import, and what is due. Streams."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Query, Request, Response, status
from pydantic import BaseModel, Field

import freshet.chat.clients  # these for wiring, which would import them amid the first call
import freshet.exercises.generation.generate
import freshet.exercises.grading.submit
import freshet.llm.rerank
import freshet.rag.neighbours
import freshet.rag.rerank
import freshet.rag.retrieve
import freshet.usage.account  # noqa: F401
from freshet import wiring
from freshet.answers import STREAMED, answered, collected, streamed
from freshet.body import JSON, MULTIPART, form_of, json_by_hand, json_of, media_type, read_by_hand
from freshet.exercises.analysis.analyse import Analysis
from freshet.exercises.attempts import AttemptPage
from freshet.exercises.collection import Exercise
from freshet.exercises.due import DueConcepts
from freshet.exercises.editing import edit
from freshet.exercises.formats import Name, exported
from freshet.exercises.formats.gift import LineProblem
from freshet.exercises.grading.attempt import Attempt
from freshet.exercises.importing import import_gift
from freshet.exercises.question import Question, Shown, for_learner
from freshet.exercises.requests import (
    Analyse,
    AnalyseFile,
    AnalyseUpload,
    Edited,
    Generate,
    ImportFile,
    ImportText,
    Listing,
    Override,
    Regenerate,
    Submit,
)
from freshet.ids import new_id
from freshet.lambda_runtime import streaming
from freshet.runs.record import Measured, measured
from freshet.sse import EventStream
from freshet.web import Owner, RunCall, create_app

app = create_app("exercises")

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(min_length=26, max_length=26)]


class Analysed(Analysis, Measured):
    """What is worth being asked about, and where it stands."""


class Generated(Measured):
    """An exercise, and the questions that passed."""

    exercise: Exercise
    items: list[Question]


class Regenerated(Measured):
    question: Question


class Graded(Attempt, Measured):
    """An attempt with its marks."""


class Exercises(BaseModel):
    items: list[Exercise]
    next_cursor: str | None


class ExerciseDetail(Exercise):
    """An exercise with its questions as their author sees them."""

    answers: Literal[True] = True
    items: list[Question]


class ExerciseSheet(Exercise):
    """An exercise as a learner sees it: without `concepts`, which often name the keys."""

    answers: Literal[False] = False
    items: list[Shown]


class Imported(BaseModel):
    exercise: Exercise
    problems: list[LineProblem] = Field(description="what could not be read, by line; the rest is there")


@app.post(
    "/api/v1/exercises/analyze",
    summary="Find what is worth being asked about in a text",
    response_model=Analysed,
    responses=STREAMED,
)
async def analyze(body: Analyse, call: RunCall) -> Analysed | EventStream:
    events = wiring.analyser().analyse(call.owner, call.first_id, body)
    return await answered(call, "analysis", events, Analysed, stream=body.stream)


@app.post(
    "/api/v1/exercises/analyze-file",
    summary="Find what is worth being asked about in a document, or in a file that becomes one",
    response_model=Analysed,
    responses=STREAMED,
    openapi_extra=read_by_hand(AnalyseFile, AnalyseUpload),
)
async def analyze_file(request: Request, call: RunCall) -> Analysed | EventStream:
    """JSON with a `document_id`, or `multipart/form-data` with a part `file` of up to 4 MB."""
    analyser = wiring.analyser()
    asked: AnalyseUpload
    if media_type(request) == MULTIPART:
        asked, file = await form_of(request, AnalyseUpload)
        events = analyser.analyse_upload(call.owner, call.first_id, file.filename, file.data, asked)
    else:
        asked = document = await json_of(request, AnalyseFile)
        events = analyser.analyse_document(call.owner, call.first_id, document)
    return await answered(call, "analysis", events, Analysed, stream=asked.stream)


@app.get("/api/v1/exercises/analyses/{analysis_id}", summary="An analysis of the last 30 days")
async def get_analysis(analysis_id: str, owner: Owner) -> Analysis:
    analysis, _ = await wiring.analyses().get(owner, analysis_id)
    return analysis


@app.post(
    "/api/v1/exercises/generate",
    summary="Make questions, each of which comes as soon as it is finished",
    response_model=Generated,
    responses=STREAMED,
)
async def generate(body: Generate, call: RunCall) -> Generated | EventStream:
    events = wiring.generator().generate(call.owner, call.first_id, body)
    if body.stream:
        return await streamed(call, "exercises", events)
    items, ended = await collected(call, "exercises", events)
    exercise = await wiring.exercises().get(call.owner, ended["final_response"]["exercise_id"])
    return Generated(exercise=exercise, items=items, **measured(ended))


@app.post(
    "/api/v1/exercises/{exercise_id}/questions/{question_id}/regenerate",
    summary="Write one question anew",
    response_model=Regenerated,
    responses=STREAMED,
)
async def regenerate(
    exercise_id: str, question_id: str, call: RunCall, body: Regenerate | None = None
) -> Regenerated | EventStream:
    asked = body or Regenerate()
    events = wiring.generator().regenerate(call.owner, exercise_id, question_id, asked)
    return await answered(call, "exercises", events, Regenerated, stream=asked.stream)


@app.put(
    "/api/v1/exercises/{exercise_id}/questions/{question_id}",
    summary="Write a question as one wants it",
    openapi_extra=json_by_hand(Edited),
)
async def edit_question(exercise_id: str, question_id: str, request: Request, owner: Owner) -> Question:
    """The question as it was read, with the changes: its `version` says what was edited.

    Its id and source stay; another version meanwhile is a 409.
    """
    asked = await json_of(request, Edited, takes=JSON)
    return await edit(wiring.exercises(), owner, exercise_id, question_id, asked.root)


@app.post(
    "/api/v1/exercises/import",
    status_code=status.HTTP_201_CREATED,
    summary="Import questions in GIFT",
    openapi_extra=read_by_hand(ImportText, ImportFile),
)
async def import_exercise(request: Request, owner: Owner) -> Imported:
    """The file as `multipart/form-data` (`file`, `title`), or its text as JSON (`content`, `title`)."""
    asked: ImportFile
    if media_type(request) == MULTIPART:
        asked, file = await form_of(request, ImportFile)
        content: str | bytes = file.data
    else:
        asked = text = await json_of(request, ImportText)
        content = text.content
    exercise, problems = await import_gift(wiring.exercises(), owner, new_id(), content, title=asked.title)
    return Imported(exercise=exercise, problems=problems)


@app.get("/api/v1/exercises/due", summary="What is due to be practised, with questions about it")
async def due(owner: Owner, limit: Annotated[int, Query(ge=1, le=50)] = 20) -> DueConcepts:
    return await wiring.due().due(owner, datetime.now(UTC), limit)


@app.get("/api/v1/exercises", summary="List exercises, newest first")
async def list_exercises(owner: Owner, wanted: Annotated[Listing, Query()]) -> Exercises:
    items, following = await wiring.exercises().page(owner, wanted)
    return Exercises(items=items, next_cursor=following)


@app.get("/api/v1/exercises/{exercise_id}", summary="An exercise with its questions")
async def get_exercise(
    exercise_id: str,
    owner: Owner,
    answers: Annotated[bool, Query(description="false: as a learner sees them, without keys")] = True,
) -> ExerciseDetail | ExerciseSheet:
    exercise = await wiring.exercises().get(owner, exercise_id)
    questions = await wiring.exercises().questions(owner, exercise_id)
    if answers:
        return ExerciseDetail(**exercise.model_dump(), items=questions)
    head = exercise.model_dump() | {"concepts": []}
    return ExerciseSheet(**head, items=[for_learner(question) for question in questions])


@app.delete(
    "/api/v1/exercises/{exercise_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Delete an exercise with its questions and attempts",
)
async def delete_exercise(exercise_id: str, owner: Owner) -> None:
    await wiring.exercises().delete(owner, exercise_id)


@app.get(
    "/api/v1/exercises/{exercise_id}/export",
    summary="Take an exercise away",
    response_class=Response,
    responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def export_exercise(
    exercise_id: str,
    owner: Owner,
    format: Name,  # noqa: A002  # the contract's name
    answers: Annotated[bool, Query(description="false: a sheet without keys; md, html and csv only")] = True,
) -> Response:
    exercise = await wiring.exercises().get(owner, exercise_id)
    questions = await wiring.exercises().questions(owner, exercise_id)
    file = await exported(format, exercise, questions, answers=answers)
    return Response(file.data, media_type=file.media_type, headers=file.headers)


@app.post(
    "/api/v1/exercises/{exercise_id}/submit",
    summary="Have answers graded",
    response_model=Graded,
    responses=STREAMED,
)
async def submit(exercise_id: str, body: Submit, call: RunCall) -> Graded | EventStream:
    events = wiring.submitter().submit(call.owner, call.first_id, exercise_id, body)
    return await answered(call, "grading", events, Graded, stream=body.stream)


@app.get("/api/v1/exercises/{exercise_id}/attempts", summary="List attempts, newest first")
async def list_attempts(
    exercise_id: str, owner: Owner, limit: Limit = 20, cursor: Cursor = None
) -> AttemptPage:
    await wiring.exercises().get(owner, exercise_id)
    return await wiring.attempts().page(owner, exercise_id, limit, cursor)


@app.get("/api/v1/exercises/{exercise_id}/attempts/{attempt_id}", summary="One attempt with its marks")
async def get_attempt(exercise_id: str, attempt_id: str, owner: Owner) -> Attempt:
    return await wiring.attempts().get(owner, exercise_id, attempt_id)


@app.put("/api/v1/exercises/{exercise_id}/attempts/{attempt_id}", summary="Put one's own score in place")
async def override_score(exercise_id: str, attempt_id: str, body: Override, owner: Owner) -> Attempt:
    return await wiring.submitter().override(owner, exercise_id, attempt_id, body)


handler = streaming(app)
