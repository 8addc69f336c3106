"""网站设置: what the office chooses is checked, recorded and seen on every page within seconds."""

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from gongkai.guard.files import FileRefused
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.portal import colours, emblems, preferences
from gongkai.portal.models import SitePreferences
from gongkai.portal.services.preferences import save_preferences
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

SVG = b"""<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40"
 height="40" onload="alert(1)"><script>alert(1)</script><style>a{}</style>
<a href="https://example.com"><text>x</text></a><image xlink:href="https://example.com/a.png"/>
<foreignObject><p>x</p></foreignObject><g fill="url(https://example.com/x)" onclick="x()">
<path d="M0 0h40v40z" fill="#9f1d20" style="fill:red"/></g></svg>"""


@pytest.fixture
def top(db):
    return make_organ("411281", name="义马市人民政府", kind="government")


@pytest.fixture
def office(top):
    return Actor.for_user(make_user(Role.DISCLOSURE_OFFICE, top))


@pytest.fixture
def save(office, django_capture_on_commit_callbacks):
    def change(**values):
        with django_capture_on_commit_callbacks(execute=True):
            return save_preferences(office, **values)

    return change


def problems(error: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return error.value.message_dict


# -- what is seen -------------------------------------------------------------------------------


def test_a_choice_is_seen_on_every_page_at_once(save, read, settings):
    settings.SITE_NAME, settings.SITE_FOOTER = "服务器上的名称", {"icp": "豫ICP备05000000号"}
    assert "服务器上的名称" in read("/reports/").css_first(".identity").text()
    save(
        name="义马市人民政府门户网站",
        operator="义马市人民政府办公室",
        superior_name="三门峡市人民政府",
        superior_url="https://www.smx.gov.cn/",
        conac_url="https://bszs.conac.cn/sitename?method=show&id=1",
        faults_url="https://zfwzzc.www.gov.cn/check_web/?site=4112810001",
        notice="网站将于周六升级。",
        notice_url="/columns/tzgg/",
    )
    page = read("/reports/")
    assert page.css_first(".identity").text(strip=True) == "义马市人民政府门户网站"
    assert page.css_first('meta[name="SiteName"]').attributes["content"] == "义马市人民政府门户网站"
    assert "三门峡市人民政府" in page.css_first(".topbar").text()
    assert "义马市人民政府办公室" in page.css_first(".footer").text()
    assert "豫ICP备05000000号" in page.css_first(".footer").text(), "the server's setting stands"
    marks = [a.attributes["href"] for a in page.css(".footer-marks a")]
    assert marks == [
        "https://bszs.conac.cn/sitename?method=show&id=1",
        "https://zfwzzc.www.gov.cn/check_web/?site=4112810001",
    ]
    assert page.css_first(".bar-notice a").attributes["href"] == "/columns/tzgg/"


def test_what_is_not_set_is_not_shown(top, read):
    page = read("/reports/")
    assert page.css_first(".footer-marks") is None
    assert page.css_first(".bar-notice") is None


def test_a_notice_ends_with_its_day(save, read, settings):
    save(notice="昨天的事", notice_until="2020-01-01")
    assert read("/reports/").css_first(".bar-notice") is None


def test_reading_the_choices_costs_a_page_no_statement(
    save, client, monkeypatch, django_assert_num_queries
):
    """Within two seconds nothing is asked; after them once, however many pages there are."""
    save(name="新名称")
    client.get("/robots.txt")
    preferences.current()
    with django_assert_num_queries(0):
        for _ in range(5):
            assert preferences.current().name == "新名称"
    now = preferences.time.monotonic()
    monkeypatch.setattr(preferences.time, "monotonic", lambda: now + preferences.FRESH_FOR)
    with django_assert_num_queries(1):
        for _ in range(5):
            preferences.current()


def test_what_another_process_saved_is_seen_after_two_seconds(top, monkeypatch):
    preferences.forget()
    assert preferences.current().name
    SitePreferences.objects.create(name="别处保存的名称")
    assert preferences.current().name != "别处保存的名称"
    now = preferences.time.monotonic()
    monkeypatch.setattr(preferences.time, "monotonic", lambda: now + preferences.FRESH_FOR)
    assert preferences.current().name == "别处保存的名称"


def test_there_is_one_row_and_no_other(top):
    SitePreferences.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        SitePreferences.objects.create(id=2)


def test_without_the_table_the_servers_settings_stand(top, settings, caplog):
    """Error pages are drawn while a migration has yet to run."""
    settings.SITE_NAME = "服务器上的名称"
    preferences.forget()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE portal_sitepreferences RENAME TO elsewhere")
        with transaction.atomic():
            pass
        name = _name_in_a_savepoint()
        transaction.set_rollback(True)
    assert name == "服务器上的名称"


def _name_in_a_savepoint() -> str:
    savepoint = transaction.savepoint()
    name = preferences.current().name
    transaction.savepoint_rollback(savepoint)
    return name


# -- colours ------------------------------------------------------------------------------------


def test_a_colour_that_cannot_be_read_is_refused_with_its_ratio_and_a_way_out(save):
    with pytest.raises(ValidationError) as error:
        save(brand="#7fb2e5")
    message = problems(error)["brand"][0]
    ratio = colours.weakest("#7fb2e5", "blue")
    assert f"{ratio:.2f}:1" in message
    near = message.rpartition("#")[2][:6]
    save(brand=f"#{near}")


def test_a_dark_pages_colour_is_measured_on_dark_grounds(save):
    with pytest.raises(ValidationError) as error:
        save(brand_dark="#1d4f91")
    assert "深色" in problems(error)["brand_dark"][0]
    save(brand_dark="#a8d0ff")


@pytest.mark.parametrize("colour", ["blue", "#12345", "#gggggg", "rgb(0)", "url(x)", "#1d4f91;}"])
def test_what_is_no_colour_is_refused(save, colour):
    with pytest.raises(ValidationError) as error:
        save(brand=colour)
    assert "brand" in problems(error)


@pytest.mark.parametrize("theme", ["blue", "red"])
@pytest.mark.parametrize("brand", ["#00563f", "#5b2a86", "#8a3b00", "#000000"])
def test_chosen_colours_are_readable_in_both_schemes(save, client, theme, brand):
    save(theme=theme, brand=brand, accent="#8c1d18")
    for address, sheet in (("/theme.css", theme), ("/theme-dark.css", f"{theme}-dark")):
        response = client.get(address)
        assert response["Content-Type"].startswith("text/css")
        found = dict(
            part.strip().removeprefix("--").split(": ")
            for part in response.content.decode()
            .strip()
            .removeprefix(":root {")
            .rstrip("}")
            .split(";")
            if part.strip()
        )
        for token in ("brand", "accent"):
            assert colours.weakest(found[token], sheet) >= 4.5, (address, token)
        assert colours.contrast(found["brand-ink"], found["brand"]) >= 4.5
        assert colours.contrast(found["bar-ink"], found["bar"]) >= 4.5


def test_chosen_colours_are_linked_right_behind_the_set_they_change(save, read):
    def sheets() -> list[str]:
        links = read("/reports/").css("link[rel=stylesheet][media]")
        return [link.attributes["href"].rpartition("/")[2] for link in links]

    assert "theme.css" not in sheets()
    save(brand="#00563f")
    assert sheets() == [
        "blue.css", "theme.css", "blue-dark.css", "theme-dark.css", "blue-contrast.css",
        "blue-contrast-dark.css",
    ]  # fmt: skip


def test_the_style_sheet_is_asked_for_conditionally(save, client):
    save(brand="#00563f")
    first = client.get("/theme.css")
    again = client.get("/theme.css", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    save(brand="#5b2a86")
    assert client.get("/theme.css", headers={"if-none-match": first["ETag"]}).status_code == 200


# -- the emblem ---------------------------------------------------------------------------------


def test_of_an_svg_only_shapes_are_kept():
    cleaned = emblems.clean_svg(SVG).decode()
    for bad in ("script", "onload", "onclick", "href", "image", "foreignObject", "style", "url(",
                "example.com", "DOCTYPE", "text"):  # fmt: skip
        assert bad not in cleaned, bad
    assert 'd="M0 0h40v40z"' in cleaned
    assert 'viewBox="0 0 40 40"' in cleaned


@pytest.mark.parametrize(
    "content",
    [
        b"no svg",
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"><path d="&a;"/></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><text>x</text></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
    ],
)
def test_an_svg_that_is_none_or_shows_nothing_is_refused(content):
    with pytest.raises(FileRefused):
        emblems.clean_svg(content)


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 40), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [("a.svg", SVG, "image/svg+xml"), ("a.png", picture(), "image/png")],
)
def test_the_emblem_stands_in_the_header_under_an_address_of_its_own(
    save, read, client, name, content, media_type
):
    save(emblem=emblems.read(SimpleUploadedFile(name, content)))
    address = read("/reports/").css_first(".identity img").attributes["src"]
    response = client.get(address)
    assert response["Content-Type"] == media_type
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "immutable" in response["Cache-Control"]
    save(drop_emblem=True)
    assert client.get(address).status_code == 404
    assert read("/reports/").css_first(".identity img") is None


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.gif", b"GIF89a"), ("a.png", b"<svg/>"), ("a.svg", b" " * 200_000), ("a.png", b"MZ")],
)
def test_other_files_are_no_emblem(name, content):
    with pytest.raises(FileRefused):
        emblems.read(SimpleUploadedFile(name, content))


