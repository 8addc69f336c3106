"""An officer of one body neither sees nor infers another body's cases: every address is walked."""

from __future__ import annotations

import uuid

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from gongkai.foi.models import (
    AnswerTemplate,
    Approval,
    CaseFile,
    CaseLink,
    CoHandling,
    Complaint,
    Consultation,
    Delivery,
    FoiRequest,
    Letterhead,
    Message,
    Notice,
    SavedFilter,
)
from gongkai.foi.staff import sections
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role
from tests.factories.foi import make_remedy
from tests.factories.organs import make_organ, make_user
from tests.foi.notices.conftest import make_case_of

pytestmark = pytest.mark.django_db

SUBJECT = "只属于甲局的申请"
NOBODYS = 987654321
CONSOLE = Actor.command("测试")
CASE_WORKERS = (
    Role.REQUEST_OFFICER,
    Role.REVIEWER,
    Role.SECRECY_REVIEWER,
    Role.APPROVING_LEADER,
    Role.RESPONSIBLE_PERSON,
)


@pytest.fixture
def foreign():
    """A case of another body with one of everything; by what an address calls its key."""
    organ = make_organ("411281-101", name="甲局")
    now = timezone.now()
    case = make_case_of(CONSOLE, organ)
    FoiRequest.objects.filter(pk=case.pk).update(subject=SUBJECT)
    other = make_case_of(CONSOLE, organ)
    notice = Notice.objects.create(
        request=case, organ=organ, kind="N02", addressee="applicant", changed_at=now,
        changed_by="测试",
    )  # fmt: skip
    asked = Consultation.objects.create(
        request=case, kind="third_party", ref="第三方1", sent_on=case.received_on
    )
    approval = Approval.objects.create(
        request=case, kind="extension", proposal={"days": 5}, reason="测试", proposed_at=now
    )
    delivery = Delivery.objects.create(
        notice=notice, way="electronic", sent_on=case.received_on, recorded_at=now,
        recorded_by="测试",
    )  # fmt: skip
    file = CaseFile.objects.create(
        request=case, kind="original", extension=".pdf", media_type="application/pdf", size=1,
        sm3="0" * 64, added_at=now, added_by="测试",
    )  # fmt: skip
    link = CaseLink.objects.create(earlier=case, later=other, kind="related", at=now, by="测试")
    helper = CoHandling.objects.create(
        request=case, organ=organ, question="问题", asked_on=case.received_on,
        due_on=case.received_on, asked_by="测试",
    )  # fmt: skip
    message = Message.objects.create(
        intake=case.intake, way="email", about="confirmed", seal_name=uuid.uuid4(), queued_at=now
    )
    letterhead = Letterhead.objects.create(
        organ=organ, valid_from="2024-01-01", series="义甲公复", review_body="义马市人民政府",
        court="义马市人民法院",
    )  # fmt: skip
    saved = SavedFilter.objects.create(
        user=make_user(Role.REQUEST_OFFICER, organ), name="我的", query="stage=waiting"
    )
    answer = AnswerTemplate.objects.filter(organ=organ).first()
    return {
        "case": case,
        "other": other,
        "intake": case.intake,
        "notice": notice,
        "consultation": asked,
        "approval": approval,
        "delivery": delivery,
        "file": file,
        "link": link,
        "help": helper,
        "message": message,
        "letterhead": letterhead,
        "filter": saved,
        "remedy": make_remedy(organ, request=case),
        "answer": answer,
        "complaint": Complaint.objects.create(request=case, at=now),
    }


def addresses():
    """Every named address of the room with the names of its arguments."""
    return [(pattern.name, tuple(pattern.pattern.converters)) for pattern in sections[0].urls]


def key_of(name: str, foreign) -> int:
    """Which record an address's `pk` is the key of."""
    for start, kind in (
        ("intake", "intake"), ("case_", "remedy"), ("complaint", "complaint"), ("approval", "approval"),
        ("consultation", "consultation"), ("link", "link"), ("help", "help"),
        ("filter", "filter"), ("message", "message"), ("letterhead", "letterhead"),
        ("answer", "answer"), ("delivery", "delivery"), ("file_list", "case"),
        ("file_add", "case"), ("file", "file"), ("redact", "file"), ("notice_case", "case"),
        ("notice_draft", "case"), ("notice", "notice"),
    ):  # fmt: skip
        if name.startswith(start):
            record = foreign[kind]
            return record.pk if record is not None else 1
    return foreign["case"].pk


def argument(name: str, address: str, foreign):
    if name == "pk":
        return key_of(address, foreign)
    if name == "other":
        return foreign["other"].pk
    return {
        "code": "411281-101",
        "kind": "N02",
        "step": "note" if address == "step" else "reply",
        "page": 1,
        "number": 1,
        "form": "pdf",
        "extension": "pdf",
        "version": 1,
    }[name]


def seen(answer, key: int) -> tuple[int, str]:
    """Status and where it leads, without the key itself."""
    return answer.status_code, answer.get("Location", "").replace(f"/{key}/", "/KEY/")


@pytest.mark.parametrize("role", CASE_WORKERS)
def test_no_address_of_the_room_opens_a_foreign_case(client, foreign, role):
    user = make_user(role, make_organ("411281-102", name="乙局"))
    client.force_login(user)
    walked = 0
    for name, converters in addresses():
        keys = {one: argument(one, name, foreign) for one in converters}
        address = reverse(f"foi:{name}", kwargs=keys)
        for method in ("get", "post"):
            answer = getattr(client, method)(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            where = f"{method} {address} as {role}: {answer.status_code}"
            assert SUBJECT not in body.decode("utf-8", "replace"), where
            assert foreign["case"].number not in body.decode("utf-8", "replace"), where
            if "pk" in keys:
                # As for a record that does not exist: not even its being there can be told.
                nowhere = reverse(f"foi:{name}", kwargs=keys | {"pk": NOBODYS})
                blank = getattr(client, method)(nowhere)
                assert seen(answer, keys["pk"]) == seen(blank, NOBODYS), where
                assert answer.status_code in (302, 403, 404, 405), where
            walked += 1
    assert walked >= 100


def test_a_foreign_case_and_no_case_answer_alike(client, foreign):
    client.force_login(make_user(Role.REQUEST_OFFICER, make_organ("411281-102")))
    there = client.get(reverse("foi:request_detail", args=[foreign["case"].pk]))
    nowhere = client.get(reverse("foi:request_detail", args=[987654321]))
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


def test_the_room_has_no_other_addresses():
    known = {name for name, _ in addresses()}
    resolver = get_resolver()
    found = {key for key in resolver.namespace_dict["foi"][1].reverse_dict if isinstance(key, str)}
    assert found == known
