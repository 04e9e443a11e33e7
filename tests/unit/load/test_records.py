import orjson
import pytest

from tests.load.records import wrong_with

ENGLISH, CHINESE = " token0 token1", " token零 token一"


def stream(text: str, final: str | None = None, *, numbers: tuple[int, ...] = (0, 1, 2)) -> str:
    events = [
        {"started": True, "done": False},
        {"content": text, "done": False},
        {"done": True, "final_response": {"output": text if final is None else final}},
    ]
    shown = (
        f"id: run:{number}\ndata: {orjson.dumps(event).decode()}\n\n"
        for number, event in zip(numbers, events, strict=True)
    )
    return "".join(shown) + "data: [DONE]\n\n"


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_a_whole_journal_is_sound(text: str) -> None:
    assert not wrong_with("run", stream(text), {ENGLISH, CHINESE})


@pytest.mark.parametrize(
    "body",
    [
        stream(ENGLISH).removesuffix("data: [DONE]\n\n"),
        stream(ENGLISH, numbers=(0, 2, 3)),
        stream(ENGLISH, numbers=(0, 0, 1)),
        stream(CHINESE[:-1]),
        stream(ENGLISH, final=CHINESE),
    ],
    ids=["no end", "gap", "twice", "another text", "another end"],
)
def test_a_broken_journal_is_told(body: str) -> None:
    assert wrong_with("run", body, {ENGLISH, CHINESE})
