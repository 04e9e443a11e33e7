"""What the clients ask for: text, a call of a tool, an object that is filled in."""

import json

from pydantic import BaseModel

HELLO = "你好, who are you?"
TICKETS = "How much does an adult ticket cost?"
WEATHER = "What is the weather in Paris?"
REPORT = {"city": "Paris", "temperature": 21, "sky": "clear"}
PERSON = "Ada Lovelace is 36 years old and lives in London. Who is it?"


class GetWeather(BaseModel):
    """The weather in a city."""

    city: str


class Person(BaseModel):
    name: str
    age: int


def weather(city: str) -> str:
    """The tool itself."""
    return json.dumps({**REPORT, "city": city})
