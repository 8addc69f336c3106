"""What the screens read: scoped, set-based, with a constant number of statements."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongkai.disclosure import queries, services
from gongkai.disclosure.models import DisclosedItem, Step
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.organs.models import Deputation, User
from gongkai.statute.validity import Validity
from tests.factories.disclosure import ROLE_OF_STEP, Office, make_disclosed_item, published
from tests.factories.organs import add_role, make_organ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def statements(read) -> int:
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


# -- scope ----------------------------------------------------------------------------------------


def test_everybody_sees_the_items_of_the_own_bodies_alone(office: Office) -> None:
    item, other = office.draft(), Office().draft()
    assert list(queries.visible(office.officer)) == [item]
    assert set(queries.visible(make_user(is_superuser=True))) == {item, other}
    assert not queries.visible(make_user()).exists()
    for role in ("system_admin", "security_officer", "auditor"):
        assert not queries.visible(make_user(role, office.organ)).exists()


def test_the_disclosure_office_sees_the_bodies_below() -> None:
    city = make_organ()
    below = Office(make_organ(parent=city))
    item = below.draft()
    assert list(queries.visible(make_user("disclosure_office", city))) == [item]


# -- what awaits whom -------------------------------------------------------------------------


def test_an_item_awaits_whoever_may_take_its_step_now(office: Office) -> None:
    item = office.submit()
    people = office.people
    assert list(queries.awaiting(people[Step.REVIEW])) == [item]
    assert not queries.awaiting(people[Step.SECRECY]).exists()
    assert not queries.awaiting(office.officer).exists()
    assert queries.may_decide(people[Step.REVIEW], item)
    item = office.decide(item)
    assert not queries.awaiting(people[Step.REVIEW]).exists()
    assert list(queries.awaiting(people[Step.SECRECY])) == [item]
    assert not queries.may_decide(people[Step.REVIEW], item)


def may(user: User, item: DisclosedItem) -> bool:
    """Whether the service lets the person approve; nothing of it is kept."""
    policy.forget(user)
    item.refresh_from_db()
    try:
        with transaction.atomic():
            services.decide(Actor.for_user(user), item, decision="approved")
            transaction.set_rollback(True)
    except PermissionDenied:
        return False
    return True


def test_nothing_awaits_a_person_that_the_service_would_refuse_him(office: Office) -> None:
    """Whatever stands on the list can be decided, and the other way round."""
    people = [office.officer, *office.people.values()]
    for user in people:
        for role in set(ROLE_OF_STEP.values()) - policy.roles_of(user):
            add_role(user, role, office.organ)
    item = office.submit()
    for _ in range(3):
        listed = [queries.awaiting(user).filter(pk=item.pk).exists() for user in people]
        assert listed == [may(user, item) for user in people]
        item = office.decide(item)
    assert item.live


def test_a_deputy_finds_what_the_absent_may_take_and_no_more(office: Office) -> None:
    today = timezone.localdate()
    deputy = make_user(None, office.organ)
    for principal, role in (
        (office.people[Step.REVIEW], "reviewer"),
        (office.people[Step.SECRECY], "secrecy_reviewer"),
    ):
        Deputation.objects.create(
            principal=principal,
            deputy=deputy,
            organ=office.organ,
            role=role,
            first_day=today,
            last_day=today,
            reason="出差",
        )
    policy.forget(deputy)
    item = office.submit()
    assert list(queries.awaiting(deputy)) == [item]
    item = office.decide(item)
    # The absent took the first step himself; his deputy for the second has a free hand.
    assert list(queries.awaiting(deputy)) == [item]
    assert may(deputy, item)
    # What the absent wrote himself, his deputy does not decide.
    add_role(office.people[Step.REVIEW], "information_officer", office.organ)
    own = services.create_item(
        office.actor(Step.REVIEW),
        office.organ,
        {
            "title": "自拟",
            "column": office.column,
            "body": "<p>x</p>",
            "formed_on": date(2020, 3, 2),
        },
    )
    own = services.submit(office.actor(), own)
    assert own not in queries.awaiting(deputy)
    assert not may(deputy, own)


def test_the_list_can_be_asked_for_one_step(office: Office) -> None:
    office.submit()
    reviewer = office.people[Step.REVIEW]
    assert queries.awaiting(reviewer, Step.REVIEW).count() == 1
    assert queries.awaiting(reviewer, Step.APPROVAL).count() == 0


def test_the_next_round_awaits_the_same_people_again(office: Office) -> None:
    item = office.decide(office.decide(office.submit()), "returned", opinion="请改。")
    assert list(queries.returned_to(office.officer)) == [item]
    assert not queries.returned_to(office.people[Step.REVIEW]).exists()
    item = office.submit(item)
    assert list(queries.awaiting(office.people[Step.REVIEW])) == [item]


def test_blocked_drafts_show_to_their_writers_and_to_those_who_may_let_through(
    office: Office,
) -> None:
    item = office.draft(body="<p>13800138000</p>")
    services.check_item(office.actor(), item)
    colleague = make_user("information_officer", office.organ)
    shown_to = [office.officer, office.people[Step.SECRECY], office.people[Step.APPROVAL]]
    assert [list(queries.blocked_for(user)) for user in shown_to] == [[item]] * 3
    assert not queries.blocked_for(colleague).exists()
    assert not queries.blocked_for(office.people[Step.REVIEW]).exists()


# -- constant cost ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["awaiting", "returned_to", "blocked_for", "visible", "running"])
def test_a_list_costs_one_statement_for_one_row_and_for_fifty(office: Office, name: str) -> None:
    user = office.people[Step.REVIEW] if name == "awaiting" else office.officer
    submitter = make_user(None, office.organ)

    def fill(number: int) -> None:
        for _ in range(number):
            make_disclosed_item(
                office.organ,
                column=office.column,
                step="review",
                status="in_review",
                submitted_by=submitter if name == "awaiting" else office.officer,
                submitted_at=timezone.now(),
                returned=name == "returned_to",
                blocking=name == "blocked_for",
            )

    def read() -> list[DisclosedItem]:
        policy.forget(user)
        return list(getattr(queries, name)(user).select_related("organ", "column"))

    fill(1)
    read()
    before = statements(read)
    fill(49)
    assert len(read()) == 50
    assert statements(read) == before <= 3


def test_versions_and_history_cost_the_same_however_many_there_are(office: Office) -> None:
    item = office.publish()

    def read() -> None:
        current = DisclosedItem.objects.get(pk=item.pk)
        assert queries.versions(current)
        assert queries.history(current)

    before = statements(read)
    for number in range(6):
        services.update_item(
            office.actor(), item, {"summary": f"第{number}次", "correction_note": "更正。"}
        )
    assert statements(read) == before


# -- one item ---------------------------------------------------------------------------------


def test_versions_say_which_is_public_and_what_was_decided(office: Office) -> None:
    item = office.publish()
    services.update_item(office.actor(), item, {"summary": "改", "correction_note": "更正。"})
    newest, first = queries.versions(DisclosedItem.objects.get())
    assert (first.number, first.is_public, first.is_latest) == (1, True, False)
    assert (newest.number, newest.is_public, newest.is_latest) == (2, False, True)
    assert [each.label for each in first.decisions] == ["审核", "保密审查", "审批发布"]
    assert newest.decisions == ()
    assert newest.revision.user == office.officer


def test_the_history_names_acts_people_and_facts(office: Office) -> None:
    item = office.decide(office.submit(), "returned", opinion="请补充依据。")
    latest, *_rest, first = queries.history(item)
    assert (latest.act, latest.actor) == ("退回政府信息", office.people[Step.REVIEW].display_name)
    assert latest.facts["opinion"] == "请补充依据。"
    assert first.act == "起草政府信息"


def test_validity_is_told_of_normative_documents_only(office: Office) -> None:
    plain = make_disclosed_item(office.organ)
    assert queries.validity(plain) is None
    document = make_disclosed_item(
        office.organ,
        document_kind="normative",
        effective_from=date(2020, 4, 1),
        valid_until=date(2021, 4, 1),
    )
    assert queries.validity(document, date(2020, 3, 31)) is Validity.PENDING
    assert queries.validity(document, date(2021, 3, 31)) is Validity.IN_FORCE
    assert queries.validity(document, date(2021, 4, 1)) is Validity.EXPIRED


# -- document numbers ---------------------------------------------------------------------------


def boss(office: Office) -> Actor:
    return Actor.for_user(make_user("responsible_person", office.organ))


def test_gaps_in_the_series_of_a_year(office: Office) -> None:
    """Every number that was not published must be known: on request or withheld (Art. 13)."""
    services.set_prefixes(boss(office), office.organ, ["测政", "测政办"])
    for number in (
        "测政〔2020〕2号",
        "测政〔2020〕5号",
        "测政〔2019〕9号",
        "外政〔2020〕7号",
        "无号",
    ):
        published(organ=office.organ, document_number=number)
    make_disclosed_item(office.organ, document_number="测政〔2020〕9号")
    make_disclosed_item(
        office.organ,
        document_number="测政〔2020〕4号",
        status="decided",
        disclosure_attribute="withheld",
        attribute_reason="涉密",
    )
    published(organ=make_organ(), document_number="测政〔2020〕1号")
    gaps = queries.series_gaps(office.organ, 2020)
    assert [str(gap) for gap in gaps] == ["测政〔2020〕1号", "测政〔2020〕3号"]
    assert statements(lambda: queries.series_gaps(office.organ, 2020)) == 2


def test_without_registered_prefixes_those_in_use_are_looked_at(office: Office) -> None:
    published(organ=office.organ, document_number="测政〔2020〕3号")
    assert [str(gap) for gap in queries.series_gaps(office.organ, 2020)] == ["测政〔2020〕1号至2号"]


def test_an_odd_number_is_doubted_and_not_refused(office: Office) -> None:
    services.set_prefixes(boss(office), office.organ, ["测政"])
    published(organ=office.organ, document_number="外政〔2019〕1号", title="先用的")
    item = office.draft(document_number="外政〔2019〕1号")
    doubts = queries.number_doubts(item)
    assert len(doubts) == 3
    assert "成文日期在2020年" in doubts[0]
    assert "不在本机关登记的代字中" in doubts[1]
    assert "《先用的》" in doubts[2]
    assert office.submit(item).step == Step.REVIEW
    assert queries.number_doubts(office.draft()) == []


def test_a_prefix_is_a_prefix(office: Office) -> None:
    assert [
        p.prefix for p in services.set_prefixes(boss(office), office.organ, [" 测政 ", "测政", ""])
    ] == ["测政"]
    for bad in ("测政〔2020〕", "长" * 41):
        with pytest.raises(ValidationError, match="不是机关代字"):
            services.set_prefixes(boss(office), office.organ, [bad])
    assert services.set_prefixes(boss(office), office.organ, []) == []


# -- who answers (Art. 10) ------------------------------------------------------------------------


def test_the_responsible_body_is_proposed_from_the_issuers(office: Office) -> None:
    lead = make_organ(name="牵头局")
    found = services.propose_responsible(office.organ, issuers=[lead, office.organ])
    assert (found.key, found.rule) == (str(lead.pk), "lead")
    assert "牵头局" in found.explanation
    outside = services.propose_responsible(office.organ, origin="from_organ", issuers=["省某厅"])
    assert (outside.key, outside.name) == ("", "省某厅")


def test_a_branch_without_a_name_of_its_own_leads_to_the_body_above() -> None:
    parent = make_organ(name="市局")
    branch = make_organ(name="分局", parent=parent)
    found = services.propose_responsible(branch, acts_in_own_name=False)
    assert found.key == str(parent.pk)


# -- limits (Art. 26) ---------------------------------------------------------------------------


def test_drafts_whose_limit_runs_are_those_to_be_published(office: Office) -> None:
    draft = office.draft()
    office.draft(formed_on=None)
    office.publish()
    office.draft(disclosure_attribute="withheld", exemption="16-1", attribute_reason="内部事务")
    assert list(queries.running(office.officer)) == [draft]


def test_what_is_late_is_found_by_one_comparison() -> None:
    from gongkai.disclosure.timeliness import due_on, late_before
    from gongkai.statute.workdays import LayeredCalendar

    calendar = LayeredCalendar()
    for offset in range(120):
        today = date(2020, 9, 1) + timedelta(days=offset)
        before = late_before(today, calendar)
        assert due_on(before, calendar).date >= today
        assert due_on(before - timedelta(days=1), calendar).date < today