# -- who, and what is refused -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"superior_name": "上级", "superior_url": "https://example.com/"}, "superior_url"),
        ({"superior_name": "上级"}, "superior_url"),
        ({"conac_url": "https://conac.cn.example.com/"}, "conac_url"),
        ({"faults_url": "javascript:alert(1)"}, "faults_url"),
        ({"notice": "通知", "notice_url": "//example.com/"}, "notice_url"),
        ({"notice": "通知", "notice_url": "https://example.com/"}, "notice_url"),
        ({"notice_url": "/info/"}, "notice"),
        ({"code": "四一一二"}, "code"),
        ({"blocks": ["news", "news"]}, "blocks"),
        ({"blocks": ["casino"]}, "blocks"),
        ({"theme": "green"}, "theme"),
    ],
)
def test_what_would_lead_astray_is_refused_at_its_field(save, values, field):
    with pytest.raises(ValidationError) as error:
        save(**values)
    assert field in problems(error)
    assert not SitePreferences.objects.exists()


def test_the_act_is_in_the_ledger_and_only_when_something_changed(save):
    save(name="新名称")
    save(name="新名称")
    entry = LedgerEntry.objects.get(action="portal.preferences")
    assert entry.changes["name"] == ["", "新名称"]


def test_others_than_the_office_may_not(top):
    bureau = make_organ(parent=top)
    for user in (
        make_user(Role.INFORMATION_OFFICER, top),
        make_user(Role.DISCLOSURE_OFFICE, bureau),
    ):
        with pytest.raises(PermissionDenied):
            save_preferences(Actor.for_user(user), name="别人的网站")


