"""Two people at one notice, and many notices of a body at once, with real connections."""

import os
import signal
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from gongkai.foi.models import Letterhead, Message, Notice, NoticeSerial
from gongkai.foi.services import messages, notices
from gongkai.ledger.actor import Actor
from tests.factories.organs import make_organ
from tests.foi.notices.conftest import make_case_of
from tests.foi.notices.test_issuing import ISSUED, POINTS
from tests.foi.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CONSOLE = Actor.command("测试")


@pytest.fixture
def case():
    organ = make_organ("411281-003", name="义马市示例局")
    Letterhead.objects.create(
        organ=organ,
        valid_from=date(2024, 1, 1),
        series="义示公复",
        review_body="义马市人民政府",
        court="义马市人民法院",
    )
    return make_case_of(CONSOLE, organ, email="zhang@example.org")


def test_numbers_have_no_gaps_when_many_issue_at_once(case):
    drafts = [notices.draft_notice(CONSOLE, case, "N02", extra=POINTS) for _ in range(5)]
    found = at_once(lambda n: notices.issue_notice(CONSOLE, drafts[n], on=ISSUED).serial, 5)
    assert sorted(found) == [1, 2, 3, 4, 5]
    assert NoticeSerial.objects.get().last == 5


def test_a_draft_that_two_issue_at_once_gets_one_number(case):
    draft = notices.draft_notice(CONSOLE, case, "N02", extra=POINTS)
    found = at_once(lambda _n: notices.issue_notice(CONSOLE, draft, on=ISSUED), 2)
    refused = [one for one in found if isinstance(one, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], ValidationError)
    assert "不能再修改" in " ".join(refused[0].messages)
    assert Notice.objects.get().serial == 1
    assert NoticeSerial.objects.get().last == 1


def test_workers_side_by_side_send_each_message_once(case, mailoutbox):
    for _ in range(6):
        messages.queue(case.intake, "notice")
    results = at_once(lambda _n: messages.send_due(), 3)
    assert sum(one.sent for one in results) == 6
    assert len(mailoutbox) == 6
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize("step", ["sm3", "seal_bytes", "_note"])
def test_killed_while_issuing_nothing_has_happened(case, step):
    """Given a process that dies between the drawing of the number and the commit."""
    draft = notices.draft_notice(CONSOLE, case, "N02", extra=POINTS)
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            connections.close_all()
            # The threads that set type did not come along into the new process.
            notices.compose = lambda *_args, **_kwargs: notices.Paper(b"PK", b"%PDF", ())
            setattr(notices, step, lambda *_args, **_kwargs: os.kill(os.getpid(), signal.SIGKILL))
            notices.issue_notice(CONSOLE, draft, on=ISSUED)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    draft.refresh_from_db()
    assert (draft.state, draft.number, bytes(draft.pdf_sealed)) == ("draft", "", b"")
    assert not NoticeSerial.objects.filter(last__gt=0).exists()
    assert notices.issue_notice(CONSOLE, draft, on=ISSUED).serial == 1
