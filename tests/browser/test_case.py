"""A whole case in a browser: from the counter to the delivered answer (条例第三十条至第三十七条)."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from gongkai.foi.models import Approval, CaseFile, FoiRequest, Letterhead, Notice
from gongkai.foi.persons import Person, Wish
from gongkai.foi.redacting import find, prepare, sheets
from gongkai.foi.services import intake, redaction
from gongkai.foi.services.files import add_file
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role, User
from tests.browser.conftest import PHONE, Reader
from tests.browser.test_main_flows import Officer
from tests.browser.walking import check_screen, follow
from tests.factories.organs import make_organ, make_user
from tests.foi.material.papers import SECRET, drawn, text_at

pytestmark = pytest.mark.django_db(transaction=True)

NAME, WISH = "张示例", "请公开示例小学食堂采购合同。"


@pytest.fixture
def officer(settings, tmp_path) -> User:
    settings.MEDIA_ROOT = tmp_path / "media"
    organ = make_organ("411281-003", name="义马市示例局", address="义马市示例路1号")
    Letterhead.objects.create(
        organ=organ,
        valid_from=date(2024, 1, 1),
        series="义示公复",
        review_body="义马市人民政府",
        court="义马市人民法院",
        payee="非税收入缴款码缴费",
    )
    return make_user(Role.REQUEST_OFFICER, organ)


def fill(page: Page, **values: str) -> None:
    """The fields of the form that is open."""
    for name, value in values.items():
        page.fill(f"#id_{name}", value)


def choose(page: Page, name: str, value: str) -> None:
    """A radio button of the form that is open."""
    page.check(f"input[name={name}][value={value}]")


def complete(page: Page) -> None:
    """What the draft of the answer leaves to the officer."""
    for box in page.locator(".gk-form textarea:visible").all():
        if not box.input_value():
            box.fill("一、合同第二页的姓名属于个人隐私，不予公开。")


def deliver(office: Officer, kind: str, addressee: str = "applicant") -> None:
    """The issued notice of that kind goes out by electronic means, today."""
    notice = Notice.objects.get(kind=kind, addressee=addressee)
    page = office.go(f"/staff/foi/notices/{notice.pk}/deliver/")
    choose(page, "way", "electronic")
    office.press("登记送达")
    office.told("已登记送达")


def given_out(actor: Actor, case: FoiRequest) -> None:
    """An original with a name struck out, and the rest released."""
    paper = drawn(text_at(SECRET, 100, 700) + text_at("OPEN WORDS", 100, 600))
    original = add_file(actor, kind="original", content=paper, name="合同.pdf", request=case)
    strikes = [
        redaction.Strike(
            one.page,
            one.left,
            one.top,
            one.right,
            one.bottom,
            ground="15-2",
            reason="自然人的姓名",
        )
        for one in find(sheets(prepare(paper, ".pdf")), SECRET)
    ]
    preview = redaction.make_preview(actor, original, strikes, seen=0)
    redacted = redaction.accept_preview(actor, original, result=preview.sm3, looked=True)
    redaction.release(actor, redacted)
    assert CaseFile.objects.get(pk=redacted.pk).released


def test_articles_30_to_37_from_the_counter_to_the_delivered_answer(
    reader: Reader, officer: User
) -> None:
    """Given a request over the counter, when it is corrected, a third party asked, the period
    extended and a part of it given, then it is closed in time and every step stands on the page."""
    organ, today = officer.organ, timezone.localdate()
    actor = Actor.for_user(officer)
    responsible = make_user(Role.RESPONSIBLE_PERSON, organ)
    leader = make_user(Role.APPROVING_LEADER, organ)
    intake.record_intake(
        actor,
        organ,
        channel="counter",
        arrived_on=today,
        person=Person(name=NAME, kind="natural", phone="000-00000000", address="示例市示例路1号"),
        wish=Wish(title="食堂采购合同", description=WISH),
        subject="示例小学食堂采购合同",
    )
    case = FoiRequest.objects.get(organ=organ)
    office = Officer(reader, officer)
    home = f"/staff/foi/{case.pk}/"

    page = office.go(home)
    check_screen(page)
    expect(page.locator(".gk-page")).not_to_contain_text(NAME)
    expect(page.locator(".gk-page")).not_to_contain_text(WISH)
    office.press("显示")
    expect(page.locator(".gk-page")).to_contain_text(NAME)
    expect(page.locator(".gk-page")).to_contain_text(WISH)
    assert LedgerEntry.objects.filter(action="foi.reveal").count() == 1

    # Article 30: told once what to supplement, and supplemented.
    page = office.go(home)
    page = follow(office, "发补正告知书")
    check_screen(page)
    fill(page, points="一、请写明合同的年度。", days="10")
    office.press("印发补正告知书")
    office.told("补正告知书已印发")
    deliver(office, "N02")
    office.go(home)
    office.told("补正")
    page = follow(office, "登记收到补正")
    fill(page, on=today.isoformat())
    office.press("登记")
    office.told("已登记收到补正")
    # Told already: it is listed with the reason, no longer offered.
    expect(page.get_by_role("link", name="发补正告知书", exact=True)).to_have_count(0)
    page.locator(".foi-next summary").click()
    office.told("补正只能一次性告知")

    # Article 32: the third party is asked, objects without reason, and is found so.
    page = follow(office, "征求第三方意见")
    check_screen(page)
    fill(
        page,
        name="示例公司",
        address="示例市示例路2号",
        information="合同单价。",
        ground="所申请的信息公开可能损害第三方合法权益",
    )
    office.press("印发征求意见书")
    office.go(home)
    deliver(office, "N05", "third_party")
    deliver(office, "N06")
    page = office.go(home)
    check_screen(page)
    page = follow(office, "登记答复")
    fill(page, on=today.isoformat(), text="单价是商业秘密")
    choose(page, "reply", "objected")
    office.press("登记")
    page = follow(office, "认定理由")
    choose(page, "accepted", "no")
    fill(page, assessment="单价已在成交公告中公布。")
    office.press("登记")

    # Article 33: proposed, approved by another person on a phone, told.
    page = follow(office, "提出延长答复期限")
    fill(page, days="10", reason="合同数量较大，需要时间核对")
    office.press("提交审批")
    office.told("等待工作机构负责人审批")
    approval = Approval.objects.get(kind="extension")
    boss = Officer(reader, responsible, width=PHONE)
    page = boss.go(f"/staff/foi/approvals/{approval.pk}/")
    check_screen(page)
    boss.press("同意")
    boss.told("已同意")
    before = FoiRequest.objects.get(pk=case.pk).due_on
    page = office.go(f"/staff/foi/approvals/{approval.pk}/")
    office.press("发出告知书")
    choose(page, "way", "electronic")
    office.press("印发并登记送达")
    office.told("期限已更新")
    after = FoiRequest.objects.get(pk=case.pk).due_on
    assert before is not None
    assert after is not None
    assert after > before

    # Article 37: nothing without what it needs; then a part is given.
    page = follow(office, "提出答复")
    page.select_option("#id_outcome", "PARTIAL")
    fill(page, reason="部分内容涉及个人隐私")
    office.press("生成草稿并提交签发")
    office.told("还缺少办理依据")
    expect(page.locator("#id_reason")).to_have_value("部分内容涉及个人隐私")
    reader.faults[:] = [fault for fault in reader.faults if "422" not in fault]
    given_out(actor, case)
    page = office.go(f"{home}steps/proof/")
    page.select_option("#id_key", "review_record")
    fill(page, text="已经公开前审查，可以公开。")
    office.press("登记")
    page = follow(office, "提出答复")
    page.select_option("#id_outcome", "PARTIAL")
    fill(page, reason="部分内容涉及个人隐私")
    office.press("生成草稿并提交签发")
    office.told("答复的草稿已生成")
    draft = Notice.objects.get(approval__kind="decision")
    page = office.go(f"/staff/foi/notices/{draft.pk}/edit/")
    complete(page)
    office.press("保存草稿")
    office.told("已保存草稿")

    # Signed by the leader, on a phone.
    head = Officer(reader, leader, width=PHONE)
    page = head.go("/staff/foi/approvals/?mine=1")
    check_screen(page)
    page = head.go(f"/staff/foi/approvals/{draft.approval_id}/")
    check_screen(page)
    head.press("签发")
    head.told("已签发")
    case.refresh_from_db()
    assert (case.state, case.outcome, case.decided_on) == ("decided", "PARTIAL", today)
    deliver(office, draft.kind)
    case.refresh_from_db()
    assert case.state == "delivered"
    page = office.go(home)
    check_screen(page)
    for words in ("补正告知", "第三方答复意见", "延长答复期限", "作出答复", "送达"):
        expect(page.locator(".gk-timeline")).to_contain_text(words)
    expect(page.locator(".gk-page")).not_to_contain_text(NAME)
