"""The screens of deputies: one's own, the person's page, and what the ledger's list shows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gongkai.ledger import services as ledger_services
from gongkai.ledger.actor import Actor
from gongkai.organs import services
from gongkai.organs.models import Deputation, User
from tests.factories.organs import make_deputation, make_user
from tests.organs.test_staff_screens import OPERATOR, text

pytestmark = pytest.mark.django_db


def deputy_data(leader: User, deputy: User, **changes: str) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "seat": str(leader.memberships.get().pk), "deputy": deputy.username,
        "first_day": today.isoformat(), "last_day": (today + timedelta(days=7)).isoformat(),
        "reason": "出差", **changes,
    }  # fmt: skip


def test_a_person_appoints_and_revokes_his_own_deputy(county, as_user) -> None:
    leader = make_user("approving_leader", county.middle, display_name="张某")
    deputy = make_user("reviewer", county.middle, display_name="李某")
    client = as_user(leader)
    assert "没有委托过代理" in text(client.get(reverse("deputies:index")))
    assert reverse("deputies:index") in text(client.get(reverse("wagtailadmin_account")))

    answer = client.post(reverse("deputies:create"), deputy_data(leader, deputy), follow=True)

    assert "已委托“李某”代理义马市公安局的分管领导" in text(answer)
    made = Deputation.objects.get()
    assert reverse("deputies:revoke", args=[made.pk]) in text(answer)
    held = text(as_user(deputy).get(reverse("deputies:index")))
    assert "代理中" in held
    assert reverse("deputies:revoke", args=[made.pk]) not in held
    assert client.get(reverse("deputies:revoke", args=[made.pk])).status_code == 404
    answer = as_user(leader).post(reverse("deputies:revoke", args=[made.pk]), follow=True)
    assert "已撤销" in text(answer)
    made.refresh_from_db()
    assert made.revoked_on == timezone.localdate()


def test_the_choice_of_deputies_is_narrowed_and_errors_stand_at_their_field(
    county, as_user
) -> None:
    leader = make_user("approving_leader", county.middle)
    colleague = make_user("reviewer", county.middle, display_name="本局人")
    make_user("superior", county.top, display_name="上级人")
    stranger = make_user("reviewer", county.lookalike, display_name="别局人")
    make_user("auditor", county.middle, display_name="审计人")
    client = as_user(leader)
    page = text(client.get(reverse("deputies:create")))
    assert "本局人" in page
    assert "上级人" in page
    for hidden in ("别局人", "审计人", f'value="{leader.username}"'):
        assert hidden not in page
    address = reverse("deputies:create")
    answer = client.post(address, deputy_data(leader, stranger))
    assert answer.status_code == 422
    assert "没有这个人，或者不在可以选择的范围内" in text(answer)
    answer = client.post(address, deputy_data(leader, colleague, last_day="2020-01-01"))
    assert 'href="#id_last_day"' in text(answer)
    assert "不能早于代理起日期" in text(answer)
    assert 'value="出差"' in text(answer)
    answer = client.post(address, {})
    assert 'href="#id_deputy"' in text(answer)
    other = colleague.memberships.get().pk
    assert client.post(address, deputy_data(leader, colleague, seat=str(other))).status_code == 422
    assert not Deputation.objects.exists()


def test_with_very_many_people_the_choice_of_deputies_becomes_a_box(
    county, as_user, monkeypatch
) -> None:
    monkeypatch.setattr("gongkai.organs.forms.MANY_ORGANS", 0)
    leader = make_user("approving_leader", county.middle)
    deputy = make_user("reviewer", county.middle, username="lisi", display_name="李四")
    client = as_user(leader)
    page = text(client.get(reverse("deputies:create")))
    assert '<option value="lisi 李四（义马市公安局）"></option>' in page
    data = deputy_data(leader, deputy) | {"deputy": "lisi 李四（义马市公安局）"}
    client.post(reverse("deputies:create"), data)
    assert Deputation.objects.get().deputy == deputy


def test_whoever_gives_roles_arranges_deputies_on_the_persons_page(county, as_user) -> None:
    leader = make_user("approving_leader", county.middle, display_name="张某")
    deputy = make_user("reviewer", county.middle, display_name="李某")
    client = as_user(make_user("security_officer", county.top))
    page = text(client.get(reverse("staff:detail", args=[leader.pk])))
    assert reverse("staff:deputy", args=[leader.pk]) in page
    client.post(reverse("staff:deputy", args=[leader.pk]), deputy_data(leader, deputy))
    made = Deputation.objects.get()
    for person in (leader, deputy):
        page = text(client.get(reverse("staff:detail", args=[person.pk])))
        assert "代理中" in page
        assert reverse("staff:revoke_deputy", args=[made.pk]) in page
    client.post(reverse("staff:revoke_deputy", args=[made.pk]))
    made.refresh_from_db()
    assert made.revoked_on is not None
    seen_by_admin = as_user(make_user("system_admin", county.top))
    page = text(seen_by_admin.get(reverse("staff:detail", args=[leader.pk])))
    assert "已撤销" in page
    assert reverse("staff:deputy", args=[leader.pk]) not in page


def test_a_deputation_whose_principal_left_shows_as_void(county, as_user) -> None:
    leader = make_user("approving_leader", county.middle)
    deputy = make_user("reviewer", county.middle)
    make_deputation(leader, deputy, "approving_leader", county.middle)
    services.end_membership(OPERATOR, leader.memberships.get())
    assert "已失效：委托人不再任此职" in text(as_user(deputy).get(reverse("deputies:index")))


def test_administrators_read_why_they_have_no_deputies(county, as_user) -> None:
    page = text(as_user(make_user("security_officer", county.top)).get(reverse("deputies:index")))
    assert "不能委托代理" in page
    assert reverse("deputies:create") not in page


def test_the_ledgers_list_names_both(county, as_user) -> None:
    actor = Actor.for_user(make_user("reviewer", county.low, display_name="李某"))
    actor.acts_for("张某", county.low.code)
    ledger_services.record(actor, "t.t", chain=county.low.code)
    client = as_user(make_user("auditor", county.low))
    assert "李某（代张某）" in text(client.get(reverse("ledger:index")))


def test_the_account_page_tells_own_roles_from_deputised_ones(county, as_user) -> None:
    leader = make_user("approving_leader", county.middle, display_name="张某")
    deputy = make_user("reviewer", county.middle)
    make_deputation(leader, deputy, "approving_leader", county.middle)
    page = text(as_user(deputy).get(reverse("wagtailadmin_account")))
    assert "角色：审核。正在代理：张某的分管领导。" in page


def test_the_bodys_page_says_who_stands_in_today(county, as_user) -> None:
    leader = make_user("approving_leader", county.middle, display_name="张某")
    deputy = make_user("reviewer", county.middle, display_name="李某")
    make_deputation(leader, deputy, "approving_leader", county.middle)
    address = reverse("organs:detail", args=[county.middle.pk])
    page = text(as_user(make_user("system_admin", county.top)).get(address))
    assert "李某代张某（分管领导，至" in page
    seen_by_officer = text(as_user(make_user("information_officer", county.middle)).get(address))
    assert "李某代张某" not in seen_by_officer
