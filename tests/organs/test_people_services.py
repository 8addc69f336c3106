"""Accounts and roles: the separation of the three administrators above all."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import policy, services
from gongkai.organs.models import Membership, User
from tests.factories.organs import add_role, make_user

OPERATOR = Actor.command("gongkai test")
PASSWORD = "correct-horse-7"


@pytest.fixture
def admin(county) -> Actor:
    return Actor.for_user(make_user("system_admin", county.top))


@pytest.fixture
def officer(county) -> Actor:
    return Actor.for_user(make_user("security_officer", county.top))


def test_a_new_account_has_no_right_until_a_role_is_given(county, admin, officer) -> None:
    user = services.create_user(
        admin, username="zhangsan", display_name=" 张  三 ", organ=county.middle, password=PASSWORD
    )
    assert (user.display_name, user.organ, user.check_password(PASSWORD)) == (
        "张 三", county.middle, True,
    )  # fmt: skip
    assert not user.has_perm("wagtailadmin.access_admin")

    services.grant_role(officer, user, county.middle, "reviewer")

    assert user.has_perm("wagtailadmin.access_admin")
    assert policy.allows(user, "reports.view", county.middle)
    acts = LedgerEntry.objects.filter(chain__name="411281-003").order_by("seq")
    assert [e.action for e in acts] == ["staff.create", "staff.grant"]
    assert acts[1].changes["role"] == [None, "reviewer"]
    assert PASSWORD not in str(list(acts.values()))


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "zhang san!"}, "username"),
        ({"display_name": " "}, "display_name"),
        ({"password": "123"}, "password"),
        ({"password": "4112810000"}, "password"),
        ({"email": "x"}, "email"),
    ],
)
def test_an_account_that_cannot_be_is_refused_at_the_field(county, admin, details, field) -> None:
    good = {
        "username": "zhangsan", "display_name": "张三", "organ": county.top, "password": PASSWORD,
    }  # fmt: skip
    with pytest.raises(ValidationError) as caught:
        services.create_user(admin, **{**good, **details})
    assert field in caught.value.message_dict
    assert not User.objects.filter(username="zhangsan").exists()
    services.create_user(admin, **good)
    with pytest.raises(ValidationError) as caught:
        services.create_user(admin, **good)
    assert "username" in caught.value.message_dict


def test_without_a_password_nobody_gets_in(county, admin) -> None:
    user = services.create_user(admin, username="a", display_name="甲", organ=county.top)
    assert not user.has_usable_password()


def test_the_system_administrator_gives_no_role_and_the_security_officer_no_account(
    county, admin, officer
) -> None:
    user = make_user(organ=county.middle)
    with pytest.raises(PermissionDenied, match="授予和终止角色"):
        services.grant_role(admin, user, county.middle, "reviewer")
    for call, arguments in (
        (services.create_user, {"username": "a", "display_name": "甲", "organ": county.top}),
        (services.set_password, {"user": user, "password": PASSWORD}),
        (services.deactivate_user, {"user": user}),
        (services.update_user, {"user": user, "display_name": "乙", "email": "", "organ": None}),
    ):
        with pytest.raises(PermissionDenied, match="管理人员账号"):
            call(officer, **arguments)


@pytest.mark.parametrize("administrator", sorted(policy.ADMINISTRATORS))
@pytest.mark.parametrize("other", ["reviewer", *sorted(policy.ADMINISTRATORS)])
def test_the_three_administrators_hold_no_other_role(county, administrator, other) -> None:
    if administrator == other:
        return
    for first, second in ((administrator, other), (other, administrator)):
        user = make_user()
        services.grant_role(OPERATOR, user, county.top, first)
        with pytest.raises(ValidationError, match="须由不同人员担任"):
            services.grant_role(OPERATOR, user, county.middle, second)
        membership = user.memberships.get()
        services.end_membership(OPERATOR, membership)
        services.grant_role(OPERATOR, user, county.middle, second)


def test_a_role_that_only_begins_later_counts_for_the_separation(county) -> None:
    user = make_user()
    later = timezone.localdate() + timedelta(days=9)
    services.grant_role(OPERATOR, user, county.top, "auditor", started_on=later)
    with pytest.raises(ValidationError, match="安全审计员"):
        services.grant_role(OPERATOR, user, county.top, "reviewer")


def test_nobody_gives_or_ends_his_own_role(county, officer) -> None:
    with pytest.raises(PermissionDenied, match="自己"):
        services.grant_role(officer, officer.user, county.top, "security_officer")
    with pytest.raises(PermissionDenied, match="自己"):
        services.end_membership(officer, officer.user.memberships.get())


def test_roles_reach_no_further_than_the_officers_bodies(county, officer) -> None:
    user = make_user()
    with pytest.raises(PermissionDenied, match="灵宝"):
        services.grant_role(officer, user, county.other_low, "reviewer")
    foreign = add_role(user, "reviewer", county.other)
    with pytest.raises(PermissionDenied, match="灵宝"):
        services.end_membership(officer, foreign)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda u, o: User.objects.filter(pk=u.pk).update(is_active=False), "user"),
        (
            lambda u, o: type(o).objects.filter(pk=o.pk).update(abolished_on=date(2020, 1, 1)),
            "organ",
        ),
    ],
)
def test_no_role_for_closed_accounts_or_in_abolished_bodies(county, officer, change, field) -> None:
    user = make_user()
    change(user, county.low)
    user.refresh_from_db()
    county.low.refresh_from_db()
    with pytest.raises(ValidationError) as caught:
        services.grant_role(officer, user, county.low, "reviewer")
    assert field in caught.value.message_dict


def test_unknown_and_doubled_roles_are_refused(county, officer) -> None:
    user = make_user("reviewer", county.low)
    with pytest.raises(ValidationError) as caught:
        services.grant_role(officer, user, county.low, "king")
    assert "role" in caught.value.message_dict
    with pytest.raises(ValidationError, match="已担任这一角色"):
        services.grant_role(officer, user, county.low, "reviewer")


def test_an_ended_role_gives_no_right_from_that_day_and_stays_on_record(county, officer) -> None:
    user = make_user("reviewer", county.low)
    membership = user.memberships.get()
    assert policy.allows(user, "reports.view", county.low)

    services.end_membership(officer, membership)

    policy.forget(user)
    assert not policy.allows(user, "reports.view", county.low)
    membership.refresh_from_db()
    assert membership.ended_on == timezone.localdate()
    entry = LedgerEntry.objects.get()
    assert (entry.action, entry.changes["role"]) == ("staff.end", ["reviewer", None])
    with pytest.raises(ValidationError, match="终止"):
        services.end_membership(officer, membership)


def test_a_role_that_has_not_begun_ends_before_it_begins(county, officer) -> None:
    later = timezone.localdate() + timedelta(days=9)
    membership = services.grant_role(officer, make_user(), county.low, "reviewer", started_on=later)
    ended = services.end_membership(officer, membership)
    assert ended.ended_on == later
    assert not Membership.objects.valid_on(later).filter(pk=ended.pk).exists()


def test_a_closed_account_loses_every_right_and_can_be_opened_again(county, admin) -> None:
    user = make_user("reviewer", county.low)
    services.deactivate_user(admin, user)
    user.refresh_from_db()
    policy.forget(user)
    assert not policy.allows(user, "reports.view", county.low)
    services.deactivate_user(admin, user)
    services.reactivate_user(admin, user)
    user.refresh_from_db()
    policy.forget(user)
    assert policy.allows(user, "reports.view", county.low)
    assert [e.action for e in LedgerEntry.objects.order_by("seq")] == [
        "staff.deactivate", "staff.reactivate",
    ]  # fmt: skip


def test_an_administrator_closes_neither_himself_nor_what_stands_above_him(county, admin) -> None:
    chief = make_user(is_superuser=True, organ=county.top)
    homeless = make_user()
    with pytest.raises(ValidationError, match="自己"):
        services.deactivate_user(admin, admin.user)
    for user in (chief, homeless):
        with pytest.raises(PermissionDenied, match="平台管理员"):
            services.deactivate_user(admin, user)
    with pytest.raises(PermissionDenied, match="灵宝"):
        services.deactivate_user(admin, make_user("reviewer", county.other))
    services.deactivate_user(Actor.for_user(chief), homeless)


def test_a_password_is_set_for_others_but_not_for_the_three(county, admin) -> None:
    user = make_user("reviewer", county.low)
    services.set_password(admin, user, PASSWORD)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    for role in sorted(policy.ADMINISTRATORS):
        with pytest.raises(PermissionDenied, match="三员"):
            services.set_password(admin, make_user(role, county.low), PASSWORD)
    chief = Actor.for_user(make_user(is_superuser=True))
    services.set_password(chief, make_user("auditor", county.low), PASSWORD)
    with pytest.raises(ValidationError):
        services.set_password(admin, user, "123")


def test_an_account_moves_to_another_body_of_the_same_administrator_only(county, admin) -> None:
    user = make_user(organ=county.middle)
    services.update_user(admin, user, display_name="新名", email="a@b.cn", organ=county.low)
    user.refresh_from_db()
    assert (user.display_name, user.organ, user.email) == ("新名", county.low, "a@b.cn")
    entry = LedgerEntry.objects.get()
    assert entry.changes["organ"] == ["411281-003", "411281-003-01"]
    assert "a@b.cn" not in str(entry.changes)
    with pytest.raises(PermissionDenied, match="灵宝"):
        services.update_user(admin, user, display_name="x", email="", organ=county.other)
    services.update_user(admin, user, display_name="新名", email="a@b.cn", organ=county.low)
    assert LedgerEntry.objects.count() == 1


def test_only_a_superuser_gives_a_role_to_a_superuser(county, officer) -> None:
    chief = make_user(is_superuser=True)
    with pytest.raises(PermissionDenied, match="平台管理员"):
        services.grant_role(officer, chief, county.low, "reviewer")
    services.grant_role(Actor.for_user(chief), chief, county.low, "reviewer")


def test_ones_own_password_needs_the_old_one(county) -> None:
    user = make_user("reviewer", county.low, password=PASSWORD)
    actor = Actor.for_user(user)
    with pytest.raises(ValidationError, match="当前密码不对"):
        services.change_own_account(actor, email="", old_password="x", new_password="other-horse-8")
    with pytest.raises(ValidationError) as caught:
        services.change_own_account(actor, email="", old_password=PASSWORD, new_password="1")
    assert "new_password" in caught.value.message_dict
    services.change_own_account(
        actor, email="a@b.cn", old_password=PASSWORD, new_password="other-horse-8"
    )
    user.refresh_from_db()
    assert user.check_password("other-horse-8")
    assert LedgerEntry.objects.get().changes == {"changed": ["mail", "passphrase"]}
    services.change_own_account(actor, email="a@b.cn")
    assert LedgerEntry.objects.count() == 1
    with pytest.raises(PermissionDenied):
        services.change_own_account(OPERATOR, email="x@y.cn")


def test_logins_and_logouts_reach_the_ledger(county, client) -> None:
    make_user("reviewer", county.low, username="lisi", password=PASSWORD)
    client.post("/staff/login/", {"username": "lisi", "password": "wrong"})
    client.post("/staff/login/", {"username": "lisi", "password": PASSWORD})
    client.post("/staff/logout/")
    entries = LedgerEntry.objects.filter(chain__name="411281-003-01").order_by("seq")
    assert [(e.action, e.address) for e in entries] == [
        ("staff.login", "127.0.0.1"), ("staff.logout", "127.0.0.1"),
    ]  # fmt: skip
