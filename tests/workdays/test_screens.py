"""The calendar's screens in the staff shell."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongkai.organs.models import Role
from gongkai.workdays.models import HolidayNotice
from gongkai.workdays.services import accept_notice
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    """The disclosure office, logged in."""
    user = make_user(Role.DISCLOSURE_OFFICE, make_organ())
    client.force_login(user)
    return client


def urls(pk: int) -> list[str]:
    return [
        reverse("workdays:index"),
        reverse("workdays:import"),
        reverse("workdays:notice", args=[pk]),
    ]


def test_the_screens_are_for_those_who_manage_the_calendar(client, of_2027, console) -> None:
    pk = accept_notice(console, of_2027).notice.pk
    for url in urls(pk):
        assert client.get(url).status_code == 302
    city = make_organ()
    client.force_login(make_user(Role.INFORMATION_OFFICER, city))
    for url in urls(pk):
        response = client.get(url)
        assert response.status_code in (302, 403)
        assert of_2027[:20] not in response.content.decode()
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, city))
    for url in urls(pk):
        assert client.get(url).status_code == 200


def test_the_year_shows_rest_days_make_up_days_and_where_the_data_comes_from(office) -> None:
    page = office.get(reverse("workdays:index"), {"year": "2026"}).content.decode()
    assert "2026年工作日共248天" in page
    assert 'title="5月9日 劳动节调休上班"' in page
    assert "还没有导入过通知" in page
    provisional = office.get(reverse("workdays:index"), {"year": "2028"}).content.decode()
    assert "结果为暂定" in provisional


@pytest.mark.parametrize("year", ["", "abc", "1", "999999999999"])
def test_a_senseless_year_shows_the_current_one(office, year: str) -> None:
    assert office.get(reverse("workdays:index"), {"year": year}).status_code == 200


def test_a_preview_shows_days_problems_and_moves_and_writes_nothing(office, of_2027, room) -> None:
    text = of_2027.replace("2月13日（周六）", "2月13日（周五）")
    response = office.post(reverse("workdays:import"), {"text": text, "year": ""})
    page = response.content.decode()
    assert response.status_code == 200
    assert "有1个问题，请先核对" in page
    assert "2027-02-13 写作“周五”，而该日是周六" in page
    assert "原句：2月13日（周五）上班。" in page
    assert "2027年2月17日" in page
    assert "2027年2月23日" in page
    assert "仍然接受的理由" in page
    assert text.split("\n")[3] in page
    assert not HolidayNotice.objects.exists()


def accept(client, text: str, **more):
    data = {"text": text, "year": "", "seen_version": "0", "accept": "1", **more}
    return client.post(reverse("workdays:import"), data)


def test_accepting_leads_to_the_year_with_a_message(office, of_2027) -> None:
    response = accept(office, of_2027)
    assert response["Location"] == f"{reverse('workdays:index')}?year=2027"
    page = office.get(response["Location"]).content.decode()
    assert "工作日历现为第1版" in page
    assert "现行" in page


def test_a_problem_without_a_reason_keeps_the_text_and_says_what_to_do(office, of_2027) -> None:
    text = of_2027.replace("2月13日（周六）", "2月13日（周五）")
    response = accept(office, text)
    page = response.content.decode()
    assert response.status_code == 422
    assert "写明仍然接受的理由" in page
    assert text.split("\n")[3] in page
    assert accept(office, text, override_reason="已核实").status_code == 302


def test_a_text_that_is_no_notice_keeps_the_text(office) -> None:
    response = office.post(reverse("workdays:import"), {"text": "明天放假", "year": "2027"})
    page = response.content.decode()
    assert "没有读到任何放假或上班的日期" in page
    assert "明天放假</textarea>" in page
    assert 'name="accept"' not in page
    too_long = office.post(reverse("workdays:import"), {"text": "放假" * 20_000})
    assert too_long.status_code == 422
    assert "请只粘贴通知的标题和正文" in too_long.content.decode()


def test_the_notice_in_force_is_recognised(office, of_2027, console) -> None:
    accept_notice(console, of_2027)
    text = of_2027.replace("\n", "\r\n")  # as browsers send it
    page = office.post(reverse("workdays:import"), {"text": text}).content.decode()
    assert "无须再次导入" in page
    assert 'name="accept"' not in page


def test_someone_was_quicker(office, of_2026, of_2027, console) -> None:
    accept_notice(console, of_2026)
    response = accept(office, of_2027, seen_version="0")
    assert response.status_code == 422
    assert "已被他人更新" in response.content.decode()


def test_a_replaced_notice_leads_to_the_one_in_force(office, of_2027, console) -> None:
    first = accept_notice(console, of_2027).notice
    accept_notice(console, of_2027.replace("妥善", "认真"))
    page = office.get(reverse("workdays:notice", args=[first.pk])).content.decode()
    assert "已被" in page
    assert "第2版" in page
    missing = reverse("workdays:notice", args=[2**70])
    assert office.get(missing).status_code == 404


def test_markup_in_a_notice_is_text(office, of_2027) -> None:
    text = of_2027.replace("妥善", "<script>alert(1)</script>")
    page = office.post(reverse("workdays:import"), {"text": text}).content.decode()
    assert "<script>alert(1)" not in page


def test_the_number_of_statements_does_not_grow_with_the_history(office, of_2027, console) -> None:
    counted = []
    for n in range(12):
        accept_notice(console, of_2027.replace("妥善", f"第{n}次妥善"))
        if n in (0, 11):
            office.get(reverse("workdays:index"), {"year": "2027"})  # fills the caches
            with CaptureQueriesContext(connection) as statements:
                office.get(reverse("workdays:index"), {"year": "2027"})
            counted.append(len(statements))
    assert counted[0] == counted[1]
