"""A case, its handler, and a file to give out. The people do not exist."""

from __future__ import annotations

import pytest

from gongkai.foi.models import CaseFile
from gongkai.foi.services import files
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role
from tests.factories.foi import make_case, received
from tests.factories.organs import make_organ, make_user
from tests.foi.material.papers import SECRET, drawn, text_at

GRANTED = (
    received("2026-03-02"),
    {"type": "decided", "on": "2026-03-10", "outcome": "PARTIAL"},
)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def organ():
    return make_organ("411281")


@pytest.fixture
def handler(organ):
    return make_user(Role.REQUEST_OFFICER, organ)


@pytest.fixture
def officer(handler):
    return Actor.for_user(handler)


@pytest.fixture
def case(organ):
    return make_case(organ, received("2026-03-02"))


@pytest.fixture
def decided(organ):
    return make_case(organ, *GRANTED)


PAPER = drawn(
    text_at(SECRET, 100, 700) + text_at("OPEN WORDS", 100, 600),
    text_at("SECOND PAGE", 100, 700),
)


@pytest.fixture
def original(officer, case):
    return files.add_file(
        officer, kind=CaseFile.Kind.ORIGINAL, content=PAPER, name="批复.pdf", request=case
    )
