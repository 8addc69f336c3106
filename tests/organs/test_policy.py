"""The permission policy: every role × every action × every place."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.organs.models import Membership, Organ, Role, User
from tests.factories.organs import add_role, make_organ, make_user

TABLE: dict[str, dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "policy.yaml").read_text(encoding="utf-8")
)
CELLS = [(role, action, extent) for role, row in TABLE.items() for action, extent in row.items()]


def test_the_table_speaks_of_every_role_and_every_action() -> None:
    assert set(TABLE) == set(Role.values)
    for role, row in TABLE.items():
        assert set(row) == set(policy.ACTIONS), role


@pytest.mark.parametrize(("role", "action", "extent"), CELLS)
def test_a_role_reaches_exactly_as_far_as_the_table_says(county, role, action, extent) -> None:
    user = make_user(role, county.middle)
    expected = {
        "-": set(),
        "own": {county.middle},
        "subtree": {county.middle, county.low},
        "site": set(),  # county.middle has a superior
    }[extent]

    assert set(policy.organs_for(user, action)) == expected
    for organ in Organ.objects.all():
        if action in policy.SITE_WIDE:
            assert not policy.allows(user, action, organ)
        else:
            assert policy.allows(user, action, organ) == (organ in expected), organ
    assert policy.allows(user, action) == bool(expected)


@pytest.mark.parametrize(
    ("role", "action"), [(role, action) for role, action, extent in CELLS if extent == "site"]
)
def test_a_site_wide_action_needs_a_role_in_a_body_without_a_superior(county, role, action) -> None:
    user = make_user(role, county.top)
    assert policy.allows(user, action)
    assert policy.allows(user, action, county.other)
    assert set(policy.organs_for(user, action)) == set(Organ.objects.all())


ROOMS_OF_CASES = ("foi", "registers", "reports", "guard", "catalogue", "disclosure")


def test_the_three_administrators_see_no_case_and_share_no_right() -> None:
    for role in policy.ADMINISTRATORS:
        rights = {a for a, extent in TABLE[role].items() if extent != "-"}
        assert not {a for a in rights if a.split(".")[0] in ROOMS_OF_CASES}, role
    assert TABLE["system_admin"]["staff.grant"] == "-"
    assert TABLE["security_officer"]["staff.manage"] == "-"
    assert [a for a, extent in TABLE["auditor"].items() if extent != "-"] == ["ledger.view"]


@pytest.mark.parametrize("role", sorted(policy.ADMINISTRATORS))
@pytest.mark.parametrize(
    "action", [a for a in policy.ACTIONS if a.startswith(("guard.", "catalogue.", "disclosure."))]
)
def test_no_administrator_drafts_reviews_publishes_or_guards(county, role, action) -> None:
    """三员分立: at the root, in the middle, below: nothing of what is published is theirs."""
    for organ in (county.top, county.middle, county.low):
        user = make_user(role, organ)
        assert not policy.allows(user, action)
        assert not policy.organs_for(user, action).exists()
        with pytest.raises(PermissionDenied, match=policy.ACTIONS[action]):
            policy.authorise(Actor.for_user(user), action, organ)


def test_roles_in_several_bodies_add_up(county) -> None:
    user = make_user("reviewer", county.low)
    add_role(user, "disclosure_office", county.middle)
    add_role(user, "superior", county.other)

    assert set(policy.organs_for(user, "reports.view")) == {
        county.middle, county.low, county.other, county.other_low,
    }  # fmt: skip
    assert set(policy.organs_for(user, "reports.publish")) == {county.middle, county.low}
    assert set(policy.organs_for(user, "reports.edit")) == {county.middle}
    assert policy.roles_of(user) == {"reviewer", "disclosure_office", "superior"}


@pytest.mark.parametrize(
    ("start", "end", "valid"),
    [(0, None, True), (1, None, False), (-9, 0, False), (-9, 1, True), (0, 0, False)],
)
def test_a_role_holds_from_its_first_day_until_the_day_it_ends(county, start, end, valid) -> None:
    today = timezone.localdate()
    user = make_user()
    Membership.objects.create(
        user=user, organ=county.top, role="superior",
        started_on=today + timedelta(days=start),
        ended_on=None if end is None else today + timedelta(days=end),
    )  # fmt: skip

    assert policy.allows(user, "reports.view", county.low) is valid
    assert policy.organs_for(user, "reports.view").exists() is valid
    assert user.has_perm("wagtailadmin.access_admin") is valid


def test_a_closed_account_and_nobody_may_do_nothing(county) -> None:
    user = make_user("disclosure_office", county.top)
    user.is_active = False
    chief = make_user(is_superuser=True)
    chief.is_active = False

    for nobody in (user, chief, AnonymousUser(), make_user()):
        assert not policy.allows(nobody, "reports.view", county.top)
        assert not policy.organs_for(nobody, "reports.view").exists()
        assert not policy.scope(Membership.objects.all(), nobody, "reports.view").exists()
        assert not nobody.has_perm("wagtailadmin.access_admin")


def test_a_superuser_may_do_everything(county) -> None:
    chief = make_user(is_superuser=True)
    for action in policy.ACTIONS:
        assert policy.allows(chief, action, county.low)
        assert policy.organs_for(chief, action).count() == Organ.objects.count()


def test_an_unknown_action_is_a_mistake_of_ours_and_never_a_right(county) -> None:
    for chief in (make_user(is_superuser=True), make_user("superior", county.top)):
        with pytest.raises(ValueError, match="burn"):
            policy.allows(chief, "reports.burn")
        with pytest.raises(ValueError, match="burn"):
            policy.organs_for(chief, "reports.burn")
        with pytest.raises(ValueError, match="burn"):
            policy.scope(Organ.objects.all(), chief, "reports.burn", field="pk")


def test_scope_narrows_records_by_the_path_to_their_organ(county) -> None:
    for organ in Organ.objects.all():
        make_user("reviewer", organ)
    office = make_user("disclosure_office", county.middle)
    officer = make_user("security_officer", county.low)

    everything = Membership.objects.filter(role="reviewer")
    seen = policy.scope(everything, office, "reports.view")
    assert set(seen.values_list("organ__code", flat=True)) == {"411281-003", "411281-003-01"}
    people = policy.scope(User.objects.all(), officer, "staff.view", field="memberships__organ")
    assert set(people.values_list("memberships__organ__code", flat=True)) == {"411281-003-01"}
    tree = policy.scope(Organ.objects.all(), office, "organs.view", field="pk")
    assert set(tree) == {county.middle, county.low}


def test_asking_costs_one_statement_a_request(county, django_assert_num_queries) -> None:
    user = User.objects.get(pk=make_user("disclosure_office", county.top).pk)
    for _ in range(30):
        add_role(user, "reviewer", make_organ(parent=county.top))
    user = User.objects.get(pk=user.pk)
    organs = list(Organ.objects.all())

    with django_assert_num_queries(1):
        for organ in organs:
            policy.allows(user, "reports.view", organ)
            policy.allows(user, "foi.handle", organ)
    with django_assert_num_queries(1):
        assert len(list(policy.organs_for(user, "reports.view"))) == 34
    with django_assert_num_queries(1):
        list(policy.scope(Membership.objects.all(), user, "reports.view"))


def test_a_refusal_says_what_was_refused_and_where(county) -> None:
    actor = Actor.for_user(make_user("information_officer", county.middle))

    policy.authorise(actor, "registers.edit", county.middle)
    with pytest.raises(PermissionDenied, match="“义马市财政局”的“编辑行政行为台账”权限"):
        policy.authorise(actor, "registers.edit", county.lookalike)
    with pytest.raises(PermissionDenied, match="报送年度报告"):
        policy.authorise(actor, "reports.submit")


def test_the_console_is_let_through_and_a_visitor_is_not(county) -> None:
    for actor in (Actor.command("x"), Actor.demo(), Actor.system("x")):
        policy.authorise(actor, "reports.publish", county.top)
    with pytest.raises(PermissionDenied, match="登录"):
        policy.authorise(Actor(None, "未登录", "web"), "organs.view", county.top)


def test_a_person_at_the_console_is_asked_like_everybody(county) -> None:
    user = make_user("auditor", county.top)
    with pytest.raises(PermissionDenied):
        policy.authorise(Actor(user, "审计", "command"), "reports.publish", county.top)


def test_changes_show_after_forgetting(county) -> None:
    user = make_user()
    assert not policy.allows(user, "reports.view", county.top)
    Membership.objects.create(
        user=user, organ=county.top, role="superior", started_on=date(2019, 5, 15)
    )
    assert not policy.allows(user, "reports.view", county.top)
    policy.forget(user)
    assert policy.allows(user, "reports.view", county.top)
