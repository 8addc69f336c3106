"""The main flows, walked in a real browser: a citizen reads, officers count, send and correct."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from gongkai.demo import load, reports
from gongkai.demo.city import load_city
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Organ, User
from gongkai.registers.models import Decision
from gongkai.reports.models import AnnualReport
from tests.browser.conftest import DESKTOP, PHONE, Reader
from tests.factories.foi import make_case, received
from tests.factories.organs import make_organ, make_user
from tests.factories.reports import (
    add_decisions,
    add_remedies,
    add_requests,
    complete_text,
    make_report,
    tick_questions,
)

SEED = 411281
PUBLISHED = json.loads(
    (Path(__file__).parent.parent / "reports/render/yima_2020.json").read_text("utf-8"),
    parse_float=Decimal,
)
NOTICE = """关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假，共1天。
六、中秋节：9月15日（周三）放假，共1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。10月9日（周六）上班。
"""
PRIMARY = ".gk-page button.gk-button--primary"

pytestmark = pytest.mark.django_db(transaction=True)


class Officer:
    """A member of staff at a browser of their own, logged in."""

    def __init__(self, reader: Reader, user: User, width: int = DESKTOP) -> None:
        client = Client()
        client.force_login(user)
        self.base = reader.base
        self.page: Page = reader.open("/robots.txt", width=width)
        session = client.cookies["sessionid"].value
        self.page.context.add_cookies([{"name": "sessionid", "value": session, "url": self.base}])

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def press(self, label: str) -> None:
        """The button or link of that name, and wait for what follows."""
        control = self.page.locator(".gk-page").locator("button, a.gk-button")
        control.filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*$")).first.click()
        self.page.wait_for_load_state()

    def told(self, words: str) -> None:
        """The shell's message, or the page, says so."""
        expect(self.page.locator("body")).to_contain_text(words)


@pytest.fixture
def county() -> Organ:
    top = make_organ("411281", name="义马市人民政府", short_name="义马市")
    make_organ("411281-011", name="义马市住房和城乡建设局", short_name="市住建局", parent=top)
    return top


@pytest.fixture
def bureau(county: Organ) -> Organ:
    return Organ.objects.get(code="411281-011")


def allow_refusals(reader: Reader) -> None:
    """A form with faults answers 422, which the browser notes as a failed resource."""
    reader.faults[:] = [fault for fault in reader.faults if "422" not in fault]


# -- the sample city ------------------------------------------------------------------------------


@pytest.fixture
def sample_city(settings: Any, live_server: Any) -> None:
    """The city's records up to 2020 and its report of that year, in demo mode."""
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.portal.demo_urls"
    city, actor = load_city(), Actor.demo()
    for step in load.steps(city, SEED, date(2020, 12, 31))[:2]:
        for _ in step.run():
            pass
    whole_city = Organ.objects.get(code=city.code)
    reports.publish_report(actor, city, whole_city, 2020, SEED)


def test_one_click_opens_the_report_and_every_figure_its_records(
    sample_city: None, reader: Reader
) -> None:
    """Given the sample city, when a citizen opens the report of 2020, then it is as published;

    and when the disclosure office comes in with one button, a figure opens as many records.
    """
    page = reader.open("/")
    page.locator(".latest-title").click()
    expect(page.locator("h1")).to_contain_text("2020年")
    printed = dict(
        page.eval_on_selector_all(
            "[data-cell]", "all => all.map(one => [one.dataset.cell, one.innerText.trim()])"
        )
    )
    assert len(printed) == 198
    for cell, text in printed.items():
        figure = PUBLISHED["cells"].get(cell, PUBLISHED["other_cells"])
        assert Decimal(text) == figure, cell
    assert page.locator("[data-cell] a").count() == 0, "a citizen sees figures, not records"

    page.goto(reader.base + "/demo/")
    page.get_by_role("button", name="以政务公开办身份进入").click()
    page.wait_for_url("**/staff/")
    page.goto(reader.base + "/reports/411281/2020/")
    for cell in ("t2.permit.decisions", "t2.coercion.decisions"):
        page.locator(f"[data-cell='{cell}'] a").click()
        page.wait_for_url("**/staff/reports/figure/**")
        number = PUBLISHED["cells"][cell]
        expect(page.locator(".rp-big")).to_have_text(str(number))
        expect(page.locator(".gk-list__bar")).to_contain_text(f"共 {number:,} 条")
        if cell != "t2.permit.decisions":
            break
        page.go_back()
    first = page.locator(".gk-table tbody tr").first.locator("a")
    document_number = first.inner_text()
    first.click()
    page.wait_for_url("**/staff/registers/**")
    expect(page.locator(".gk-page")).to_contain_text(document_number)


# -- a report's way -------------------------------------------------------------------------------


