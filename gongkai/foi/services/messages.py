"""Mails and text messages to applicants (通知消息): queued, sent, tried again, visible.

A message is a row that is written in the transaction of what it tells of, so that it exists exactly
when that happened. `send_due` sends what is due; whoever runs it first claims a message by moving
its next try, so that two workers do not send it twice. A process killed between sending and noting
it sends that one message again ten minutes later.

Messages say the number and "please look": never what a case is about. Address and text are sealed.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from gongkai.foi import messaging, persons
from gongkai.foi.models import AccountMessage, Intake, Message, Outgoing
from gongkai.foi.services.requests import HANDLE
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.vault.keys import KeyUnavailable
from gongkai.vault.sealing import CannotOpen, open_json, seal_json

ABOUT: Final[Mapping[str, str]] = {
    "received": "申请已收到",
    "confirmed": "申请已登记",
    "correction": "需要补正",
    "consulted": "正在征求意见",
    "extended": "延长答复期限",
    "reasons": "需要说明理由",
    "fee": "需要缴费",
    "paid": "已收到缴费",
    "answered": "已经答复",
    "notice": "有新的文书",
    "closed": "申请已办结",
    "withdrawn": "申请已撤回",
    "forwarded": "申请已转交",
    "code": "查询码已更换",
    "complaint": "投诉已答复",
}
"""What messages are about, in the words of the staff's list. Others are shown as they are."""

BACK_OFF: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440)
)
"""Waits after the first, second … failed try; after the last one the message has failed."""

CLAIM: Final = timedelta(minutes=10)
"""For so long a message belongs to the worker that has begun to send it."""

_MOBILE: Final = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
State = Message.State