def test_two_people_do_not_write_over_each_other(save, office):
    row = save(name="第一")
    save(name="第二")
    with pytest.raises(ValidationError, match="已被他人修改"):
        save_preferences(office, seen=row.updated_at, name="第三")


# -- the screen ---------------------------------------------------------------------------------


@pytest.fixture
def at_desk(client, top):
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, top))
    return client


def test_the_form_saves_and_says_what_is_wrong_without_losing_anything(at_desk):
    page = LexborHTMLParser(at_desk.get("/staff/site/").content.decode())
    blocks = page.css_first("#id_blocks").text()
    assert "最新政策和解读" in blocks
    given = {"name": "义马市人民政府", "brand": "#7fb2e5", "blocks": blocks}
    refused = at_desk.post("/staff/site/", given)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "4.5:1" in text
    assert 'value="义马市人民政府"' in text
    saved = at_desk.post("/staff/site/", {**given, "brand": "#00563f"})
    assert saved.status_code == 302
    row = SitePreferences.objects.get()
    assert (row.name, row.brand, row.blocks) == ("义马市人民政府", "#00563f", [])


def test_the_parts_of_the_start_page_are_chosen_by_their_names(at_desk):
    at_desk.post("/staff/site/", {"blocks": "公开数字\n最新政策和解读\n"})
    assert SitePreferences.objects.get().blocks == ["figures", "policies"]
    refused = at_desk.post("/staff/site/", {"blocks": "广告"})
    assert refused.status_code == 422
    assert "没有“广告”这个版块" in refused.content.decode()


def test_an_emblem_is_uploaded_with_the_form(at_desk):
    upload = SimpleUploadedFile("emblem.svg", SVG, "image/svg+xml")
    at_desk.post("/staff/site/", {"blocks": "公开数字", "emblem": upload})
    assert b"script" not in bytes(SitePreferences.objects.get().emblem)


def test_the_menu_shows_it_to_the_office_alone(at_desk, client, top):
    assert "/staff/site/" in at_desk.get("/staff/").content.decode()
    client.force_login(make_user(Role.INFORMATION_OFFICER, top))
    assert client.get("/staff/site/")["Location"] == "/staff/"
