import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from freshet.errors import Invalid
from freshet.profile.profile import NewProfile, Profiles


async def test_a_profile_is_there_from_the_first_question_on(profiles: Profiles, owner: str) -> None:
    first = await profiles.get(owner)
    assert (first.name, first.languages, first.level, first.retention) == ("", [], None, 0.9)
    assert first.created_at == first.updated_at
    assert await profiles.get(owner) == first


async def test_first_questions_at_once_get_the_same_profile(profiles: Profiles, owner: str) -> None:
    read = await asyncio.gather(*(profiles.get(owner) for _ in range(8)))
    assert all(one == read[0] for one in read)


async def test_what_is_written_is_the_whole_profile(profiles: Profiles, owner: str) -> None:
    made = (await profiles.get(owner)).created_at
    new = NewProfile(
        name="李雷 🧊",
        languages=["zh-Hans", "en"],
        level="undergraduate",
        goals=["通过考试", "read papers"],
        timezone="Asia/Shanghai",
        retention=0.95,
    )
    written = await profiles.put(owner, new)
    assert written == await profiles.get(owner)
    assert NewProfile(**written.model_dump()) == new  # what was read may be written back
    assert written.created_at == made < written.updated_at
    assert (await profiles.put(owner, NewProfile(name="Li"))).goals == []


async def test_a_profile_can_be_written_before_it_was_asked_for(profiles: Profiles, owner: str) -> None:
    assert (await profiles.put(owner, NewProfile(name="Li"))).name == "Li"
    assert (await profiles.get(f"{owner}-2")).name == ""


@pytest.mark.parametrize(
    "zone",
    ["Mars/Olympus", "asia/nowhere", "America", "../../../etc/passwd", "/etc/localtime", "x\0y"],
)
async def test_a_time_zone_that_there_is_not_is_refused(profiles: Profiles, owner: str, zone: str) -> None:
    with pytest.raises(Invalid) as refused:
        await profiles.put(owner, NewProfile(name="Li", timezone=zone))
    assert refused.value.extra["errors"][0]["field"] == "timezone"
    assert (await profiles.get(owner)).name == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x" * 101},
        {"name": 7},
        {"name": "\ud800"},
        {"languages": ["english"] * 2},
        {"languages": ["en", "EN"]},
        {"languages": ["not a tag"]},
        {"languages": ["en-US-"]},
        {"languages": [f"a{letter}" for letter in "abcdefghijk"]},
        {"level": "expert"},
        {"goals": [""]},
        {"goals": [" \n"]},
        {"goals": ["x" * 301]},
        {"goals": ["x"] * 21},
        {"timezone": ""},
        {"timezone": "\ud800"},
        {"goals": ["\ud800"]},
        {"retention": 0.69},
        {"retention": 0.98},
        {"retention": float("nan")},
        {"retention": "0.9"},
        {"surname": "x"},
    ],
)
def test_what_is_no_profile_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        NewProfile.model_validate(wrong)
    assert refused.value.errors()[0]["loc"][0] == next(iter(wrong))
