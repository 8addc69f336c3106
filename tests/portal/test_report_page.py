"""The page of one report: the statutory tables, files, versions, and figures that open records."""

import json
import re

import pytest
from django.urls import reverse

from gongkai.organs.models import Role
from gongkai.reports.models import AnnualReport, State
from tests.factories.organs import make_organ, make_user
from tests.portal.factories import publish

ADDRESS = "/reports/411281/2020/"


def test_the_figures_stand_in_the_statutory_tables(published_city, read):
    page = read(ADDRESS)
    assert page.css_first("h1").text() == "义马市人民政府2020年政府信息公开工作年度报告"
    assert len(page.css("main table")) == 3
    assert page.css_first('[data-cell="t2.permit.decisions"]').text() == "5292"
    assert page.css_first('[data-cell="t2.procurement.amount"]').text() == "37597.005"


def test_every_section_is_in_the_table_of_contents(published_city, read):
    page = read(ADDRESS)
    entries = page.css(".toc a")
    assert [entry.text() for entry in entries[:-1]] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]
    for entry in entries:
        assert page.css_first(entry.attributes["href"]) is not None


def test_seal_and_date_are_on_the_page(published_city, read):
    report = AnnualReport.objects.get(organ=published_city.top, year=2020)
    text = read(ADDRESS).css_first("main").text()
    assert report.checksum in text
    assert "2021年3月20日" in text


def test_last_years_figure_stands_beside_in_small_type(published_city, read):
    cell = read("/reports/411281/2022/").css_first('[data-cell="t2.permit.decisions"]')
    assert cell.text() == "500"
    assert cell.attributes["data-previous"] == "上年 400"


def test_a_figure_of_last_year_that_is_not_published_stays_unseen(city, read):
    publish(city.top, 2022, {"t2.permit.decisions": 500})
    draft = publish(make_organ(parent=city.top), 2021, {"t2.permit.decisions": 400})
    AnnualReport.objects.create(
        organ=city.top,
        year=2021,
        scope="aggregate",
        format_id="2021",
        state=State.SUBMITTED,
        cells=draft.cells,
    )
    cell = read("/reports/411281/2022/").css_first('[data-cell="t2.permit.decisions"]')
    assert "data-previous" not in cell.attributes


def test_the_years_before_and_after_are_one_click_away(published_city, read):
    links = read("/reports/411281/2021/").css(".neighbours a")
    assert [link.attributes["href"] for link in links] == [ADDRESS, "/reports/411281/2022/"]


def test_a_year_that_was_not_published_says_which_years_were(published_city, client):
    response = client.get("/reports/411281/2019/")
    assert response.status_code == 404
    assert "已公布的年度：2020、2021、2022" in response.content.decode()


def test_a_draft_has_no_page(city, client):
    AnnualReport.objects.create(organ=city.top, year=2021, scope="aggregate", format_id="2021")
    response = client.get("/reports/411281/2021/")
    assert response.status_code == 404
    assert "没有公布过年度报告" in response.content.decode()


@pytest.mark.parametrize("year", ["20", "abcd", "99999", "2020.5"])
def test_an_address_with_no_year_is_not_found(published_city, client, year):
    assert client.get(f"/reports/411281/{year}/").status_code == 404


# -- Versions ----------------------------------------------------------------------------------


@pytest.fixture
def corrected(city):
    first = publish(city.top, 2021, {"t2.permit.decisions": 386})
    return publish(
        city.top,
        2021,
        {"t2.permit.decisions": 400},
        supersedes=first,
        change_note="行政许可数量由386更正为400",
    )


def test_a_corrected_report_says_so_and_what_changed(corrected, read):
    page = read("/reports/411281/2021/")
    assert page.css_first('[data-cell="t2.permit.decisions"]').text() == "400"
    assert "经过更正" in page.css_first(".notice.warn").text()
    assert "由386更正为400" in page.css_first(".versions").text()


def test_the_superseded_version_stays_and_points_to_the_one_in_force(corrected, read):
    page = read("/reports/411281/2021/", version="1")
    assert page.css_first('[data-cell="t2.permit.decisions"]').text() == "386"
    notice = page.css_first(".notice.bad")
    assert "已被更正" in notice.text()
    assert notice.css_first("a").attributes["href"] == "/reports/411281/2021/"
    assert page.css_first('meta[name="robots"]').attributes["content"] == "noindex"
    assert page.css_first(".files a").attributes["href"].endswith("annual-report.pdf?version=1")


