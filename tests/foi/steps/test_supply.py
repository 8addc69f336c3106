"""条例第四十条: another form of supply is asked for, seen by the officer and dealt with."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gongkai.foi.models import SupplyAsk
from gongkai.foi.services import following, supply
from gongkai.foi.worklist import supply_asks
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.foi import make_request
from tests.factories.organs import make_organ, make_user
from tests.foi.intake.people import identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(today):
    """It is Monday 9 March 2026."""


@pytest.fixture
def browser(client, officer):
    client.force_login(officer.user)
    return client


def url(name, *args):
    return reverse(f"foi:{name}", args=args)


def text_of(response):
    return response.content.decode()


def ask(case, form="disc", way="post"):
    following.ask_supply(Actor.applicant(), case.intake, supply_form=form, supply_way=way)
    return SupplyAsk.objects.get(request=case, handled_at=None)


def test_article_40_the_officer_is_told_and_deals_with_it(browser, officer, case):
    today = timezone.localdate()
    assert supply_asks(officer.user, today).total == 0
    ask(case)
    work = supply_asks(officer.user, today)
    assert work.total == 1
    assert "光盘、U 盘" in work.tasks[0].title
    assert work.tasks[0].url == url("request_detail", case.pk)
    listed = browser.get(work.url)
    assert [row["object"].pk for row in listed.context["rows"]] == [case.pk]
    page = text_of(browser.get(url("request_detail", case.pk)))
    assert "申请人请求改以“光盘、U 盘”形式、以“邮寄”方式提供" in page
    form = browser.get(url("step", case.pk, "supply"))
    browser.post(
        url("step", case.pk, "supply"),
        {"result": "刻录光盘邮寄", "seen": form.context["form"].initial["seen"]},
    )
    done = SupplyAsk.objects.get()
    assert (done.result, done.handled_by) == ("刻录光盘邮寄", officer.name)
    assert supply_asks(officer.user, today).total == 0
    page = text_of(browser.get(url("request_detail", case.pk)))
    assert "还没有处理" not in page
    assert "处理情况：刻录光盘邮寄" in page
    entry = LedgerEntry.objects.get(action="foi.supply.handle")
    assert entry.chain.name == case.organ.code
    assert entry.changes["result"] == "刻录光盘邮寄"


def test_article_40_who_changes_his_mind_again_leaves_one_wish_and_none_is_dealt_with_unseen(
    browser, officer, case
):
    read = supply.version_of(ask(case))
    waiting = ask(case, "electronic", "online")
    assert SupplyAsk.objects.count() == 1
    page = text_of(
        browser.post(url("step", case.pk, "supply"), {"result": "刻录光盘邮寄", "seen": read})
    )
    assert "申请人又改变了请求：改以“电子数据”形式" in page
    assert "刻录光盘邮寄" in page
    assert SupplyAsk.objects.get().handled_at is None
    supply.handle_ask(officer, case, result="网上提供", seen=supply.version_of(waiting))
    with pytest.raises(ValidationError, match="没有待处理的"):
        supply.handle_ask(officer, case, result="网上提供")
    ask(case)
    assert SupplyAsk.objects.count() == 2


@pytest.mark.parametrize("result", ["", "字" * 201, f"寄给{identity_number()}"])
def test_what_was_done_is_said_in_one_line_that_names_nobody(officer, case, result):
    ask(case)
    with pytest.raises(ValidationError) as problem:
        supply.handle_ask(officer, case, result=result)
    assert "result" in problem.value.message_dict
    assert SupplyAsk.objects.get().handled_at is None


def test_another_bodys_officer_neither_sees_nor_deals_with_it(client, case):
    ask(case)
    stranger = make_user(Role.REQUEST_OFFICER, make_organ("411281-099", name="别的局"))
    assert supply_asks(stranger, timezone.localdate()).total == 0
    with pytest.raises(PermissionDenied):
        supply.handle_ask(Actor.for_user(stranger), case, result="已处理")
    client.force_login(stranger)
    assert client.get(url("step", case.pk, "supply")).status_code == 404


def test_the_work_list_costs_the_same_for_one_and_for_many(officer, organ, case):
    def statements():
        with CaptureQueriesContext(connection) as done:
            supply_asks(officer.user, timezone.localdate())
        return len(done)

    ask(case)
    before = statements()
    for _ in range(4):
        SupplyAsk.objects.create(
            request=make_request(organ), supply_form="disc", supply_way="post",
            asked_at=timezone.now(),
        )  # fmt: skip
    assert statements() == before
    assert supply_asks(officer.user, timezone.localdate()).total == 5
