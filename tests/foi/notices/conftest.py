"""A body with letterhead and officers, and a case whose applicant is sealed. All people fictitious."""

from __future__ import annotations

from datetime import date

import pytest

from gongkai.foi import services
from gongkai.foi.models import Applicant, Approval, Intake, Letterhead
from gongkai.foi.persons import Person, Wish, seal_person
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role
from tests.factories.organs import make_organ, make_user

RECEIVED = date(2026, 3, 6)
WISH = "请公开义马市示例小学2025年度经费收支情况。"
NAME = "张示例"


@pytest.fixture
def organ():
    return make_organ(
        "411281-003", name="义马市示例局", phone="0398-0000000", address="义马市示例路1号"
    )


@pytest.fixture
def letterhead(organ):
    return Letterhead.objects.create(
        organ=organ,
        valid_from=date(2024, 1, 1),
        series="义示公复",
        review_body="义马市人民政府",
        court="义马市人民法院",
        payee="非税收入缴款码缴费",
    )


@pytest.fixture
def officer(organ):
    return Actor.for_user(make_user(Role.REQUEST_OFFICER, organ))


@pytest.fixture
def leader(organ):
    return Actor.for_user(make_user(Role.APPROVING_LEADER, organ))


@pytest.fixture
def responsible(organ):
    return Actor.for_user(make_user(Role.RESPONSIBLE_PERSON, organ))


@pytest.fixture
def case(organ, officer):
    return make_case_of(officer, organ)


def make_case_of(actor, organ, *, name=NAME, wish=WISH, kind="natural", **contacts):
    """A request with its intake and a sealed applicant."""
    request = services.receive_request(
        actor,
        organ,
        channel="online",
        applicant_kind=kind,
        subject="示例小学经费收支",
        received_on=RECEIVED,
        arrived_on=date(2026, 3, 5),
    )
    intake = Intake.objects.create(
        organ=organ,
        number=f"T{request.pk:08d}",
        code_hash="0" * 64,
        channel="online",
        arrived_at="2026-03-05T09:00:00+08:00",
        arrived_on=date(2026, 3, 5),
        state=Intake.State.CONFIRMED,
        confirmed_on=RECEIVED,
        request=request,
        recorded_by="测试",
    )
    applicant = Applicant(intake=intake, kind=kind)
    seal_person(applicant, Person(name=name, kind=kind, **contacts), Wish(description=wish))
    applicant.save()
    return request


def approved(request, kind, **proposal):
    """An approval that has been given."""
    return Approval.objects.create(
        request=request,
        kind=kind,
        state=Approval.State.APPROVED,
        proposal=proposal,
        reason="测试",
        proposed_at="2026-03-20T09:00:00+08:00",
        decided_at="2026-03-21T09:00:00+08:00",
    )


@pytest.fixture
def seal():
    """A red ring on transparent ground, as a PNG."""
    from io import BytesIO

    from PIL import Image, ImageDraw

    picture = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((5, 5, 295, 295), outline=(220, 20, 20, 255), width=10)
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()
