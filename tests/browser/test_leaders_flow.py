"""A leader is drafted, approved by another person and read by the public, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from gongkai.disclosure.models import Leader
from tests.browser.conftest import Reader
from tests.browser.test_main_flows import Officer
from tests.browser.walking import check_screen
from tests.factories.disclosure import Office
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office() -> Office:
    return Office(make_organ("411281-011", name="义马市住房和城乡建设局", short_name="市住建局"))


def test_a_leader_is_drafted_approved_by_another_and_read_by_everybody(
    office: Office, reader: Reader, tmp_path: Path
) -> None:
    """Given a picture, when two persons have acted, then the public sees name, picture, duties."""
    picture = tmp_path / "证件照.png"
    Image.new("RGB", (120, 160), "gray").save(picture)
    officer = Officer(reader, office.officer)
    page = officer.go("/staff/disclosure/leaders/new/")
    page.get_by_label("姓名").fill("演示甲一")
    page.get_by_label("职务").fill("局长")
    page.get_by_label("工作分工").fill("主持全面工作。\n分管财务。")
    page.locator("input[name=picture]").set_input_files(picture)
    check_screen(page)
    officer.press("送审")
    officer.told("已送审")
    expect(page.locator("a.gk-button", has_text="审批")).to_have_count(0)
    leader = Leader.objects.get()

    chief = Officer(reader, office.people["approval"])
    page = chief.go(f"/staff/disclosure/leaders/{leader.pk}/decide/")
    expect(page.locator(".gd-leader").first).to_contain_text("分管财务。")
    check_screen(page)
    page.get_by_label("同意公开").check()
    chief.press("提交决定")
    chief.told("已公开。")
    check_screen(page)

    public = reader.open(f"/leaders/{leader.pk}/")
    expect(public.get_by_role("heading", name="演示甲一")).to_be_visible()
    expect(public.get_by_role("img", name="演示甲一的照片")).to_be_visible()
