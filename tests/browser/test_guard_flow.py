"""Word lists and deputies in a real browser: a term marks a text, a deputy reviews."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gongkai.disclosure.models import Step
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.browser.conftest import Reader
from tests.browser.test_main_flows import Officer, allow_refusals
from tests.browser.walking import check_screen, follow
from tests.factories.disclosure import Office
from tests.factories.organs import make_organ, make_user
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_term_is_added_tried_on_a_text_and_ended(reader: Reader) -> None:
    """Given a new wrong word, when a text with it is tried, then it is marked where it stands,

    and personal data beside it can be copied masked; ended, the word is no longer marked.
    """
    city = make_organ("411281", name="义马市人民政府")
    office = Officer(reader, make_user(Role.DISCLOSURE_OFFICE, city))
    page = office.go("/staff/guard/")
    office.press("添加词条")
    page.select_option("#id_kind", label="错别字、错误表述")
    page.fill("#id_word", "公开职则")
    check_screen(page)
    office.press("添加")
    expect(page.locator(".gk-errors")).to_be_visible()
    page.fill("#id_suggestion", "公开职责")
    office.press("添加")
    expect(page.locator("h1")).to_contain_text("公开职则")
    check_screen(page)

    number = identity_number()

    def try_text() -> None:
        follow(office, "试一试")
        page.fill("#id_text", f"各单位要履行公开职则。联系人张某，{number}。")
        office.press("检查")

    try_text()
    marks = page.locator(".gu-text mark")
    expect(marks).to_have_count(2)
    expect(marks.first).to_contain_text("公开职则")
    office.told("共 2 处")
    expect(page.get_by_role("region", name="逐处说明")).to_contain_text("公开职责")
    masked = page.get_by_label("脱敏后的文字").input_value()
    assert "公开职则" in masked
    assert number not in masked
    check_screen(page)

    office.go("/staff/guard/")
    follow(office, "公开职则")
    office.press("停用")
    page.fill("#id_reason", "试用结束")
    office.press("停用")
    try_text()
    expect(marks).to_have_count(1)
    expect(marks).to_contain_text(number)
    allow_refusals(reader)


def test_a_reviewer_on_leave_appoints_a_deputy_who_reviews_in_his_name(reader: Reader) -> None:
    """Given an item that awaits a reviewer, when he appoints a colleague, then it awaits her, and

    the record says who decided for whom.
    """
    city = make_organ("411281", name="义马市人民政府")
    office = Office(
        make_organ("411281-011", name="义马市住建局", short_name="市住建局", parent=city)
    )
    item = office.submit(title="关于供水的通知")
    principal = office.people[Step.REVIEW]
    colleague = make_user(Role.REQUEST_OFFICER, office.organ, display_name="代理同事")
    deputy = Officer(reader, colleague)
    desk = deputy.go("/staff/")
    expect(desk.locator("body")).not_to_contain_text("关于供水的通知")

    reviewer = Officer(reader, principal)
    page = reviewer.go("/staff/deputies/")
    reviewer.told("您没有委托过代理")
    reviewer.press("委托代理")
    page.select_option("#id_deputy", colleague.username)
    page.fill("#id_last_day", (timezone.localdate() + timedelta(days=5)).isoformat())
    page.fill("#id_reason", "休假")
    check_screen(page)
    reviewer.press("委托代理")
    reviewer.told("已委托“代理同事”代理市住建局的")
    check_screen(page)

    desk.reload()
    expect(desk.locator("body")).to_contain_text("关于供水的通知")
    deputy.go("/staff/disclosure/awaiting/")
    follow(deputy, "关于供水的通知")
    check_screen(desk)
    desk.get_by_label("通过", exact=True).check()
    desk.fill("#id_opinion", "同意。")
    deputy.press("提交意见")
    deputy.told("转入保密审查")
    item.refresh_from_db()
    assert item.step == Step.SECRECY
    entry = LedgerEntry.objects.filter(actor_id=colleague.pk).latest("pk")
    assert str(principal) in str(entry.changes)
    page = Officer(reader, office.officer).go(f"/staff/disclosure/{item.pk}/")
    expect(page.locator(".gk-page")).to_contain_text(f"代{principal}")
    check_screen(page)
