"""A generation whose answer is a list, read while it is written."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Generic

from pydantic import RootModel, ValidationError

from freshet.errors import ModelMalformed
from freshet.llm.completion import fold
from freshet.llm.events import Event, Finish, Reset, TextDelta
from freshet.llm.request import Request
from freshet.llm.structured.elements import ANYTHING, OBJECTS, Elements
from freshet.llm.structured.parse import M, decoded, reasons
from freshet.llm.structured.preview import Preview, Previews
from freshet.llm.structured.repair import Generate, asked_again, refuse_if_useless
from freshet.llm.structured.schema import Schema

_TOLD = 3  # of the items that do not fit


async def items(generate: Generate, request: Request, item_model: type[M]) -> AsyncGenerator[M, None]:
    """Each item of the answer as soon as it is complete; as `previewed_items`, without previews."""
    async with aclosing(previewed_items(generate, request, item_model, field=None)) as found:
        async for one in found:
            if not isinstance(one, Preview):
                yield one


async def previewed_items(
    generate: Generate, request: Request, item_model: type[M], field: str | None
) -> AsyncGenerator[Preview | M, None]:
    """Each item of the answer as soon as it is complete: valid, and in order but for the repaired ones.

    Before it come the pieces of its string `field`, as they are written. They also come of what does not fit
    in the end, or is left out. Items that are asked for once more come without; a whole answer that is, with.

    Items stand once they are given. When the answer begins again (`Reset`), those of the new one that equal
    an item of the old one are left out, as often as the old one had them: nothing comes twice, and all of the
    new one has been given in the end. Items that do not fit are asked for once more when all others are
    given, and come last; if none fits, the whole answer is.

    Raises ModelMalformed if the second round does not help (it names the item), ModelCut if `max_tokens` cut
    the list, both after the good items; Invalid for a model that has no schema.
    """
    request = replace(request, schema=Schema.of_items(item_model))
    first = _Sieve(item_model, Previews(field))
    async with aclosing(_sifted(generate(request), first)) as found:
        async for one in found:
            yield one
    if first.problem() is None:
        return
    async with aclosing(_repaired(generate, request, first)) as found:
        async for one in found:
            yield one


@dataclass(frozen=True, slots=True)
class _Misfit:
    position: int  # in the answer, from 1
    text: str
    reason: str

    def __str__(self) -> str:
        return f"item {self.position}: {self.reason}"


class _Sieve(Generic[M]):
    """Takes an answer's text, gives the items that fit and keeps note of those that do not."""

    def __init__(self, model: type[M], previews: Previews) -> None:
        self.model = model
        self.previews = previews
        self.given: list[M] = []
        self._void: list[M] = []
        self.begin()

    def begin(self) -> None:
        """From here on it is another answer: what equals an item already given is left out."""
        self._void = list(self.given)
        self.previews.end()
        self.elements = Elements(ANYTHING if issubclass(self.model, RootModel) else OBJECTS)
        self.misfits: list[_Misfit] = []
        self.text: list[str] = []  # of an answer without a good item
        self._array = self._position = self._fitting = 0

    def take(self, text: str) -> Iterator[Preview | M]:
        """The items that `text` completes, and the pieces that it adds to previews."""
        if not self._fitting:
            self.text.append(text)
        for element in self.previews.read(self.elements, text):
            if isinstance(element, Preview):
                yield element
                continue
            self._count()
            try:
                item = decoded(element, self.model)
            except ValidationError as error:
                self.misfits.append(_Misfit(self._position, element, reasons(error)))
                continue
            self._fitting += 1
            self.elements.certain = True
            if item in self._void:
                self._void.remove(item)
                continue
            self.given.append(item)
            yield item

    def end(self) -> None:
        """No more text comes."""
        if rest := self.elements.rest():
            self._count()
            self.misfits.append(_Misfit(self._position, rest, "the answer ends in the middle of it"))

    def problem(self) -> str | None:
        """What is wrong with the answer as far as it came."""
        if not self.elements.arrays:
            return "The model's answer holds no list of items"
        if not self.misfits:
            return None
        more = [f"and {len(self.misfits) - _TOLD} more"] if len(self.misfits) > _TOLD else []
        told = "; ".join([*map(str, self.misfits[:_TOLD]), *more])
        return f"The model's answer does not fit {self.model.__name__}: {told}"

    @property
    def hopeless(self) -> bool:
        """Whether nothing in the answer fits, so that all of it must be asked for again."""
        return not self._fitting

    def _count(self) -> None:
        if self.elements.arrays != self._array:  # nothing in the array before was an item: that was no list
            self._array = self.elements.arrays
            self._position = 0
            self.misfits.clear()
        self._position += 1


async def _sifted(events: AsyncGenerator[Event, None], sieve: _Sieve[M]) -> AsyncGenerator[Preview | M, None]:
    finish = ""
    async with aclosing(events):
        async for event in events:
            match event:
                case TextDelta(text):
                    for one in sieve.take(text):
                        yield one
                case Reset():
                    sieve.begin()
                case Finish(reason):
                    finish = reason
    if sieve.elements.open or not sieve.elements.arrays:
        refuse_if_useless(finish)
    sieve.end()


async def _repaired(
    generate: Generate, request: Request, first: _Sieve[M]
) -> AsyncGenerator[Preview | M, None]:
    if not first.hopeless:
        async with aclosing(_corrected(generate, request, first)) as good:
            async for item in good:
                yield item
        return
    complaint = (
        f"That can't be used. {first.problem()}\nGive the whole answer again, corrected, as JSON only."
    )
    again = _Sieve(first.model, first.previews)
    again.given = first.given  # of an answer that became void
    again.begin()
    request = asked_again(request, "".join(first.text), complaint)
    async with aclosing(_sifted(generate(request), again)) as found:
        async for one in found:
            yield one
    if problem := again.problem():
        raise ModelMalformed(problem)


async def _corrected(generate: Generate, request: Request, first: _Sieve[M]) -> AsyncGenerator[M, None]:
    """The misfits, asked for again. They are read together: how many come tells which these are."""
    misfits = first.misfits
    async with aclosing(generate(_asked_for(request, misfits))) as events:
        answer = await fold(events)
    again = _Sieve(first.model, Previews(None))
    fixed = [one for one in again.take(answer.text) if not isinstance(one, Preview)]
    again.end()
    if len(fixed) + len(again.misfits) > len(misfits):  # it gave the good ones again, too
        fixed = _without(fixed, first.given)
    for item in fixed[: len(misfits)]:
        yield item
    if len(fixed) < len(misfits):
        if again.elements.open:
            refuse_if_useless(answer.finish_reason)
        missing = again.misfits[0].position - 1 if again.misfits else len(fixed)
        misfit = misfits[min(missing, len(misfits) - 1)]
        raise ModelMalformed(f"The model's answer does not fit {first.model.__name__}, asked twice: {misfit}")


def _asked_for(request: Request, misfits: list[_Misfit]) -> Request:
    listed = ", ".join(misfit.text for misfit in misfits)
    complaints = "\n".join(f"{number}. {misfit.reason}" for number, misfit in enumerate(misfits, 1))
    return asked_again(
        request,
        f'{{"items": [{listed}]}}',
        f"These items can't be used:\n{complaints}\n"
        f'Give just these {len(misfits)} again, corrected, as {{"items": […]}}. JSON only.',
    )


def _without(values: list[M], known: list[M]) -> list[M]:
    left = list(known)
    fresh = []
    for value in values:
        if value in left:
            left.remove(value)
        else:
            fresh.append(value)
    return fresh