def test_three_people_bring_a_report_from_draft_to_published(
    county: Organ, bureau: Organ, reader: Reader
) -> None:
    """Drafted and declared, submitted, returned with a comment, mended, accepted, published."""
    add_decisions(bureau, 7)
    add_requests(bureau, 3)
    officer = Officer(reader, make_user("information_officer", bureau))
    leader = Officer(reader, make_user("approving_leader", bureau))
    office = Officer(reader, make_user("disclosure_office", county))

    officer.go("/staff/reports/preview/411281-011/2021/")
    officer.press("建立报告")
    officer.told("已建立市住建局2021年的报告")
    report = AnnualReport.objects.get(organ=bureau, year=2021)
    workbench = f"/staff/reports/{report.pk}/"
    cell = "t2.permit.decisions"

    officer.go(f"{workbench}declare/{cell}/").fill("input[name=value]", "9")
    officer.press("保存填报的数")
    officer.told("没有保存，请先改正以下内容")
    assert officer.page.input_value("input[name=value]") == "9", "what was typed stays"
    officer.page.fill("textarea[name=note]", "两件纸质许可未录入，见2021年登记簿。")
    officer.press("保存填报的数")
    expect(officer.page.locator(f"[id='{cell}']")).to_contain_text("9")
    expect(officer.page.locator(f"[id='{cell}']")).to_contain_text("填报")

    leader.go(f"{workbench}submit/")
    leader.told("现在还不能提交")
    complete_text(report)
    leader.go(f"{workbench}submit/")
    leader.press("提交报告")
    leader.told("等待上级主管部门审核")

    office.go("/staff/")
    office.page.get_by_role("link", name="2021年政府信息公开工作年度报告").click()
    office.page.wait_for_url(f"**{workbench}")
    office.go(f"{workbench}return/")
    office.press("退回")
    office.told("没有保存，请先改正以下内容")
    office.page.fill("textarea[name=comment]", "请写明两件许可的文号。")
    office.press("退回")
    office.told("报告已退回")

    officer.go("/staff/")
    officer.told("年度报告：退回待修改")
    officer.go(workbench)
    officer.told("请写明两件许可的文号。")
    officer.go(f"{workbench}section/s6/")
    editor = officer.page.locator("[contenteditable=true]")
    editor.click()
    officer.page.keyboard.press("Control+End")
    officer.page.keyboard.type("两件许可为测许1号、测许2号。")
    expect(officer.page.locator("[name=text]")).to_have_value(re.compile("测许2号"))
    officer.press("保存")
    officer.told("两件许可为测许1号、测许2号。")
    tick_questions(report)

    leader.go(f"{workbench}submit/")
    leader.press("提交报告")
    office.go(f"{workbench}accept/")
    office.press("审核通过")
    office.told("可以发布")
    office.go(f"{workbench}publish/")
    office.press("发布报告")
    office.told("报告已发布并固定")

    citizen = reader.open("/reports/411281-011/2021/")
    expect(citizen.locator(f"[data-cell='{cell}']")).to_have_text("9")
    expect(citizen.locator("main")).to_contain_text("两件许可为测许1号、测许2号。")
    allow_refusals(reader)


def test_a_citizen_sees_what_a_correction_changed(
    county: Organ, bureau: Organ, reader: Reader
) -> None:
    """A published report is corrected by a new version, and the page says why."""
    add_decisions(bureau, 4)
    report = make_report(bureau, 2021, state="published")
    add_decisions(bureau, 1)
    officer = Officer(reader, make_user("information_officer", bureau))
    officer.go(f"/staff/reports/{report.pk}/")
    officer.press("更正")
    officer.page.fill("textarea[name=note]", "补登漏记的一件行政许可。")
    officer.press("建立更正版本")
    officer.told("原版本在更正版本发布之前继续有效")
    corrected = AnnualReport.objects.get(supersedes=report)
    tick_questions(corrected)
    leader = Officer(reader, make_user("approving_leader", bureau))
    leader.go(f"/staff/reports/{corrected.pk}/submit/")
    leader.press("提交报告")
    before = reader.open("/reports/411281-011/2021/")
    expect(before.locator("[data-cell='t2.permit.decisions']")).to_have_text("4")
    office = Officer(reader, make_user("disclosure_office", county))
    for step, label in (("accept", "审核通过"), ("publish", "发布报告")):
        office.go(f"/staff/reports/{corrected.pk}/{step}/")
        office.press(label)
    after = reader.open("/reports/411281-011/2021/")
    expect(after.locator("[data-cell='t2.permit.decisions']")).to_have_text("5")
    expect(after.locator("main")).to_contain_text("补登漏记的一件行政许可。")


# -- registers and the calendar -------------------------------------------------------------------


