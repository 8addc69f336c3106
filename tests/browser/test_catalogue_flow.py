"""The standard catalogue in a real browser: revised by the office, answered for by a body."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from gongkai.catalogue.models import Duty, Occasion, StandardCatalogue
from gongkai.organs.models import Organ, Role
from tests.browser.conftest import Reader
from tests.browser.test_main_flows import Officer, allow_refusals
from tests.browser.walking import check_screen, follow
from tests.factories.catalogue import make_catalogue, make_entry, make_field, put_in_force
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db(transaction=True)
STATE = StandardCatalogue.State


@pytest.fixture
def city() -> Organ:
    return make_organ("411281", name="义马市人民政府", short_name="义马市")


@pytest.fixture
def bureau(city: Organ) -> Organ:
    return make_organ("411281-011", name="义马市教育体育局", short_name="市教体局", parent=city)


@pytest.fixture
def catalogue(city: Organ) -> StandardCatalogue:
    """Three entries of one field, in force since 2020."""
    draft = make_catalogue(city, title="义马市基层政务公开标准目录")
    field = make_field("YWJY", name="义务教育")
    for number, matter in enumerate(("教育政策文件", "招生计划", "校车管理"), start=1):
        make_entry(
            draft, field=field, code=f"YWJY-{number:03d}", seq=number, level2=matter,
            audience_all=True, mode_proactive=True, level_county=True,
        )  # fmt: skip
    return put_in_force(draft)


def revise(path: Path) -> str:
    """In the official table one matter gets another time limit, and one is added."""
    book = load_workbook(path)
    sheet = book["义务教育"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    row = cells["招生计划"].row
    limit = next(c for c in sheet[row] if "20个工作日" in str(c.value))
    limit.value = "信息形成或者变更之日起7个工作日内"
    number = cells["校车管理"].row
    last = [cell.value for cell in sheet[number]]
    last[cells["校车管理"].column - 1] = "课后服务收费"
    last = ["YWJY-004" if value == "YWJY-003" else value for value in last]
    sheet.append([4 if value == 3 else value for value in last])
    revised = path.with_name("标准目录（修订）.xlsx")
    book.save(revised)
    return str(revised)


def test_the_office_revises_compares_and_puts_the_catalogue_in_force(
    city: Organ, catalogue: StandardCatalogue, reader: Reader, tmp_path: Path
) -> None:
    """Given the catalogue in force, when the revised official table is brought into a copy,

    then the office sees first what would change, compares both versions, and the copy replaces
    the old one.
    """
    office = Officer(reader, make_user(Role.DISCLOSURE_OFFICE, city))
    page = office.go("/staff/")
    page.get_by_role("link", name="公开目录", exact=True).first.click()
    expect(page.locator(".gk-page")).to_contain_text("校车管理")
    follow(office, "版本")
    follow(office, "义马市基层政务公开标准目录")
    check_screen(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="官方版式 XLSX").click()
    table = tmp_path / download.value.suggested_filename
    download.value.save_as(table)

    office.press("复制为新版本")
    page.fill("#id_year", "2021")
    office.press("复制")
    office.told("已复制")
    office.press("导入")
    page.set_input_files("#id_file", revise(table))
    office.press("检查文件")
    office.told("“标准目录（修订）.xlsx”检查无误")
    office.told("共 4 行：新增 1，更新 1，无变化 2。确认后才会写入。")
    draft = StandardCatalogue.objects.get(state=STATE.DRAFT)
    assert draft.entries.count() == 3
    check_screen(page)
    office.press("导入这 4 行")
    assert draft.entries.count() == 4

    page.get_by_role("link", name="与2020年第1版（现行）比较").click()
    office.told("新增 1 条，删除 0 条，修改 1 条，相同 2 条。")
    changed = page.get_by_role("region", name="修改的事项")
    expect(changed).to_contain_text("招生计划")
    expect(changed.locator("strong", has_text="7个工作日")).to_be_visible()
    check_screen(page)
    page.go_back()
    office.press("施行")
    office.told("施行后本版事项不能再修改")
    office.press("施行")
    office.told("已施行")
    catalogue.refresh_from_db()
    draft.refresh_from_db()
    assert (catalogue.state, draft.state) == (STATE.SUPERSEDED, STATE.IN_FORCE)


def duty_page(officer: Officer, matter: str) -> Page:
    """From the room's first screen to the duty of a matter."""
    page = officer.go("/staff/catalogue/")
    follow(officer, "公开职责")
    page.get_by_role("link", name=matter).click()
    expect(page.locator("h1")).to_contain_text(matter)
    return page


def register(officer: Officer, matter: str, day: str, label: str) -> None:
    page = duty_page(officer, matter)
    officer.press("登记公开时点")
    page.fill("#id_happened_on", day)
    page.fill("#id_label", label)
    officer.press("登记")
    officer.told("已登记")


def test_a_body_answers_for_its_entries_and_the_office_sees_what_is_missing(
    city: Organ, bureau: Organ, catalogue: StandardCatalogue, reader: Reader
) -> None:
    """Given entries that its subject gives a body, when it takes them on by one click,

    says which does not concern it and what came about, then it sees what is late and what is
    due, and the office finds behind a figure of the coverage what is missing.
    """
    officer = Officer(reader, make_user(Role.INFORMATION_OFFICER, bureau))
    page = officer.go("/staff/catalogue/")
    follow(officer, "公开职责")
    officer.press("认领事项")
    officer.told("义马市教育体育局：3 项")
    check_screen(page)
    officer.press("认领选中的事项")
    officer.told("认领3项")
    officer.told("应认领的事项都已答复")

    duty_page(officer, "校车管理")
    officer.press("不涉及、本期无")
    page.select_option("#id_state", label="不涉及（本机关没有这项职能）")
    officer.press("保存")
    expect(page.locator(".gk-errors")).to_contain_text("理由")
    page.fill("#id_reason", "全市没有运营校车。")
    officer.press("保存")
    officer.told("已登记说明")
    check_screen(page)
    assert Duty.objects.get(entry__level2="校车管理").state == "not_applicable"

    today = timezone.localdate()
    register(officer, "教育政策文件", "2020-03-02", "中小学减负通知")
    register(officer, "招生计划", today.isoformat(), "秋季招生计划")
    follow(officer, "公开时点")
    page.select_option("#id_state", label="逾期未公开")
    officer.press("查询")
    listed = page.locator(".gk-page table tbody")
    expect(listed).to_contain_text("中小学减负通知")
    expect(listed).not_to_contain_text("秋季招生计划")
    page.select_option("#id_state", label="待公开")
    officer.press("查询")
    expect(listed).to_contain_text("秋季招生计划")
    check_screen(page)
    due = Occasion.objects.get(label="秋季招生计划").due_on
    assert today + timedelta(days=20) <= due
    page = officer.go("/staff/")
    expect(page.locator(".gk-page")).to_contain_text("教育政策文件")

    office = Officer(reader, make_user(Role.DISCLOSURE_OFFICE, city))
    page = office.go("/staff/catalogue/")
    follow(office, "覆盖情况")
    office.told("应公开 2 项，已公开 0 项，本期无 0 项，未公开 2 项；另有不涉及 1 项")
    check_screen(page)
    row = page.get_by_role("row").filter(has_text="义马市教育体育局")
    row.get_by_role("link", name="2", exact=True).click()
    missing = page.locator(".gk-page table tbody")
    expect(missing.locator("tr")).to_have_count(2)
    expect(missing).to_contain_text("招生计划")
    expect(missing).not_to_contain_text("校车管理")
    check_screen(page)
    allow_refusals(reader)
