"""Numbers of requests and of notices have no gaps, whoever comes at once and whoever fails."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from gongkai.foi.models import FoiRequest, FoiSerial, Letterhead, Notice, NoticeSerial
from gongkai.foi.services import notices, receive_request
from gongkai.foi.services.intake import confirm_intake
from tests.foi.holds.conftest import CONSOLE, days_ago, filed
from tests.foi.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


class Failed(Exception):
    """Something goes wrong after the number was drawn."""


def receive(organ):
    return receive_request(
        CONSOLE, organ, channel="counter", applicant_kind="natural", subject="某文件",
        received_on=date(2026, 3, 6),
    )  # fmt: skip


def test_a_receipt_that_fails_among_many_at_once_leaves_no_gap(organ):
    def work(number):
        with transaction.atomic():
            request = receive(organ)
            if number % 3 == 0:
                raise Failed
        return request.number

    found = at_once(work, 9)
    assert sum(isinstance(one, Failed) for one in found) == 3
    given = sorted(one for one in found if isinstance(one, str))
    assert given == [f"〔2026〕{n}号" for n in range(1, 7)]
    assert FoiSerial.objects.get().last == FoiRequest.objects.count() == 6


def test_an_intake_that_two_confirm_at_once_becomes_one_request(organ):
    intake = filed(organ, 1, channel="ordinary_mail")

    def work(_number):
        return confirm_intake(CONSOLE, intake, on=days_ago(0), subject="某文件")

    found = at_once(work, 3)
    assert sum(isinstance(one, FoiRequest) for one in found) == 1
    assert FoiRequest.objects.count() == FoiSerial.objects.get().last == 1


def test_notices_issued_at_once_are_numbered_without_gaps(organ):
    Letterhead.objects.create(
        organ=organ, valid_from=date(2019, 5, 15), series="测公复", review_body="测试市政府",
        court="测试法院",
    )  # fmt: skip
    drafts = []
    for serial in range(1, 5):
        intake = filed(organ, serial, days=3)
        points = {"points": "请写明年度。", "period": "15个工作日"}
        drafts.append(notices.draft_notice(CONSOLE, intake.request, "N02", extra=points))

    def work(number):
        with transaction.atomic():
            notice = notices.issue_notice(CONSOLE, drafts[number], on=days_ago(0))
            if number == 1:
                raise Failed
        return notice.serial

    found = at_once(work, 4)
    assert isinstance(found[1], Failed)
    assert sorted(one for one in found if isinstance(one, int)) == [1, 2, 3]
    assert NoticeSerial.objects.get().last == 3
    numbers = Notice.objects.exclude(serial=None).values_list("number", flat=True)
    year = days_ago(0).year
    assert sorted(numbers) == [f"测公复〔{year}〕{serial}号" for serial in (1, 2, 3)]
