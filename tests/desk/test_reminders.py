"""The morning's mail: to whom, what it says, what it never says, and only once a day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.desk import services
from gongkai.desk.models import Reminder
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import User
from gongkai.organs.worklist import Task, WorkList
from tests.factories.foi import make_request
from tests.factories.organs import make_deputation, make_user

pytestmark = pytest.mark.django_db
OPERATOR = Actor.command("gongkai test")
FRIDAY = date(2026, 3, 6)


def officer(organ, role: str = "request_officer", email: str = "a@example.com", **fields) -> User:
    user = make_user(role, organ, **fields)
    User.objects.filter(pk=user.pk).update(email=email)
    user.refresh_from_db()
    return user


def test_a_mail_lists_what_is_late_and_near_with_links(city, settings) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://gk.example.com/"
    user = officer(city.bureau, display_name="李某")
    late = make_request(city.bureau, due_on=date(2026, 3, 2))
    near = make_request(city.bureau, due_on=date(2026, 3, 9))
    make_request(city.bureau, due_on=date(2026, 5, 9))

    done = services.remind(OPERATOR, FRIDAY)

    (message,) = mail.outbox
    assert (message.to, message.subject) == ([user.email], "3月6日待办：已逾期 1 项，现在要办 1 项")
    for wanted in (
        "李某，您好", f"政府信息公开申请 {late.number}", f"政府信息公开申请 {near.number}",
        f"https://gk.example.com/staff/foi/{late.pk}/", "已逾期4个工作日", "3月9日（周一）",
        "https://gk.example.com/staff/",
    ):  # fmt: skip
        assert wanted in message.body, wanted
    assert [(one.user, one.tasks) for one in done.sent] == [(user, 2)]


def test_a_mail_never_holds_what_an_applicant_wrote(city) -> None:
    officer(city.bureau)
    make_request(city.bureau, due_on=date(2026, 3, 9), subject="某某人的低保档案")
    services.remind(OPERATOR, FRIDAY)
    assert "低保" not in mail.outbox[0].body + mail.outbox[0].subject


def test_only_ones_own_tasks_are_in_the_mail(city) -> None:
    """Given requests of two bodies, when reminders go out, then each reads of its own alone."""
    officer(city.bureau, email="a@example.com")
    officer(city.other, email="b@example.com")
    officer(city.far, role="auditor", email="c@example.com")
    mine = make_request(city.bureau, due_on=date(2026, 3, 9))
    theirs = make_request(city.other, due_on=date(2026, 3, 9))
    services.remind(OPERATOR, FRIDAY)
    bodies = {message.to[0]: message.body for message in mail.outbox}
    assert set(bodies) == {"a@example.com", "b@example.com"}
    assert mine.number in bodies["a@example.com"]
    assert theirs.number not in bodies["a@example.com"]


def test_a_deputy_is_reminded_in_the_principals_name(city) -> None:
    deputy = officer(city.bureau, role="information_officer")
    principal = make_user("request_officer", city.bureau, display_name="张某")
    make_deputation(principal, deputy, "request_officer", city.bureau)
    make_request(city.bureau, due_on=timezone.localdate())
    services.remind(OPERATOR, timezone.localdate())
    assert "（代张某）" in mail.outbox[0].body


def test_nobody_is_mailed_without_cause(city) -> None:
    """No address, a closed account, no role, nothing late or near: no mail."""
    make_request(city.bureau, due_on=date(2026, 3, 9))
    make_request(city.other, due_on=date(2026, 6, 9))
    officer(city.bureau, email="")
    closed = officer(city.bureau)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    nobody = make_user()
    User.objects.filter(pk=nobody.pk).update(email="n@example.com")
    officer(city.other)
    done = services.remind(OPERATOR, FRIDAY)
    assert mail.outbox == []
    assert (done.sent, done.nothing_due) == ([], 1)
    assert not LedgerEntry.objects.exists()


def test_run_twice_a_person_gets_one_mail_a_day(city) -> None:
    officer(city.bureau)
    make_request(city.bureau, due_on=date(2026, 3, 9))
    services.remind(OPERATOR, FRIDAY)
    again = services.remind(OPERATOR, FRIDAY)
    assert len(mail.outbox) == 1
    assert (again.sent, again.already) == ([], 1)
    services.remind(OPERATOR, FRIDAY + timedelta(days=3))
    assert len(mail.outbox) == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(user=User.objects.get(email="a@example.com"), day=FRIDAY)


def test_two_runs_at_once_send_one_mail(city) -> None:
    """Given another run that has claimed the mail, then this one leaves it, unless it died."""
    user = officer(city.bureau)
    make_request(city.bureau, due_on=date(2026, 3, 9))
    claim = Reminder.objects.create(user=user, day=FRIDAY)
    assert services.remind(OPERATOR, FRIDAY).already == 1
    assert mail.outbox == []
    long_ago = timezone.now() - timedelta(minutes=services.CLAIM_MINUTES + 1)
    Reminder.objects.filter(pk=claim.pk).update(claimed_at=long_ago)
    assert len(services.remind(OPERATOR, FRIDAY).sent) == 1
    assert len(mail.outbox) == 1


def test_a_refused_mail_stops_nobody_else_and_is_tried_again(city, monkeypatch) -> None:
    officer(city.bureau, email="bad@example.com", username="bad")
    officer(city.bureau, email="good@example.com")
    make_request(city.bureau, due_on=date(2026, 3, 9))
    send = services.EmailMessage.send

    def refuse(self, *args, **kwargs):
        if self.to == ["bad@example.com"]:
            raise ConnectionRefusedError("邮件服务器没有应答")
        return send(self, *args, **kwargs)

    monkeypatch.setattr(services.EmailMessage, "send", refuse)
    done = services.remind(OPERATOR, FRIDAY)
    assert [(user.username, why) for user, why in done.failed] == [("bad", "邮件服务器没有应答")]
    assert [message.to for message in mail.outbox] == [["good@example.com"]]
    monkeypatch.setattr(services.EmailMessage, "send", send)
    assert [one.user.username for one in services.remind(OPERATOR, FRIDAY).sent] == ["bad"]


def test_the_run_is_in_the_ledger_without_addresses(city) -> None:
    officer(city.bureau)
    make_request(city.bureau, due_on=date(2026, 3, 9))
    services.remind(OPERATOR, FRIDAY)
    entry = LedgerEntry.objects.get()
    assert (entry.action, entry.chain.name) == ("desk.remind", "site")
    assert entry.changes == {"day": "2026-03-06", "sent": 1, "failed": 0}


def test_a_long_list_is_cut_and_says_so(rooms, city) -> None:
    tasks = [Task(f"t{n}", f"/staff/{n}/", due_on=FRIDAY) for n in range(20)]
    rooms([lambda user, today: WorkList("待办", "/staff/", tasks, 99, late=0, now=99)])
    officer(city.bureau)
    services.remind(OPERATOR, FRIDAY)
    assert "……共 99 项，其余请在工作台查看。" in mail.outbox[0].body


def test_nobody_sends_reminders_from_the_web(city) -> None:
    for actor in (Actor.for_user(make_user(is_superuser=True)), Actor(None, "未登录", "web")):
        with pytest.raises(PermissionDenied, match="定时发送"):
            services.remind(actor, FRIDAY)


# -- the command -------------------------------------------------------------------------------
def run(*arguments: str) -> str:
    out = StringIO()
    call_command("desk", "remind", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_sends_on_working_days_only(city) -> None:
    officer(city.bureau)
    make_request(city.bureau, due_on=date(2026, 3, 2))
    assert "休息日" in run("--on", "2026-03-07")
    assert json.loads(run("--on", "2026-03-07", "--json")) == {
        "day": "2026-03-07", "working_day": False,
    }  # fmt: skip
    assert mail.outbox == []
    assert "已发送1封" in run("--on", "2026-03-07", "--any-day")
    assert len(mail.outbox) == 1


def test_a_dry_run_shows_and_sends_nothing(city) -> None:
    officer(city.bureau, username="lisi")
    make_request(city.bureau, due_on=date(2026, 3, 9))
    shown = run("--on", "2026-03-06", "--dry-run")
    assert "lisi：3月6日待办：现在要办 1 项" in shown
    assert "将发送1封" in shown
    assert mail.outbox == []
    assert not Reminder.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_the_command_answers_in_json_and_fails_loudly(city, monkeypatch) -> None:
    officer(city.bureau, username="lisi")
    make_request(city.bureau, due_on=date(2026, 3, 9))

    def refuse(self, *args, **kwargs):
        raise TimeoutError("超时")

    monkeypatch.setattr(services.EmailMessage, "send", refuse)
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("desk", "remind", "--on", "2026-03-06", "--json", stdout=out)
    assert caught.value.code == 1
    told = json.loads(out.getvalue())
    assert told["failed"] == [{"user": "lisi", "reason": "超时"}]
    assert told["sent"] == []
    with pytest.raises(CommandError, match="2026-03-05"):
        run("--on", "明天")
