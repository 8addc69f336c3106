"""Deputies during absence (代理): what they may do, for whom, and what nobody may ever do."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import policy, queries, services
from gongkai.organs.models import Deputation, Membership, Organ, Role, User
from gongkai.organs.services.deputies import in_words
from tests.factories.organs import add_role, make_deputation, make_organ, make_user
from tests.organs.test_policy import CELLS

OPERATOR = Actor.command("gongkai test")
TODAY = timezone.localdate
DEPUTISABLE = sorted(set(Role.values) - policy.ADMINISTRATORS)


def day(offset: int) -> date:
    return TODAY() + timedelta(days=offset)


@pytest.fixture
def bureau(county) -> SimpleNamespace:
    """The leader of `county.middle`, a colleague of his, and who gives roles in the county."""
    return SimpleNamespace(
        organ=county.middle,
        leader=make_user("approving_leader", county.middle, display_name="张某"),
        colleague=make_user("request_officer", county.middle, display_name="李某"),
        officer=make_user("security_officer", county.top),
    )


def appoint(actor, bureau, **changes) -> Deputation:
    if isinstance(actor, User):
        actor = Actor.for_user(actor)
    given = {
        "principal": bureau.leader, "deputy": bureau.colleague, "organ": bureau.organ,
        "role": "approving_leader", "first_day": day(0), "last_day": day(9), "reason": " 外出  学习 ",
        **changes,
    }  # fmt: skip
    return services.appoint_deputy(actor, **given)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


# -- what a deputy may do --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "action", "extent"), [cell for cell in CELLS if cell[0] in DEPUTISABLE]
)
def test_a_deputy_reaches_exactly_as_far_as_the_role_of_the_principal(
    county, role, action, extent
) -> None:
    principal, deputy = make_user(role, county.middle), make_user()
    make_deputation(principal, deputy, role, county.middle)

    expected = {
        "-": set(), "own": {county.middle}, "subtree": {county.middle, county.low}, "site": set(),
    }[extent]  # fmt: skip
    assert set(policy.organs_for(deputy, action)) == expected
    assert policy.allows(deputy, action, county.middle) == (county.middle in expected)
    assert policy.acting_for(deputy, action, county.middle) == (
        principal if county.middle in expected else None
    )


def test_a_deputy_enters_the_shell_and_leaves_it_with_his_last_day(county, bureau) -> None:
    deputy = make_user(organ=county.middle)
    assert not deputy.has_perm("wagtailadmin.access_admin")
    appoint(bureau.leader, bureau, deputy=deputy)
    assert deputy.has_perm("wagtailadmin.access_admin")
    Deputation.objects.update(first_day=day(-9), last_day=day(-1))
    assert not fresh(deputy).has_perm("wagtailadmin.access_admin")


@pytest.mark.parametrize(
    ("first", "last", "revoked", "valid"),
    [
        (0, 0, None, True),
        (1, 9, None, False),
        (-9, -1, None, False),
        (-9, 9, 0, False),
        (-9, 9, 1, True),
    ],
)
def test_a_deputation_holds_from_its_first_to_its_last_day(
    bureau, first, last, revoked, valid
) -> None:
    make_deputation(
        bureau.leader, bureau.colleague, "approving_leader", bureau.organ,
        first_day=day(first), last_day=day(last),
        revoked_on=None if revoked is None else day(revoked),
    )  # fmt: skip
    assert policy.allows(bureau.colleague, "disclosure.approve", bureau.organ) is valid


def test_a_deputy_has_no_more_than_the_principal_still_has(county, bureau) -> None:
    """Given a deputation, when the role ends or the account is closed, then it gives nothing."""
    appoint(bureau.leader, bureau)
    assert policy.allows(bureau.colleague, "disclosure.approve", bureau.organ)
    User.objects.filter(pk=bureau.leader.pk).update(is_active=False)
    assert not policy.allows(fresh(bureau.colleague), "disclosure.approve", bureau.organ)
    User.objects.filter(pk=bureau.leader.pk).update(is_active=True)
    assert policy.allows(fresh(bureau.colleague), "disclosure.approve", bureau.organ)
    services.end_membership(OPERATOR, bureau.leader.memberships.get())
    assert not policy.allows(fresh(bureau.colleague), "disclosure.approve", bureau.organ)


def test_a_closed_account_is_nobodys_deputy(bureau) -> None:
    appoint(bureau.leader, bureau)
    User.objects.filter(pk=bureau.colleague.pk).update(is_active=False)
    assert policy.grants_of(fresh(bureau.colleague)) == ()


def test_whoever_has_the_right_himself_acts_for_nobody(county, bureau) -> None:
    """Given an own right and a deputised one, then the own one is used."""
    add_role(bureau.colleague, "responsible_person", county.middle)
    appoint(bureau.leader, bureau)
    me = fresh(bureau.colleague)
    assert policy.acting_for(me, "disclosure.withdraw", county.middle) is None
    assert policy.acting_for(me, "disclosure.approve", county.middle) == bureau.leader
    assert policy.acting_for(me, "disclosure.approve", county.low) is None
    assert policy.acting_for(bureau.leader, "disclosure.approve", county.middle) is None
    assert policy.principals_of(me) == {bureau.leader.pk: "张某"}
    chief = make_user(is_superuser=True)
    assert policy.acting_for(chief, "disclosure.approve", county.middle) is None


def test_the_rights_of_one_capacity_can_be_told_from_the_others(county, bureau) -> None:
    appoint(bureau.leader, bureau)
    me = fresh(bureau.colleague)
    mine, his = policy.in_capacity(me, None), policy.in_capacity(me, bureau.leader.pk)
    assert policy.roles_of(mine) == {"request_officer"}
    assert policy.roles_of(his) == {"approving_leader"}
    assert policy.roles_of(me) == {"request_officer", "approving_leader"}


def test_a_site_wide_right_is_deputised_at_the_root_only(county) -> None:
    office, deputy = make_user("disclosure_office", county.top), make_user(organ=county.top)
    make_deputation(office, deputy, "disclosure_office", county.top)
    assert policy.allows(deputy, "calendar.manage")
    assert policy.acting_for(deputy, "calendar.manage") == office


def test_asking_still_costs_one_statement(county, bureau, django_assert_num_queries) -> None:
    for _ in range(20):
        organ = make_organ(parent=county.top)
        make_deputation(make_user("reviewer", organ), bureau.colleague, "reviewer", organ)
    user = fresh(bureau.colleague)
    organs = list(Organ.objects.all())
    with django_assert_num_queries(1):
        for organ in organs:
            policy.allows(user, "reports.view", organ)
        assert len(policy.grants_of(user)) == 21


# -- the ledger ------------------------------------------------------------------------------
def test_the_ledger_names_the_person_for_whom_a_deputy_acted(county) -> None:
    """Any act of any room: whoever asks the policy and records needs to know nothing of it."""
    admin = make_user("disclosure_office", county.top, display_name="王某")
    deputy = make_user("disclosure_office", county.other, display_name="赵某")
    make_deputation(admin, deputy, "disclosure_office", county.top)
    from gongkai.ledger.services import record

    actor = Actor.for_user(deputy)
    for organ in (county.other_low, county.middle):
        policy.authorise(actor, "catalogue.manage", organ)
        with transaction.atomic():
            record(actor, "t.t", chain=organ.code, changes={"n": [1, 2]})
    own, deputised = LedgerEntry.objects.order_by("pk")
    assert own.changes == {"n": [1, 2]}
    assert deputised.changes == {"n": [1, 2], "代理": "王某"}
    assert deputised.actor_name == "赵某"


def test_the_appointment_and_the_revocation_are_in_the_ledger(bureau) -> None:
    deputation = appoint(bureau.leader, bureau)
    services.revoke_deputation(Actor.for_user(bureau.officer), deputation)
    first, second = LedgerEntry.objects.order_by("seq")
    assert (first.action, first.actor_name, first.chain.name) == (
        "staff.appoint_deputy", "张某", bureau.organ.code,
    )  # fmt: skip
    assert first.changes == {
        "principal": "张某", "deputy": "李某", "role": "approving_leader", "reason": "外出 学习",
        "first_day": day(0).isoformat(), "last_day": day(9).isoformat(),
    }  # fmt: skip
    assert second.action == "staff.revoke_deputy"
    assert second.changes["revoked_on"] == [None, day(0).isoformat()]


# -- appointing ------------------------------------------------------------------------------
def test_the_principal_or_whoever_gives_roles_there_appoints(county, bureau) -> None:
    deputation = appoint(bureau.leader, bureau)
    assert (deputation.deputy, deputation.reason) == (bureau.colleague, "外出 学习")
    services.revoke_deputation(Actor.for_user(bureau.leader), deputation)
    appoint(bureau.officer, bureau)
    elsewhere = make_user("security_officer", county.other)
    for stranger in (bureau.colleague, make_user("system_admin", county.top), elsewhere):
        with pytest.raises(PermissionDenied, match="授予和终止角色"):
            appoint(stranger, bureau, first_day=day(20), last_day=day(21))
        with pytest.raises(PermissionDenied, match="授予和终止角色"):
            services.revoke_deputation(Actor.for_user(stranger), deputation)
    with pytest.raises(PermissionDenied, match="登录"):
        appoint(Actor(None, "未登录", "web"), bureau)


def test_a_deputy_passes_nothing_on(county, bureau) -> None:
    appoint(bureau.leader, bureau)
    third = make_user("reviewer", county.middle)
    with pytest.raises(ValidationError, match="“李某”不是义马市公安局的分管领导"):
        appoint(bureau.colleague, bureau, principal=bureau.colleague, deputy=third)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"role": "king"}, "role", "没有这个角色"),
        ({"role": "auditor"}, "role", "安全审计员不能委托代理"),
        ({"role": "reviewer"}, "first_day", "不是义马市公安局的审核"),
        ({"first_day": -1}, "first_day", "不能从过去开始"),
        ({"first_day": 9, "last_day": 8}, "last_day", "不能早于"),
        ({"first_day": 0, "last_day": 366}, "last_day", "不超过一年"),
        ({"reason": "  "}, "reason", ""),
        ({"reason": "长" * 201}, "reason", ""),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(bureau, changes, field, words) -> None:
    given = {k: day(v) if isinstance(v, int) else v for k, v in changes.items()}
    with pytest.raises(ValidationError) as caught:
        appoint(bureau.leader, bureau, **given)
    assert words in str(caught.value.message_dict[field])
    assert not Deputation.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_a_year_is_the_longest(bureau) -> None:
    assert appoint(bureau.leader, bureau, last_day=day(365)).last_day == day(365)


def test_who_cannot_be_a_deputy(county, bureau) -> None:
    closed = make_user("reviewer", county.middle)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    same = make_user("approving_leader", county.middle)
    later = make_user(organ=county.middle)
    services.grant_role(OPERATOR, later, county.top, "auditor", started_on=day(5))
    for deputy, words in (
        (bureau.leader, "不能委托自己"),
        (closed, "账号已停用"),
        (same, "不需要代理"),
        (later, "安全审计员"),
        (make_user(is_superuser=True, organ=county.middle), "平台管理员"),
        (make_user("reviewer", county.low), "不是，请另选"),
        (make_user("reviewer", county.lookalike), "不是，请另选"),
        (make_user("reviewer", county.other), "不是，请另选"),
    ):
        with pytest.raises(ValidationError, match=words) as caught:
            appoint(bureau.leader, bureau, deputy=deputy)
        assert "deputy" in caught.value.message_dict, words
    superior = make_user("disclosure_office", county.top)
    assert appoint(bureau.leader, bureau, deputy=superior).deputy == superior


def test_the_choice_holds_the_people_of_the_body_and_of_those_above(county, bureau) -> None:
    above = make_user("superior", county.top)
    helper = make_user("reviewer", county.middle, display_name="兼")
    User.objects.filter(pk=helper.pk).update(organ=county.other)
    make_user("reviewer", county.low)
    make_user("auditor", county.middle)
    found = set(queries.possible_deputies([county.middle]))
    assert found == {bureau.leader, bureau.colleague, above, helper}


def test_the_principal_holds_the_role_throughout(county, bureau) -> None:
    """Given a role that ends, then the deputation may not outlast it; terms in a row count."""
    membership = bureau.leader.memberships.get()
    Membership.objects.filter(pk=membership.pk).update(ended_on=day(5))
    with pytest.raises(ValidationError, match=f"到{in_words(day(4))}为止") as caught:
        appoint(bureau.leader, bureau)
    assert "last_day" in caught.value.message_dict
    add_role(bureau.leader, "approving_leader", county.middle, started_on=day(5))
    appoint(bureau.leader, bureau)


def test_one_role_has_one_deputy_at_a_time(county, bureau) -> None:
    first = appoint(bureau.leader, bureau)
    third = make_user("reviewer", county.middle)
    for start, end in ((0, 0), (9, 20), (5, 6), (0, 30)):
        with pytest.raises(ValidationError, match="已委托“李某”代理"):
            appoint(bureau.leader, bureau, deputy=third, first_day=day(start), last_day=day(end))
    appoint(bureau.leader, bureau, deputy=third, first_day=day(10), last_day=day(12))
    services.revoke_deputation(OPERATOR, first)
    appoint(bureau.leader, bureau, deputy=third)


def test_a_deputation_is_revoked_once_and_stays_on_record(bureau) -> None:
    deputation = appoint(bureau.leader, bureau)
    services.revoke_deputation(Actor.for_user(bureau.leader), deputation)
    assert not policy.allows(fresh(bureau.colleague), "disclosure.approve", bureau.organ)
    with pytest.raises(ValidationError, match="撤销"):
        services.revoke_deputation(OPERATOR, deputation)
    over = make_deputation(
        bureau.leader, bureau.colleague, "approving_leader", bureau.organ, last_day=day(-1)
    )
    with pytest.raises(ValidationError, match="到期"):
        services.revoke_deputation(OPERATOR, over)
    assert Deputation.objects.count() == 2


def test_no_deputation_in_an_abolished_body_or_from_a_closed_account(county, bureau) -> None:
    Organ.objects.filter(pk=county.middle.pk).update(abolished_on=day(0))
    county.middle.refresh_from_db()
    with pytest.raises(ValidationError, match="已撤销"):
        appoint(bureau.officer, bureau, organ=county.middle)
    User.objects.filter(pk=bureau.leader.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="账号已停用"):
        appoint(bureau.officer, bureau)


# -- the separated administrators (三员分立) ---------------------------------------------------
@pytest.mark.parametrize("administrator", sorted(policy.ADMINISTRATORS))
def test_no_administrator_has_a_deputy_or_is_one(county, bureau, administrator) -> None:
    admin = make_user(administrator, county.middle)
    with pytest.raises(ValidationError, match="不能委托代理"):
        appoint(admin, bureau, principal=admin, role=administrator)
    with pytest.raises(ValidationError, match="也不能代理"):
        appoint(OPERATOR, bureau, deputy=admin)


@pytest.mark.parametrize("administrator", sorted(policy.ADMINISTRATORS))
def test_a_deputy_becomes_no_administrator_meanwhile(county, bureau, administrator) -> None:
    deputy = make_user(organ=county.middle)
    deputation = appoint(bureau.leader, bureau, deputy=deputy, first_day=day(5))
    with pytest.raises(ValidationError, match="“张某”的代理人"):
        services.grant_role(OPERATOR, deputy, county.top, administrator)
    services.revoke_deputation(OPERATOR, deputation)
    services.grant_role(OPERATOR, deputy, county.top, administrator)


@pytest.mark.parametrize("administrator", sorted(policy.ADMINISTRATORS))
def test_a_deputation_written_past_the_services_gives_an_administrator_nothing(
    county, bureau, administrator
) -> None:
    admin = make_user(administrator, county.middle)
    make_deputation(bureau.leader, admin, "approving_leader", county.middle)
    assert policy.roles_of(admin) == {administrator}
    assert not policy.allows(admin, "disclosure.approve", county.middle)


# -- what the database itself refuses ----------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "auditor"},
        {"role": "king"},
        {"last_day": date(2000, 1, 1)},
        {"reason": ""},
        {"revoked_on": date(2999, 1, 1)},
    ],
)
def test_the_table_holds_no_deputation_that_cannot_be(bureau, wrong) -> None:
    made = make_deputation(bureau.leader, bureau.colleague, "approving_leader", bureau.organ)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deputation.objects.filter(pk=made.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deputation.objects.filter(pk=made.pk).update(deputy=bureau.leader)


def test_people_and_bodies_with_deputations_are_not_deleted(bureau) -> None:
    make_deputation(bureau.leader, bureau.colleague, "approving_leader", bureau.organ)
    Membership.objects.all().delete()
    for thing in (bureau.leader, bureau.colleague, bureau.organ):
        with pytest.raises(IntegrityError), transaction.atomic():
            thing.delete()