@pytest.mark.parametrize("version", ["3", "0", "99999999", "²", "-1"])
def test_a_version_that_never_was_is_not_taken_for_another(corrected, client, version):
    response = client.get("/reports/411281/2021/", {"version": version})
    if version in ("3", "0"):
        assert response.status_code == 404
    else:
        assert "由386更正为400" in response.content.decode()


def test_the_office_alone_has_its_own_address(city, read):
    publish(city.top, 2022, {"t3.new.natural": 31}, scope="aggregate")
    publish(city.top, 2022, {"t3.new.natural": 4}, scope="own")
    assert read("/reports/411281/2022/").css_first('[data-cell="t3.new.total"]').text() == "31"
    own = read("/reports/411281/2022/", scope="own")
    assert own.css_first('[data-cell="t3.new.total"]').text() == "4"
    addresses = [link.attributes["href"] for link in read("/reports/").css("tbody th a")]
    assert addresses == ["/reports/411281/2022/", "/reports/411281/2022/?scope=own"]


# -- Records behind the figures ----------------------------------------------------------------


def record_links(page) -> list[str]:
    return [link.attributes["href"] for link in page.css("td[data-cell] a")]


def test_figures_open_their_records_for_staff_of_the_body(published_city, client, read):
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, published_city.top))
    links = record_links(read(ADDRESS))
    expected = reverse("reports:figure", args=["411281", 2020, "aggregate", "t2.permit.decisions"])
    assert expected in links


def test_figures_are_no_links_for_the_public_and_for_other_bodies_staff(
    published_city, client, read
):
    assert record_links(read(ADDRESS)) == []
    client.force_login(make_user(Role.INFORMATION_OFFICER, published_city.police))
    assert record_links(read(ADDRESS)) == []


def test_a_page_with_links_to_records_is_never_kept_by_a_shared_cache(published_city, client):
    public = client.get(ADDRESS)
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, published_city.top))
    staff = client.get(ADDRESS)
    assert public["Cache-Control"] == "public, no-cache"
    assert staff["Cache-Control"] == "private, no-cache"
    assert staff["ETag"] != public["ETag"]


# -- Files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extension", "media_type", "start"),
    [
        ("pdf", "application/pdf", b"%PDF-"),
        (
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            b"PK",
        ),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("json", "application/json", b"{"),
        ("xml", "application/xml", b"<?xml"),
    ],
)
def test_the_report_is_had_as_every_kind_of_file(
    published_city, client, extension, media_type, start
):
    response = client.get(f"{ADDRESS}annual-report.{extension}")
    assert response.status_code == 200
    assert response["Content-Type"] == media_type
    assert response.content.startswith(start)
    disposition = response["Content-Disposition"]
    assert disposition.startswith("inline" if extension == "pdf" else "attachment")
    assert "%E4%B9%89%E9%A9%AC%E5%B8%82" in disposition  # 义马市


def test_a_file_is_drawn_once_and_again_after_a_correction(city, client, monkeypatch):
    from gongkai.portal.views import report as view

    drawn = []
    monkeypatch.setattr(
        view, "render", lambda document, kind: drawn.append(document.version) or b"{}"
    )
    first = publish(city.top, 2021)
    address = "/reports/411281/2021/annual-report.json"
    client.get(address)
    client.get(address)
    publish(city.top, 2021, supersedes=first, change_note="更正")
    client.get(address)
    assert drawn == [1, 2]


def test_json_holds_the_published_figures(published_city, client):
    data = json.loads(client.get(f"{ADDRESS}annual-report.json").content)
    assert data["cells"]["t2.permit.decisions"] == 5292


@pytest.mark.parametrize("extension", ["exe", "html", "doc", ""])
def test_other_kinds_of_file_are_not_found(published_city, client, extension):
    assert client.get(f"{ADDRESS}annual-report.{extension}").status_code == 404


def test_the_page_carries_no_inline_style_or_script(published_city, client):
    """A data block is not executed."""
    text = client.get(ADDRESS).content.decode()
    block = r'<script type="application/ld\+json">.*?</script>'
    text = re.sub(block, "", text, flags=re.DOTALL)
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son\w+=", text)


def test_the_page_costs_the_same_whatever_the_number_of_bodies(
    published_city, client, django_assert_num_queries
):
    client.get(ADDRESS)
    with django_assert_num_queries(5):
        client.get(ADDRESS)
    for _ in range(50):
        publish(make_organ(parent=published_city.top), 2020)
    with django_assert_num_queries(5):
        client.get(ADDRESS)