def csv_file(*rows: str) -> dict[str, Any]:
    text = "\n".join(["机关代码,类别,决定文号,决定名称,决定日期", *rows, ""])
    return {"name": "处理决定.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}


def test_an_import_names_row_and_column_and_writes_nothing_until_it_is_right(
    bureau: Organ, reader: Reader
) -> None:
    officer = Officer(reader, make_user("information_officer", bureau))
    page = officer.go("/staff/registers/decisions/import/")
    good = "411281-011,行政许可,义建许〔2021〕1号,准予施工许可,2021-03-01"
    page.set_input_files(
        "input[type=file]",
        csv_file(good, "411281-011,行政许可,义建许〔2021〕2号,准予施工许可,2021-13-40"),
    )
    officer.press("检查文件")
    problem = page.locator(".gk-errors tbody tr")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text("第 3 行")
    expect(problem).to_contain_text("决定日期")
    assert page.evaluate("document.activeElement.className") == "gk-errors"
    assert not Decision.objects.exists()

    page.set_input_files(
        "input[type=file]",
        csv_file(good, "411281-011,行政许可,义建许〔2021〕2号,准予施工许可,2021-03-04"),
    )
    officer.press("检查文件")
    officer.told("新增 2")
    assert not Decision.objects.exists(), "a preview writes nothing"
    officer.press("导入这 2 行")
    page.wait_for_url("**/staff/registers/decisions/")
    assert page.locator(".gk-table tbody tr").count() == 2
    assert Decision.objects.count() == 2
    allow_refusals(reader)


def test_a_holiday_notice_is_pasted_checked_and_accepted(
    county: Organ, bureau: Organ, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given an open request, when the notice is pasted, then its new due date is shown first."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2027, 1, 22))
    case = make_case(bureau, received("2027-01-20"))
    before = case.due_on
    office = Officer(reader, make_user("disclosure_office", county))
    page = office.go("/staff/workdays/import/")
    page.fill("textarea[name=text]", NOTICE.replace("至7日（周四）", "至7日（周三）"))
    office.press("预览")
    office.told("有1个问题，请先核对")
    office.told("2027-10-07")

    page = office.go("/staff/workdays/import/")
    page.fill("textarea[name=text]", NOTICE)
    office.press("预览")
    office.told("读到了什么")
    moved = page.locator("tr", has_text=case.number)
    expect(moved).to_contain_text(f"{before.year}年{before.month}月{before.day}日")
    office.press("接受这份通知")
    case.refresh_from_db()
    assert case.due_on > before
    page = office.go("/staff/workdays/?year=2027")
    expect(page.locator(".gk-page")).to_contain_text("2027年1月")


# -- everybody can use it -------------------------------------------------------------------------


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_main_staff_screens_are_accessible_and_fit_a_phone(
    county: Organ, bureau: Organ, reader: Reader, width: int
) -> None:
    """Wagtail's frame is left out; everything that we draw in it is checked."""
    add_decisions(bureau, 2)
    (remedy,) = add_remedies(bureau, 1)
    case = make_case(bureau, received("2021-03-01"))
    report = make_report(bureau, 2021)
    office = make_user("disclosure_office", county)
    for role in ("information_officer", "system_admin", "auditor", "request_officer"):
        office.memberships.create(organ=county, role=role, started_on=date(2019, 5, 15))
    office.memberships.create(
        organ=bureau, role="information_officer", started_on=date(2019, 5, 15)
    )
    staff = Officer(reader, office, width)
    decision = Decision.objects.first()
    assert decision is not None
    paths = [
        "/staff/",
        "/staff/account/",
        "/staff/reports/?year=2021",
        f"/staff/reports/{report.pk}/",
        f"/staff/reports/{report.pk}/section/s5/",
        f"/staff/reports/{report.pk}/declare/t2.permit.decisions/",
        "/staff/reports/compare/",
        "/staff/reports/figure/411281-011/2021/own/t2.permit.decisions/",
        "/staff/foi/",
        f"/staff/foi/{case.pk}/",
        f"/staff/foi/cases/{remedy.pk}/",
        "/staff/registers/",
        f"/staff/registers/decisions/{decision.pk}/",
        "/staff/registers/decisions/new/",
        "/staff/registers/decisions/import/",
        "/staff/workdays/",
        "/staff/workdays/import/",
        "/staff/organs/",
        f"/staff/organs/{bureau.pk}/",
        "/staff/staff/",
        "/staff/ledger/",
        "/staff/ledger/verify/",
    ]
    found = {}
    for path in paths:
        page = staff.go(path)
        assert page.locator(".gk-page").count() == 1, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if width == PHONE:  # the same markup: what differs is whether it fits
            assert page.evaluate("document.querySelector('.gk-page').scrollWidth") <= width, path
            continue
        answer = Axe().run(
            page,
            context=".gk-page",
            options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"], "resultTypes": ["violations"]},
        )
        serious = [
            f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in answer.response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        if serious:
            found[path] = serious
    assert found == {}
