"""Bulk work on items in a real browser: import, reclassification, validity round, migration."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from gongkai.disclosure.models import DisclosedItem, DocumentKind, ImportBatch
from gongkai.organs.models import Role
from tests.browser.conftest import Reader
from tests.browser.test_main_flows import Officer, allow_refusals
from tests.browser.walking import check_screen, follow
from tests.disclosure.site import serving
from tests.disclosure.test_migration import listing
from tests.disclosure.test_migration import page as old_page
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, make_column
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office() -> Office:
    top = make_organ("411281", name="义马市人民政府", short_name="义马市")
    organ = make_organ(
        "411281-011", name="义马市住房和城乡建设局", short_name="市住建局", parent=top
    )
    return Office(organ, make_column("tzgg", owner=top, title="通知公告"))


def table(folder: Path, *days: str) -> str:
    """A table of items, one for each day of signing, each with a file."""
    book = Workbook()
    sheet = book.active
    sheet.append(["标题", "成文日期", "发布日期", "正文", "附件"])
    for number, day in enumerate(days, start=1):
        name = f"关于第{number}批公租房分配的公告"
        sheet.append([name, day, "2020-03-09", "现予公告。", f"第{number}批.txt"])
    path = folder / "历年公告.xlsx"
    book.save(path)
    return str(path)


def test_a_table_with_files_is_refused_for_one_bad_row_and_imported_when_mended(
    office: Office, reader: Reader, tmp_path: Path
) -> None:
    """Given a table with a ZIP and one day that does not exist, then its row and column are

    named and nothing is imported; mended, it is looked at first and then imported with its files.
    """
    packed = tmp_path / "附件.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for number in (1, 2):
            archive.writestr(f"第{number}批.txt", f"第{number}批名单")
    officer = Officer(reader, office.officer)
    page = officer.go("/staff/disclosure/")
    follow(officer, "批量办理")
    check_screen(page)
    follow(officer, "导入政府信息")

    def check(*days: str) -> None:
        page.set_input_files("#id_file", table(tmp_path, *days))
        page.set_input_files("#id_archive", str(packed))
        page.select_option("#id_column", label="通知公告")
        page.get_by_label("历史数据").check()
        officer.press("检查文件")

    check("2020-03-02", "2020-13-02")
    problem = page.locator(".gk-errors tbody tr")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text("第 3 行")
    expect(problem).to_contain_text("成文日期")
    check_screen(page)
    assert not DisclosedItem.objects.exists()

    check("2020-03-02", "2020-03-05")
    officer.told("“历年公告.xlsx”检查无误")
    officer.told("附件 2 个，已检查")
    check_screen(page)
    assert not DisclosedItem.objects.exists()
    officer.press("导入这 2 行")
    officer.told("共2行：新增历史数据2条")
    follow(officer, "历年公告.xlsx")
    at = timezone.localtime(ImportBatch.objects.get().imported_at)
    expect(page.locator("h1")).to_contain_text(f"历年公告.xlsx（{at:%Y-%m-%d %H:%M}）")
    check_screen(page)
    follow(officer, "关于第2批公租房分配的公告")
    expect(page.locator(".gk-page")).to_contain_text("第2批.txt")
    items = DisclosedItem.objects.filter(live=True, formed_on__in=["2020-03-02", "2020-03-05"])
    assert [item.attachments.count() for item in items] == [1, 1]
    allow_refusals(reader)


def test_items_are_reclassified_after_a_look_and_put_back(office: Office, reader: Reader) -> None:
    items = [office.publish(title=title) for title in ("关于供热的公告", "关于供气的公告")]
    target = make_column("gggs", owner=office.organ, title="公告公示")
    officer = Officer(reader, office.officer)
    page = officer.go("/staff/disclosure/bulk/")
    follow(officer, "批量调整分类")
    check_screen(page)
    page.fill("#id_numbers", "\n".join(item.index_number for item in items))
    page.select_option("#id_column", label="公告公示")
    page.fill("#id_reason", "栏目合并")
    officer.press("查看改动")
    officer.told("选中 2 条，将调整 2 条")
    changes = page.get_by_role("region", name="将要调整的信息")
    expect(changes).to_contain_text("通知公告 → 公告公示")
    check_screen(page)
    officer.press("调整这 2 条")
    officer.told("已调整2条。")
    check_screen(page)
    assert DisclosedItem.objects.filter(column=target).count() == 2
    officer.press("撤销这一批")
    page.fill("#id_reason", "合并方案取消")
    officer.press("撤销")
    officer.told("已恢复2条")
    assert DisclosedItem.objects.filter(column=office.column).count() == 2


def propose(officer: Officer, title: str, outcome: str, reason: str) -> None:
    page = follow(officer, title)
    page.get_by_label(outcome, exact=True).check()
    page.fill("#id_reason", reason)
    officer.press("提出意见")
    officer.told("已提出意见")


def test_a_validity_round_goes_from_its_opening_to_the_list_of_results(
    office: Office, reader: Reader, tmp_path: Path
) -> None:
    """Given two normative documents, when a round is opened and the body proposes for both, then

    the office accepts, closes, takes the list, and the repealed one is repealed.
    """
    values: dict[str, Any] = {
        "document_kind": DocumentKind.NORMATIVE, "genre": "notice", "topic": make_topic(),
        "effective_from": date(2020, 3, 2),
    }  # fmt: skip
    old = office.publish(title="房屋租赁管理暂行办法", **values)
    office.publish(title="物业服务收费办法", **values)
    top = office.organ.parent
    assert top is not None
    today = timezone.localdate()
    chief = Officer(reader, make_user(Role.DISCLOSURE_OFFICE, top))
    page = chief.go("/staff/disclosure/rounds/")
    chief.press("发起清理")
    page.select_option("#id_organ", label="411281 义马市人民政府")
    page.fill("#id_deadline", today.isoformat())
    chief.press("发起")
    chief.told("已发起，共2件文件")
    check_screen(page)

    officer = Officer(reader, office.officer)
    desk = officer.go("/staff/disclosure/rounds/")
    desk.locator(".gk-page tbody a").click()
    officer.told("未提 2 件")
    propose(officer, "房屋租赁管理暂行办法", "废止", "上位法已经废止。")
    propose(officer, "物业服务收费办法", "继续有效", "仍然适用。")
    officer.told("未提 0 件")
    check_screen(desk)

    page.reload()
    chief.press("待审核的全部按单位意见通过")
    chief.told("已按单位意见审核2件")
    chief.press("办结")
    chief.told("废止1件")
    page.fill("#id_on", today.isoformat())
    chief.press("办结")
    chief.told("已办结，结果已在各文件的公开页面注明")
    check_screen(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载清理结果 XLSX").click()
    results = tmp_path / "results.xlsx"
    download.value.save_as(results)
    cells = [cell for row in load_workbook(results).active.values for cell in row]
    assert {"房屋租赁管理暂行办法", "废止", "继续有效"} <= set(cells)
    old.refresh_from_db()
    assert old.repealed_on == today

    chief.press("起草结果公告")
    page.select_option("#id_column", label="通知公告")
    chief.press("起草")
    chief.told("已起草，请核对后送审")
    expect(page.locator(".gk-page")).to_contain_text("房屋租赁管理暂行办法")


def test_an_old_site_is_registered_and_previewed_before_anything_is_written(
    office: Office, reader: Reader, settings: Any
) -> None:
    settings.MIGRATION_PRIVATE_HOSTS = ["127.0.0.1"]
    officer = Officer(reader, office.officer)
    with serving() as site:
        site.html("/list.html", listing(("/1.html", "关于停水的通知", "2020-03-05"),
                                        ("/2.html", "关于停电的通知", "2020-03-04")))  # fmt: skip
        site.html(
            "/1.html", old_page("关于停水的通知", text="三月六日上午九时至下午五时停水检修。")
        )
        page = officer.go("/staff/disclosure/bulk/")
        follow(officer, "网站迁移")
        officer.press("登记旧网站")
        page.fill("#id_name", "旧网站通知公告")
        page.fill("#id_lists", f"{site.address}/list.html")
        page.select_option("#id_column", label="通知公告")
        page.get_by_label("这是本单位的网站").check()
        check_screen(page)
        officer.press("保存")
        officer.told("请先“试读”")
        check_screen(page)
        officer.press("试读几页")
        officer.told("网页看起来是“")
        follow(officer, "改页面类型")
        page.select_option("#id_profile", "trs")
        officer.press("保存")
        officer.press("试读几页")
        officer.told("找到 2 条")
        first, second = page.locator(".gd-pair").all()
        expect(first).to_contain_text("三月六日上午九时")
        expect(first.get_by_label("读懂的内容")).to_contain_text("2020-03-05")
        expect(second).to_contain_text("404")
        check_screen(page)
    assert not DisclosedItem.objects.exists()
