"""Messages to applicants: written with what they tell of, tried again, say nothing of the case."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from gongkai.foi import messaging
from gongkai.foi.models import Message
from gongkai.foi.services import messages
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.vault.sealing import open_json
from tests.factories.organs import make_organ, make_user
from tests.foi.notices.conftest import WISH, make_case_of

pytestmark = pytest.mark.django_db

MOBILE, MAIL = "13800000000", "zhang@example.org"


class Gateway:
    """Keeps what it was given; `broken` says how it fails."""

    sent: list[tuple[str, str]] = []
    broken: Exception | None = None

    def send(self, number: str, text: str) -> str:
        if self.broken is not None:
            raise self.broken
        self.sent.append((number, text))
        return "1"


@pytest.fixture(autouse=True)
def gateway(settings, monkeypatch):
    settings.SMS_BACKEND = f"{__name__}.Gateway"
    monkeypatch.setattr(Gateway, "sent", [])
    monkeypatch.setattr(Gateway, "broken", None)
    return Gateway


@pytest.fixture
def intake(officer, organ):
    return make_case_of(officer, organ, phone=MOBILE, email=MAIL).intake


def test_they_go_out_by_mail_and_text_and_say_no_more_than_the_number(intake, gateway):
    messages.queue(intake, "notice")
    assert messages.send_due() == messages.Sent(sent=2)
    (sent,) = mail.outbox
    ((number, text),) = gateway.sent
    assert (sent.to, number) == ([MAIL], MOBILE)
    assert sent.body == text
    assert intake.number in text
    assert WISH not in text
    assert "张" not in text
    assert set(Message.objects.values_list("state", "tries")) == {("sent", 1)}


def test_no_contacts_no_message(officer, organ):
    assert messages.queue(make_case_of(officer, organ).intake, "notice") == []
    landline = make_case_of(officer, organ, phone="0398-0000000").intake
    assert messages.queue(landline, "notice") == []


def test_address_and_text_lie_sealed_and_stay_out_of_the_ledger(intake):
    made = messages.queue(intake, "notice", number="义示公复〔2026〕1号")
    for row in Message.objects.values():
        assert MAIL.encode() not in bytes(row["sealed"])
        assert MOBILE not in str(row)
    assert open_json(made[0].belongs_to, made[0].sealed)["to"] == MAIL
    said = str(list(LedgerEntry.objects.values_list("changes", "object_label")))
    assert MAIL not in said
    assert MOBILE not in said


def test_what_did_not_happen_sends_nothing(intake):
    with transaction.atomic():
        messages.queue(intake, "notice")
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_a_mail_server_that_is_down_is_tried_again_and_again(intake, gateway, monkeypatch):
    def down(*_args, **_kwargs):
        raise ConnectionRefusedError(111, "zhang@example.org refused")

    monkeypatch.setattr("gongkai.foi.services.messages.EmailMessage.send", down)
    messages.queue(intake, "notice")
    now = timezone.now()
    assert messages.send_due(now=now) == messages.Sent(sent=1, waiting=1)
    waiting = Message.objects.get(way="email")
    assert (waiting.state, waiting.tries) == ("queued", 1)
    assert waiting.try_at == now + messages.BACK_OFF[0]
    assert "不能连接" in waiting.problem
    assert MAIL not in waiting.problem
    assert messages.send_due(now=now) == messages.Sent()  # not before it is due
    for pause in messages.BACK_OFF:
        now += pause + timedelta(seconds=1)
        messages.send_due(now=now)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.try_at) == ("failed", None)
    monkeypatch.undo()


def test_an_officer_has_a_failed_message_sent_again(intake, officer, monkeypatch):
    messages.queue(intake, "notice")
    Message.objects.filter(way="email").update(state="failed", try_at=None, tries=9)
    failed = Message.objects.get(way="email")
    stranger = Actor.for_user(make_user(Role.REQUEST_OFFICER, make_organ("411281-008")))
    with pytest.raises(PermissionDenied):
        messages.retry_message(stranger, failed)
    messages.retry_message(officer, failed)
    messages.send_due()
    assert [one.to for one in mail.outbox] == [[MAIL]]
    with pytest.raises(ValidationError, match="已经发送"):
        messages.retry_message(officer, failed)


def test_a_number_that_does_not_exist_is_not_tried_again(intake, gateway, monkeypatch):
    monkeypatch.setattr(gateway, "broken", messaging.SmsError("空号", lasting=True))
    messages.queue(intake, "notice")
    messages.send_due()
    assert Message.objects.get(way="sms").state == "failed"


def test_a_refused_recipient_is_not_tried_again(intake, monkeypatch):
    def refused(*_args, **_kwargs):
        raise smtplib.SMTPRecipientsRefused({MAIL: (550, b"no")})

    monkeypatch.setattr("gongkai.foi.services.messages.EmailMessage.send", refused)
    messages.queue(intake, "notice")
    messages.send_due()
    assert Message.objects.get(way="email").state == "failed"


def test_what_another_worker_has_is_left_alone(intake, gateway, monkeypatch):
    """Given a message that another worker claims between reading and sending."""
    messages.queue(intake, "notice")
    real, claimed = messages._send, []

    def also(message):
        if not claimed:
            claimed.append(messages.send_due())  # a second worker, in the midst of the first
        return real(message)

    monkeypatch.setattr(messages, "_send", also)
    messages.send_due()
    assert len(mail.outbox) + len(gateway.sent) == 2


def test_cancelled_messages_stay_unsent(intake, officer):
    for one in messages.queue(intake, "notice"):
        messages.cancel_message(officer, one)
    assert messages.send_due() == messages.Sent()
    assert not mail.outbox


def test_the_command_sends_and_says_how_many(intake, capsys):
    messages.queue(intake, "notice")
    call_command("foi", "messages")
    assert "已发送2条" in capsys.readouterr().out


def test_the_console_masks_the_number(capsys):
    from gongkai.foi.messaging.console import ConsoleGateway

    ConsoleGateway().send(MOBILE, "请查看")
    said = capsys.readouterr().out
    assert "138****0000" in said
    assert MOBILE not in said
