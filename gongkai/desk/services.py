"""The morning's reminder by e-mail (待办提醒): what is late and what is near.

A mail leaves the platform, so it holds no more than titles of the person's own tasks and links:
where others wrote the title (a request's subject), the room gives another one (`Task.mail_title`).
Each person's tasks come from the policy as on his start page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongkai.desk.models import Reminder
from gongkai.desk.queries import Row, TaskGroup, desk_for
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs.models import User
from gongkai.organs.policy import is_staff_member

CLAIM_MINUTES: Final = 30


@dataclass(frozen=True)
class Digest:
    """One person's reminder: whom, how many tasks, the words."""

    user: User
    tasks: int
    subject: str
    body: str


@dataclass
class Reminded:
    """What a run did."""

    day: date
    sent: list[Digest] = field(default_factory=list)
    already: int = 0
    nothing_due: int = 0
    failed: list[tuple[User, str]] = field(default_factory=list)


def remind(actor: Actor, today: date, *, dry_run: bool = False) -> Reminded:
    """Everybody with an e-mail address and something late or near has been sent one mail today.

    Run again, it sends only what has not been sent. A mail that the server refuses stops nobody
    else's and is tried again at the next run. For the console alone.
    """
    if actor.user is not None or actor.channel == "web":
        raise PermissionDenied("待办提醒由服务器定时发送，不能在网页上发送。")
    done = Reminded(today)
    for digest in _digests(today, done):
        if dry_run:
            done.sent.append(digest)
            continue
        claim = _claim(digest, today)
        if claim is None:
            done.already += 1
            continue
        try:
            _message(digest).send()
        except OSError as error:
            # What mail servers do (smtplib's errors are OSErrors too); the claim is given back.
            claim.delete()
            done.failed.append((digest.user, str(error) or type(error).__name__))
            continue
        claim.sent_at = timezone.now()
        claim.save(update_fields=["sent_at"])
        done.sent.append(digest)
    if done.sent and not dry_run:
        with transaction.atomic():
            record(
                actor,
                "desk.remind",
                chain=SITE_CHAIN,
                changes={"day": today, "sent": len(done.sent), "failed": len(done.failed)},
            )
    return done


def _digests(today: date, done: Reminded) -> Iterator[Digest]:
    """The reminders of all people who are to get one and have not yet got it."""
    sent = Reminder.objects.filter(day=today, sent_at__isnull=False).values("user_id")
    people = User.objects.filter(is_active=True).exclude(email="")
    done.already = people.filter(pk__in=sent).count()
    for user in list(people.exclude(pk__in=sent).order_by("pk")):
        if not is_staff_member(user):
            continue
        groups = [
            group for group in desk_for(user, today).groups if group.key != "later" and group.count
        ]
        if groups:
            yield _digest(user, today, groups)
        else:
            done.nothing_due += 1


def _digest(user: User, today: date, groups: Sequence[TaskGroup]) -> Digest:
    counts = "，".join(f"{group.title} {group.count} 项" for group in groups)
    lines = [f"{user.display_name}，您好：", "", f"今天您有：{counts}。"]
    for group in groups:
        lines += ["", f"【{group.title}】"]
        lines += [line for row in group.rows for line in _lines(row)]
        if group.count > len(group.rows):
            lines.append(f"……共 {group.count} 项，其余请在工作台查看。")
    lines += [
        "",
        f"打开工作台：{_absolute('/staff/')}",
        f"本邮件由{settings.SITE_NAME}自动发送，请勿回复。不需要提醒的，请在“我的账号”中清空电子邮箱。",
    ]
    return Digest(
        user=user,
        tasks=sum(group.count for group in groups),
        subject=f"{today.month}月{today.day}日待办：{counts}",
        body="\n".join(lines),
    )


def _lines(row: Row) -> Iterator[str]:
    task = row.task
    about = [row.source.title, task.organ, row.due_text, task.due_label]
    mark = f"（代{row.principal}）" if row.principal else ""
    yield f"- {task.mail_title or task.title}{mark}"
    yield f"  {' · '.join(filter(None, about))}"
    yield f"  {_absolute(task.url)}"


def _absolute(url: str) -> str:
    return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{url}"


def _message(digest: Digest) -> EmailMessage:
    return EmailMessage(digest.subject, digest.body, to=[digest.user.email])


def _claim(digest: Digest, today: date) -> Reminder | None:
    """The right to send this person's mail today; None when another run has it."""
    now = timezone.now()
    claim, is_new = Reminder.objects.get_or_create(
        user=digest.user, day=today, defaults={"claimed_at": now, "tasks": digest.tasks}
    )
    if is_new:
        return claim
    stale = Q(sent_at=None, claimed_at__lt=now - timedelta(minutes=CLAIM_MINUTES))
    taken = Reminder.objects.filter(stale, pk=claim.pk).update(claimed_at=now, tasks=digest.tasks)
    return claim if taken else None
