"""The requests of an account (账号中的申请): put in, listed, opened, and forgotten in time.

A request gets there by number and query code, or by being filed while signed in. In the ledger it is
never told whose account it is in: who asked is erased from a case in time, and must not stand there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gongkai.foi.caseclock import latest_result
from gongkai.foi.models import Account, AccountIntake, FoiEvent, FoiRequest, Intake
from gongkai.foi.persons import opened, subject_of
from gongkai.foi.queries import reading_of
from gongkai.foi.services import drafts
from gongkai.foi.services.accounts import ACCOUNT, lock_account
from gongkai.foi.services.files import whole
from gongkai.foi.services.following import follow
from gongkai.foi.services.intake import Filed, confirm_by
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise_public
from gongkai.statute.clock import ClockReading
from gongkai.vault.keys import looked_up_once
from gongkai.workdays.queries import current_calendar

_MOST_HOPS: Final = 20
_OPENS: Final = Q(code_hash="") | Q(code_hash=F("intake__code_hash"))


class AlreadyHeld(Exception):
    """The request is in the list already."""


def add_by_code(actor: Actor, account: Account, number: str, code: str, address: str) -> Intake:
    """An earlier request is in the list from now on, proven by number and query code.

    Raises `following.WrongCode`, `following.LockedOut`, `AlreadyHeld`.
    """
    authorise_public(actor, ACCOUNT)
    intake = follow(number, code, address)
    with transaction.atomic():
        locked = lock_account(account.pk)
        held, made = AccountIntake.objects.get_or_create(
            account=locked,
            intake=intake,
            defaults={"added_at": timezone.now(), "code_hash": intake.code_hash},
        )
        if not made:
            if held.code_hash in ("", intake.code_hash):
                raise AlreadyHeld
            held.code_hash = intake.code_hash
            held.save(update_fields=["code_hash"])
        _note_held(actor, intake, "code")
    return intake


def file_draft(actor: Actor, key: str, organ: Organ, account: Account | None) -> Filed:
    """The draft is filed (`drafts.file_draft`) and stands in the list of who is signed in."""
    if account is None:
        return drafts.file_draft(actor, key, organ)
    authorise_public(actor, ACCOUNT)
    with whole():
        # Closed meanwhile in another window: the request is filed all the same.
        locked = Account.objects.select_for_update().filter(pk=account.pk).first()
        filed = drafts.file_draft(actor, key, organ)
        if locked is not None:
            AccountIntake.objects.create(
                account=locked, intake=filed.intake, added_at=timezone.now()
            )
            _note_held(actor, filed.intake, "filed")
    return filed


def requests_of(account: Account) -> QuerySet[AccountIntake]:
    """The list of an account, newest request first."""
    return AccountIntake.objects.filter(account=account).select_related("intake")


def open_request(account: Account, number: str) -> Intake | None:
    """The request of that number if it is in the list, and its code has not been changed since."""
    held = (
        AccountIntake.objects.filter(account=account, intake__number=number)
        .filter(_OPENS)
        .select_related("intake")
        .first()
    )
    return held.intake if held is not None else None


@dataclass(frozen=True)
class Listed:
    """A request of the list as it stands today.

    `asked` is the intake that was filed, `intake` where the papers are now. `opens`: False when the
    query code was changed since it was added.
    """

    asked: Intake
    intake: Intake
    organ: Organ
    request: FoiRequest | None
    reading: ClockReading | None
    confirm_by: date | None
    title: str
    outcome: str
    outcome_subtype: str
    opens: bool


def look_at(held: Sequence[AccountIntake]) -> list[Listed]:
    """These requests today: a constant number of statements for however many of them (one more for
    each time that papers were passed on)."""
    authorise_public(Actor.applicant(), ACCOUNT)
    today, calendar = timezone.localdate(), current_calendar()
    now = _latest([one.intake_id for one in held])
    events: dict[int, list[FoiEvent]] = {}
    requests = [one.request_id for one in now.values() if one.request_id is not None]
    for event in FoiEvent.objects.filter(request__in=requests).order_by("request", "seq"):
        events.setdefault(event.request_id, []).append(event)
    listed = []
    with looked_up_once():
        for one in held:
            intake = now[one.intake_id]
            request = intake.request
            own = events.get(request.pk, []) if request is not None else []
            reading = reading_of(own, calendar, today) if own else None
            known = reading if isinstance(reading, ClockReading) else None
            outcome, subtype = latest_result(own, known) if known is not None else ("", "")
            waiting = intake.state == Intake.State.WAITING
            erased = intake.applicant.erased_at is not None
            listed.append(
                Listed(
                    asked=one.intake,
                    intake=intake,
                    organ=request.organ if request is not None else intake.organ,
                    request=request,
                    reading=known,
                    confirm_by=confirm_by(intake, calendar) if waiting else None,
                    title="" if erased else subject_of(opened(intake.applicant)[1]),
                    outcome=outcome,
                    outcome_subtype=subtype,
                    opens=one.code_hash in ("", one.intake.code_hash),
                )
            )
    return listed


def forget_request(intake: Intake) -> None:
    """Nobody's account names the request any more: who asked is being erased (`retention`).

    Papers that were passed on are erased one by one; the list names the first of them, so it is
    shortened when the last one's turn comes.
    """
    if intake.forwarded_to_id is not None:
        return
    found, step = {intake.pk}, {intake.pk}
    while step:
        step = (
            set(Intake.objects.filter(forwarded_to__in=step).values_list("pk", flat=True)) - found
        )
        found |= step
    AccountIntake.objects.filter(intake__in=found).delete()


# -- inside ------------------------------------------------------------------------------------


def _note_held(actor: Actor, intake: Intake, how: str) -> None:
    organ = intake.organ
    record(actor, "foi.account.hold", chain=organ.code, obj=intake, changes={"how": how})


def _latest(keys: Sequence[int]) -> dict[int, Intake]:
    """By the key of an intake where its papers are now; a statement for each time they were passed
    on."""
    known: dict[int, Intake] = {}
    wanted = set(keys)
    for _hop in range(_MOST_HOPS):
        if not wanted:
            break
        rows = Intake.objects.select_related("organ", "request__organ", "applicant")
        known |= {row.pk: row for row in rows.filter(pk__in=wanted)}
        wanted = {
            row.forwarded_to_id for row in known.values() if row.forwarded_to_id is not None
        } - known.keys()
    found: dict[int, Any] = {}
    for key in keys:
        row = known[key]
        seen = {row.pk}
        while row.forwarded_to_id in known and row.forwarded_to_id not in seen:
            row = known[row.forwarded_to_id]
            seen.add(row.pk)
        found[key] = row
    return found
