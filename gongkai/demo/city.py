"""The sample city as data: bodies, people's roles, and the facts of the 2020 report."""

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Body:
    """A body of the sample city and how busy it is."""

    code: str
    name: str
    short_name: str
    kind: str
    sign: str
    """Its characters in document numbers, e.g. 建 in 义建许〔2020〕12号."""
    nouns: tuple[str, ...]
    """The fields it acts in; titles of its records are made of them."""
    weight: dict[str, int]
    """Its share of the city's acts by kind; only ratios matter."""
    requests: int
    """Its share of the city's disclosure requests."""
    topics: tuple[str, ...] = ()
    """Topics (主题分类) of its documents, the usual one first."""


@dataclass(frozen=True)
class Login:
    """A person of the demo: one a role, obviously invented."""

    username: str
    name: str
    role: str
    organ: str
    does: str


@dataclass(frozen=True)
class City:
    code: str
    name: str
    short_name: str
    bodies: tuple[Body, ...]
    government: Body
    """The government itself; ``bodies`` are those below it."""
    facts_2020: dict[str, Any]
    patterns: dict[str, list[str]]
    password: str
    logins: tuple[Login, ...]


def packaged(name: str) -> dict[str, Any]:
    """One of the data files of this room."""
    return tomllib.loads((resources.files(__package__) / "data" / name).read_text("utf-8"))


@cache
def load_city() -> City:
    """Read the packaged data files."""
    facts, words = packaged("city.toml"), packaged("words.toml")
    city = facts["city"]
    kinds = ("permit", "service", "penalty", "coercion")
    bodies = []
    for body in facts["bodies"]:
        word = words["bodies"][body["suffix"]]
        bodies.append(
            Body(
                code=f"{city['code']}-{body['suffix']}",
                name=body["name"],
                short_name=body["short_name"],
                kind=body["kind"],
                sign=word["sign"],
                nouns=tuple(word["nouns"]),
                weight=dict(zip(kinds, body["weight"], strict=True)),
                requests=body["requests"],
                topics=tuple(words["topics"][body["suffix"]]),
            )
        )
    government = Body(
        code=city["code"],
        name=city["name"],
        short_name="市政府",
        kind="government",
        sign=words["government"]["sign"],
        nouns=tuple(words["government"]["nouns"]),
        weight={},
        requests=0,
        topics=tuple(words["topics"]["000"]),
    )
    return City(
        **city,
        bodies=tuple(bodies),
        government=government,
        facts_2020=facts["facts_2020"],
        patterns=words["patterns"],
        password=facts["people"]["password"],
        logins=tuple(Login(**login) for login in facts["people"]["logins"]),
    )


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` into whole parts in proportion to ``weights``; the parts add up to it.

    Largest remainders get the odd ones, earlier places first among equals.
    """
    whole = sum(weights)
    if whole == 0:
        raise ValueError("no weight to share by")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def seeded(seed: int, *topic: object) -> random.Random:
    """A generator of its own for each topic, so that one part of the demo can change without
    moving every other."""
    return random.Random("/".join(map(str, (seed, *topic))))  # noqa: S311 - not for secrets