@dataclass(frozen=True)
class Sent:
    """What a turn of sending came to."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0


def queue(intake: Intake, about: str, **facts: Any) -> list[Message]:
    """Messages to the applicant, by every way that his contacts allow; none without contacts.

    `about` is a key of `ABOUT`. `facts` go to the ledger beside it, never into the text.
    """
    applicant = getattr(intake, "applicant", None)
    if applicant is None or applicant.erased_at is not None:
        return []
    person, _ = persons.opened(applicant)
    now = timezone.now()
    made = []
    for way, address in _addresses(person):
        message = Message(intake=intake, way=way, about=about[:40], queued_at=now, try_at=now)
        message.sealed = seal_json(
            message.belongs_to, {"to": address, "subject": _subject(), "text": text_for(intake)}
        )
        made.append(message)
    if made:
        with transaction.atomic():
            Message.objects.bulk_create(made)
            record(
                Actor.system("通知消息"),
                "foi.message.queue",
                chain=intake.organ.code,
                obj=intake,
                changes={"about": about[:40], "ways": [m.way for m in made], **facts},
            )
    return made


def text_for(intake: Intake) -> str:
    """The whole text: the number and where to look."""
    return (
        f"您提交的政府信息公开申请（编号{intake.number}）有新的办理情况，"
        f"请凭编号和查询码在{settings.SITE_NAME}查看。"
    )


def send_due(*, limit: int = 200, now: datetime | None = None) -> Sent:
    """Send what is due, at most `limit` messages; never raises for what a server does."""
    moment = now or timezone.now()
    sent = waiting = failed = 0
    for message in _due(moment, limit):
        rows: Any = type(message)._default_manager.filter(pk=message.pk)
        claimed = rows.filter(state=State.QUEUED, try_at=message.try_at).update(
            try_at=moment + CLAIM
        )
        if not claimed:
            continue  # another worker has it
        problem, lasting = _send(message)
        tries = message.tries + 1
        if not problem:
            change: dict[str, Any] = {
                "state": State.SENT,
                "sent_at": timezone.now(),
                "try_at": None,
            }
            sent += 1
        elif lasting or tries > len(BACK_OFF):
            change = {"state": State.FAILED, "try_at": None}
            # Of a code nobody has to be told but its owner, who asks for another.
            failed += isinstance(message, Message)
        else:
            change = {"try_at": moment + BACK_OFF[tries - 1]}
            waiting += 1
        if problem:
            # Cancelled while it was tried: it stays cancelled. What was sent is noted as sent.
            rows = rows.filter(state=State.QUEUED)
        rows.update(tries=tries, problem=problem[:200], **change)
    return Sent(sent, waiting, failed)


def retry_message(actor: Actor, message: Message) -> Message:
    """A message that waits or has failed is due now, with all its tries before it."""
    authorise(actor, HANDLE, message.intake.organ)
    with transaction.atomic():
        locked = _locked(message)
        if locked.state == State.SENT:
            raise ValidationError("这条消息已经发送，不需要重新发送。")
        if not locked.sealed:
            raise ValidationError("这条消息的内容已按保存期限清除，不能再发送。")
        locked.state, locked.try_at, locked.tries = State.QUEUED, timezone.now(), 0
        locked.save(update_fields=["state", "try_at", "tries"])
        _note(actor, locked, "retry")
    return locked


def cancel_message(actor: Actor, message: Message) -> Message:
    """A message that was not sent yet will not be sent."""
    authorise(actor, HANDLE, message.intake.organ)
    with transaction.atomic():
        locked = _locked(message)
        if locked.state not in (State.QUEUED, State.FAILED):
            raise ValidationError(f"这条消息{locked.get_state_display()}，不能取消。")
        locked.state, locked.try_at = State.CANCELLED, None
        locked.save(update_fields=["state", "try_at"])
        _note(actor, locked, "cancel")
    return locked


def retry_all(actor: Actor, messages: Any) -> int:
    """All messages of a queryset that have failed or wait are due now; how many."""
    done = 0
    for message in messages.filter(state__in=[State.FAILED, State.QUEUED]).select_related(
        "intake__organ"
    )[:1000]:
        retry_message(actor, message)
        done += 1
    return done


def mobile_number(text: str) -> str:
    """The eleven digits of a mobile number, however it was typed; "" for what is none."""
    mobile = _MOBILE.fullmatch(re.sub(r"[\s-]", "", text))
    return mobile[1] if mobile else ""


# -- sending -----------------------------------------------------------------------------------


def _due(moment: datetime, limit: int) -> list[Outgoing]:
    """What is to be sent, codes of accounts first: somebody sits waiting. None when it is expired."""
    codes = AccountMessage.objects.filter(
        state=State.QUEUED, try_at__lte=moment, expires_at__gt=moment
    ).order_by("try_at", "pk")[:limit]
    found: list[Outgoing] = list(codes)
    messages = Message.objects.filter(state=State.QUEUED, try_at__lte=moment)
    return found + list(messages.order_by("try_at", "pk")[: limit - len(found)])


def _send(message: Outgoing) -> tuple[str, bool]:
    """What went wrong ("" for nothing), and whether trying again is useless."""
    try:
        content = open_json(message.belongs_to, message.sealed)
    except KeyUnavailable:  # an operator will put the master key right; the message is not to blame
        return "加密密钥暂不可用", False
    except CannotOpen:
        return "消息内容不能解密", True
    if not content:
        return "消息内容已清除", True
    try:
        if message.way == Message.Way.EMAIL:
            EmailMessage(content["subject"], content["text"], to=[content["to"]]).send()
        else:
            messaging.gateway().send(content["to"], content["text"])
    except messaging.SmsError as error:
        return error.reason, error.lasting
    except smtplib.SMTPRecipientsRefused:
        return "邮件服务器拒绝该收件地址", True
    except smtplib.SMTPException as error:
        return f"邮件服务器未接受（{type(error).__name__}）", False
    except OSError as error:
        return f"不能连接服务器（{type(error).__name__}）", False
    except Exception as error:  # a gateway of the city's own may raise anything
        return f"发送失败（{type(error).__name__}）", False
    return "", False


def _addresses(person: persons.Person) -> list[tuple[str, str]]:
    """Ways and addresses; a telephone only when it is a mobile."""
    found = []
    email = person.email.strip()
    if email and "\n" not in email:
        found.append((str(Message.Way.EMAIL), email))
    mobile = mobile_number(person.phone)
    if mobile:
        found.append((str(Message.Way.SMS), mobile))
    return found


def _subject() -> str:
    return f"{settings.SITE_NAME}：您的申请有新的办理情况"


def _locked(message: Message) -> Message:
    return (
        Message.objects.select_for_update(of=("self",))
        .select_related("intake", "intake__organ")
        .get(pk=message.pk)
    )


def _note(actor: Actor, message: Message, verb: str) -> None:
    record(
        actor,
        f"foi.message.{verb}",
        chain=message.intake.organ.code,
        obj=message,
        changes={"about": message.about, "way": message.way},
    )
