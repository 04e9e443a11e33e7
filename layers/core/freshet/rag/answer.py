"""Answers: retrieve, prompt, stream, cite. One async generator of run events, whoever encodes it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from freshet.llm import LLMClient
from freshet.llm import events as llm
from freshet.rag.passage import Passage, Query, Retriever
from freshet.rag.prompt import NO_ANSWER, answer_messages, rewrite_messages
from freshet.rag.text import is_chinese
from freshet.rag.written import require_text
from freshet.runs.events import Content, Done, Reasoning, Reset, RunEvent, Started

REWRITE_TOKENS = 200  # a question, not an essay

_NOTHING = {
    True: "您的文档中没有找到这个问题的答案。",
    False: "Your documents do not contain an answer to this question.",
}
_UNSUPPORTED = {
    True: "（注意：在检索到的文档中，没有找到能够印证以上回答的原文。）",
    False: "(Note: nothing in the documents that were found could be matched to this answer.)",
}
_FOREIGN = {
    True: "（注意：检索到的文档使用另一种语言，无法核对引文。）",
    False: "(Note: the documents that were found are in another language; no quote could be checked.)",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which documents; `history` is (role, content), oldest first.

    The answer has at most `max_tokens` tokens, if that is less than what the deployment allows.
    """

    query: Query
    history: tuple[tuple[str, str], ...] = ()
    max_tokens: int | None = None


class Answerer:
    """Answers questions from an owner's documents."""

    def __init__(self, retriever: Retriever, model: LLMClient, *, max_tokens: int) -> None:
        self._retriever = retriever
        self._model = model
        self._max_tokens = max_tokens

    async def answer(self, owner: str, question: Question) -> AsyncGenerator[RunEvent, None]:
        """Started (with the sources), the text as it is written, Done (with verified citations)."""
        text = await self._stand_alone(question) if question.history else question.query.text
        passages = await self._retriever.search(owner, replace(question.query, text=text))
        yield Started(self._started(question, text, passages))
        if not passages:
            nothing = _NOTHING[is_chinese(question.query.text)]
            yield Content(nothing)
            yield Done(_final(nothing, "stop", answered=False))
            return
        most = min(question.max_tokens or self._max_tokens, self._max_tokens)
        async with aclosing(self._write(text, passages, most)) as events:
            async for event in events:
                yield event

    async def _write(
        self, question: str, passages: Sequence[Passage], most: int
    ) -> AsyncGenerator[RunEvent, None]:
        written, shown, finish = "", 0, ""
        stream = self._model.stream(answer_messages(question, passages), max_tokens=most)
        async with aclosing(stream) as events:
            async for event in events:
                match event:
                    case llm.TextDelta(text):
                        written += text
                        if not _may_be_refusal(written):
                            yield Content(written[shown:])
                            shown = len(written)
                    case llm.ReasoningDelta(text):
                        yield Reasoning(text)
                    case llm.Finish(reason):
                        finish = reason
                    case llm.Reset(reason):
                        written, shown = "", 0
                        yield Reset(reason)
        require_text(written, finish)
        answered = not _is_refusal(written)
        output = written if answered else _NOTHING[is_chinese(question)]
        if len(output) > shown:
            yield Content(output[shown:])
        cited = await asyncio.to_thread(_cited, output, passages)
        if answered and not cited["supported"]:
            note = f"\n\n{_note(output, passages)}"
            yield Content(note)
            output += note
        yield Done(_final(output, finish, answered=answered) | cited)

    async def _stand_alone(self, question: Question) -> str:
        messages = rewrite_messages(question.query.text, question.history)
        completion = await self._model.complete(messages, temperature=0, max_tokens=REWRITE_TOKENS)
        return completion.text.strip() or question.query.text

    def _started(self, question: Question, text: str, passages: Sequence[Passage]) -> dict[str, Any]:
        sources = [{"marker": number, **passage.as_dict()} for number, passage in enumerate(passages, 1)]
        rewritten = {"query": text} if text != question.query.text else {}
        return {"model": self._model.model, **rewritten, "sources": sources}


def _final(output: str, finish_reason: str, *, answered: bool) -> dict[str, Any]:
    nothing: dict[str, Any] = {"citations": [], "unverified": [], "supported": False}
    return {"output": output, "answered": answered, "finish_reason": finish_reason, **nothing}


def _cited(output: str, passages: Sequence[Passage]) -> dict[str, Any]:
    """The verified citations, and the markers that have none."""
    from freshet.rag.cite import cite, unverified  # on first use, in a thread: 15 ms of regular expressions

    citations = cite(output, passages)
    return {
        "citations": [citation.as_dict() for citation in citations],
        "unverified": unverified(output, citations),
        "supported": bool(citations),
    }


def _note(output: str, passages: Sequence[Passage]) -> str:
    """Why no citation is there: a translation has no words in common with its source."""
    chinese = is_chinese(output)
    comparable = any(is_chinese(passage.text) == chinese for passage in passages)
    return (_UNSUPPORTED if comparable else _FOREIGN)[chinese]


def _may_be_refusal(text: str) -> bool:
    """Whether the text so far could still become NO_ANSWER, or is: nothing of it is shown yet."""
    begun = text.strip()
    return NO_ANSWER.startswith(begun) or begun.startswith(NO_ANSWER)


def _is_refusal(text: str) -> bool:
    return text.strip().startswith(NO_ANSWER)
