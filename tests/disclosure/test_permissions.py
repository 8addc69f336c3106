"""Who may do what: every service, every role, in the own body and in another one (Art. 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongkai.disclosure import services
from gongkai.disclosure.models import DisclosedItem, Step
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Organ, Role
from tests.factories.disclosure import Office, make_disclosed_item, published
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

DRAFTERS = {Role.INFORMATION_OFFICER, Role.RESPONSIBLE_PERSON, Role.DISCLOSURE_OFFICE}
WITHDRAWERS = {Role.APPROVING_LEADER, Role.RESPONSIBLE_PERSON, Role.DISCLOSURE_OFFICE}
CONFIGURERS = {Role.RESPONSIBLE_PERSON, Role.DISCLOSURE_OFFICE}
VIEWERS = set(Role.values) - {Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER, Role.AUDITOR}

Act = Callable[[Actor, Office], Any]
CHAIN = [{"step": step} for step in Step.values]


def _draft(office: Office) -> DisclosedItem:
    return office.draft()


def _at(office: Office, step: str) -> DisclosedItem:
    return office.approve(office.submit(), until=step)


def _decided(office: Office) -> DisclosedItem:
    return make_disclosed_item(
        office.organ,
        status="decided",
        disclosure_attribute="withheld",
        attribute_reason="理由",
        exemption="16-1",
    )


def _referral(office: Office) -> Any:
    item = office.decide(
        _at(office, Step.SECRECY),
        "referred",
        opinion="不定",
        refer_to="市国家保密局",
        reply_due_on=timezone.localdate(),
    )
    return item.referrals.get()


ACTS: dict[str, tuple[set[str], Callable[[Office], Any], Callable[[Actor, Any, Office], Any]]] = {
    "create_item": (
        DRAFTERS,
        lambda office: None,
        lambda actor, _made, office: services.create_item(
            actor, office.organ, {"title": "通知", "column": office.column}
        ),
    ),
    "update_item": (
        DRAFTERS,
        _draft,
        lambda actor, item, _office: services.update_item(actor, item, {"title": "改"}),
    ),
    "delete_draft": (
        DRAFTERS,
        _draft,
        lambda actor, item, _office: services.delete_draft(actor, item, "重复"),
    ),
    "discard_version": (
        DRAFTERS,
        lambda office: published(organ=office.organ),
        lambda actor, item, _office: services.discard_version(actor, item),
    ),
    "store_file": (
        DRAFTERS,
        lambda office: None,
        lambda actor, _made, office: services.store_file(
            actor, office.organ, BytesIO(b"text"), "a.txt"
        ),
    ),
    "submit": (DRAFTERS, _draft, lambda actor, item, _office: services.submit(actor, item)),
    "recall": (
        # Only its writers take it back; the others are told so.
        set(),
        lambda office: office.submit(),
        lambda actor, item, _office: services.recall(actor, item),
    ),
    "mask_item": (DRAFTERS, _draft, lambda actor, item, _office: services.mask_item(actor, item)),
    "check_item": (VIEWERS, _draft, lambda actor, item, _office: services.check_item(actor, item)),
    "override_finding": (
        {Role.SECRECY_REVIEWER, Role.APPROVING_LEADER},
        _draft,
        lambda actor, item, _office: services.override_finding(actor, item, "0" * 64, "理由"),
    ),
    "decide: review": (
        {Role.REVIEWER, Role.RESPONSIBLE_PERSON, Role.DISCLOSURE_OFFICE},
        lambda office: _at(office, Step.REVIEW),
        lambda actor, item, _office: services.decide(actor, item, decision="approved"),
    ),
    "decide: secrecy": (
        {Role.SECRECY_REVIEWER},
        lambda office: _at(office, Step.SECRECY),
        lambda actor, item, _office: services.decide(actor, item, decision="approved"),
    ),
    "decide: approval": (
        {Role.APPROVING_LEADER},
        lambda office: _at(office, Step.APPROVAL),
        lambda actor, item, _office: services.decide(actor, item, decision="approved"),
    ),
    "record_reply": (
        {Role.SECRECY_REVIEWER},
        _referral,
        lambda actor, referral, _office: services.record_reply(
            actor, referral, conclusion="may", reply="可以", replied_on=timezone.localdate()
        ),
    ),
    "withdraw": (
        WITHDRAWERS,
        lambda office: published(organ=office.organ),
        lambda actor, item, _office: services.withdraw(actor, item, "有误"),
    ),
    "restore": (
        WITHDRAWERS,
        lambda office: services.withdraw(
            office.actor(Step.APPROVAL), published(organ=office.organ), "有误"
        ),
        lambda actor, item, _office: services.restore(actor, item, "无误"),
    ),
    "repeal": (
        WITHDRAWERS,
        lambda office: published(organ=office.organ),
        lambda actor, item, _office: services.repeal(actor, item, date(2021, 1, 1), note="清理"),
    ),
    "amend": (
        WITHDRAWERS,
        lambda office: published(organ=office.organ),
        lambda actor, item, _office: services.amend(actor, item, date(2021, 1, 1), note="修改"),
    ),
    "reassess": (
        DRAFTERS,
        _decided,
        lambda actor, item, _office: services.reassess(actor, item, "维持"),
    ),
    "configure_chain": (
        CONFIGURERS,
        lambda office: None,
        lambda actor, _made, office: services.configure_chain(actor, office.organ, CHAIN),
    ),
    "drop_chain": (
        CONFIGURERS,
        lambda office: None,
        lambda actor, _made, office: services.drop_chain(actor, office.organ),
    ),
    "set_prefixes": (
        CONFIGURERS,
        lambda office: None,
        lambda actor, _made, office: services.set_prefixes(actor, office.organ, ["测政"]),
    ),
    "hand_over_items": (
        CONFIGURERS,
        lambda office: None,
        lambda actor, _made, office: services.hand_over_items(actor, office.organ),
    ),
}
"""Service → (roles that may, in their own body; what must be there; the act)."""


def gone(office: Office) -> Organ:
    """The body is abolished and has a successor."""
    office.organ.abolished_on = date(2020, 6, 1)
    office.organ.successor = make_organ()
    office.organ.save()
    return office.organ


def attempt(name: str, office: Office, user: Any) -> str:
    """What came of it: "done", "denied", or "wrong" (allowed, but the case does not fit)."""
    _roles, prepare, act = ACTS[name]
    made = prepare(office)
    if name == "hand_over_items":
        gone(office)
    before = LedgerEntry.objects.count()
    try:
        act(Actor.for_user(user), made, office)
    except PermissionDenied as error:
        wrote = LedgerEntry.objects.count() != before
        return "denied" if str(error) and not wrote else "a refusal without words, or with traces"
    except ValidationError:
        return "wrong"
    return "done"


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("role", Role.values)
def test_a_role_does_what_the_policy_gives_it_in_its_own_body(name: str, role: str) -> None:
    office = Office()
    outcome = attempt(name, office, make_user(role, office.organ))
    assert (outcome != "denied") is (role in ACTS[name][0])


@pytest.mark.parametrize("name", ACTS)
def test_nobody_does_anything_in_another_body(name: str) -> None:
    """Not even whoever holds every role elsewhere."""
    office, elsewhere = Office(), make_organ()
    stranger = make_user(None, elsewhere)
    from tests.factories.organs import add_role

    for role in VIEWERS:
        add_role(stranger, role, elsewhere)
    assert attempt(name, office, stranger) == "denied"


@pytest.mark.parametrize("name", ACTS)
def test_without_a_role_or_a_login_nothing_is_done(name: str) -> None:
    office = Office()
    assert attempt(name, office, make_user(None, office.organ)) == "denied"


SUBTREE = {"withdraw", "restore", "repeal", "amend", "configure_chain", "drop_chain",
           "set_prefixes", "hand_over_items", "check_item"}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_the_disclosure_office_looks_after_bodies_below_and_does_not_do_their_work(
    name: str,
) -> None:
    office = Office(make_organ(parent=make_organ()))
    clerk = make_user(Role.DISCLOSURE_OFFICE, office.organ.parent)
    assert (attempt(name, office, clerk) != "denied") is (name in SUBTREE)
