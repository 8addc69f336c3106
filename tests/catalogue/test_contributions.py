"""What the room tells the start page, the calendar and the console."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gongkai.catalogue import deadlines, worklist
from gongkai.catalogue.models import CatalogueEntry, Occasion, StandardCatalogue
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role
from gongkai.statute.workdays import DayStatus, LayeredCalendar
from tests.factories.catalogue import (
    make_adopted_entry,
    make_catalogue,
    make_entry,
    make_field,
    make_occasion,
)
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

TODAY = date(2020, 4, 1)


@pytest.fixture
def city():
    return make_organ("411281", name="测试市人民政府")


@pytest.fixture
def office(city):
    return make_organ("411281-001", parent=city, name="测试市教育局")


# -- the start page ----------------------------------------------------------------------------


def test_an_officer_sees_what_is_late_and_what_is_due_within_a_month(city, office):
    entry = make_adopted_entry(office)
    other = make_organ(parent=city)
    make_occasion(office, entry, label="逾期的")
    make_occasion(office, entry, label="快到的", due_on=TODAY + timedelta(days=3))
    make_occasion(office, entry, label="下月的", due_on=TODAY + timedelta(days=29))
    make_occasion(office, entry, label="很远的", due_on=TODAY + timedelta(days=60))
    make_occasion(office, entry, label="已公开的", fulfilled_on=date(2020, 3, 20))
    make_occasion(office, entry, label="没开始的", opens_on=TODAY + timedelta(days=1),
                  due_on=TODAY + timedelta(days=5))  # fmt: skip
    make_occasion(other, entry, label="别局的")
    user = make_user(Role.INFORMATION_OFFICER, office)
    found = worklist.due_publications(user, TODAY)
    assert [t.title.partition("（")[2] for t in found.tasks] == ["逾期的）", "快到的）", "下月的）"]
    assert (found.total, found.late, found.now) == (3, 1, 1)
    assert [t.due_label for t in found.tasks] == ["已逾期2天", "还有3天", "还有29天"]
    assert found.tasks[0].is_urgent


def test_who_writes_nothing_is_told_of_nothing(office):
    make_occasion(office, make_adopted_entry(office))
    assert worklist.due_publications(make_user(Role.SECRECY_REVIEWER, office), TODAY).total == 0


def test_the_office_sees_who_is_late_in_the_table_of_bodies_and_not_again_among_its_tasks(
    city, office
):
    entry = make_adopted_entry(office)
    other = make_organ(parent=city, name="另一局")
    make_occasion(office, entry)
    for _ in range(2):
        make_occasion(other, entry)
    user = make_user(Role.DISCLOSURE_OFFICE, city)
    (column,) = worklist.overdue_by_body(user, TODAY)
    assert (column.cells[other.pk].text, column.cells[office.pk].text) == ("2", "1")
    assert [work.total for work in (source(user, TODAY) for source in worklist.sources)] == [0]
    (column,) = worklist.overdue_by_body(make_user(Role.INFORMATION_OFFICER, other), TODAY)
    assert office.pk not in column.cells


def test_the_lists_ask_a_constant_number_of_statements(city, office):
    entry = make_adopted_entry(office)
    user = make_user(Role.DISCLOSURE_OFFICE, city)

    def statements():
        with CaptureQueriesContext(connection) as asked:
            for source in worklist.sources:
                source(user, TODAY)
            worklist.overdue_by_body(user, TODAY)
        return len(asked)

    make_occasion(city, entry)
    statements()
    one = statements()
    for _ in range(20):
        make_occasion(make_organ(parent=city), entry)
        make_occasion(city, entry)
    assert statements() == one


def test_the_start_page_draws_the_task_and_its_link(client, office):
    occasion = make_occasion(office, make_adopted_entry(office), due_on=timezone.localdate())
    client.force_login(make_user(Role.INFORMATION_OFFICER, office))
    page = client.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("catalogue:occasion_detail", args=[occasion.pk]) in page
    assert "今天到期" in page


# -- the calendar ------------------------------------------------------------------------------


def test_open_obligations_move_with_the_calendar_and_nothing_is_written(office):
    entry = make_adopted_entry(office)
    moving = make_occasion(office, entry)
    make_occasion(office, entry, fulfilled_on=date(2020, 3, 20))
    make_occasion(office, make_budget(office), kind="approved")
    old = LayeredCalendar()
    new = LayeredCalendar({date(2020, 3, 16): DayStatus(False, False, "notice", "测试假")})
    (move,) = deadlines.moved(old, new)
    assert (move.old, move.new) == (date(2020, 3, 30), date(2020, 3, 31))
    assert move.organ_name == office.label
    assert Occasion.objects.get(pk=moving.pk).due_on == date(2020, 3, 30)


def make_budget(organ):
    """An entry in calendar days, which no holiday moves."""
    catalogue = make_catalogue(make_organ())
    return make_entry(catalogue, trigger="财政部门批复", day_type="calendar")


def test_due_dates_are_rebuilt_from_the_calendar_in_force(office):
    occasion = make_occasion(office, make_adopted_entry(office), due_on=date(2020, 1, 1))
    assert deadlines.refresh(Actor.command("test")) == 1
    occasion.refresh_from_db()
    assert occasion.due_on == date(2020, 3, 30)
    assert deadlines.refresh(Actor.command("test")) == 0


# -- the console -------------------------------------------------------------------------------


def test_setup_makes_a_city_ready(city, capsys):
    call_command("catalogue", "setup", "--organ", city.code, "--year", "2020")
    out = capsys.readouterr().out
    assert "领域26个" in out
    assert "待核" in out
    assert StandardCatalogue.objects.get().year == 2020
    call_command("catalogue", "setup", "--organ", city.code)
    assert "公开事项0条" in capsys.readouterr().out


def test_setup_needs_a_government_that_exists(office):
    with pytest.raises(CommandError, match="没有代码为"):
        call_command("catalogue", "setup", "--organ", "无")
    with pytest.raises(CommandError, match="请选择政府"):
        call_command("catalogue", "setup", "--organ", office.code)


def table(tmp_path: Path, text: str) -> str:
    file = tmp_path / "目录.csv"
    file.write_text(text, "utf-8")
    return str(file)


def test_the_command_imports_into_the_draft(city, tmp_path, capsys):
    make_field("YWJY", name="义务教育")
    file = table(tmp_path, "事项编码,领域代码,一级事项,公开时限\nA-1,YWJY,政策,看情况\n")
    with pytest.raises(CommandError, match="没有编制中的标准目录"):
        call_command("catalogue", "import", file, "--organ", city.code)
    make_catalogue(city)
    call_command("catalogue", "import", file, "--organ", city.code, "--dry-run")
    assert "没有读懂公开时限" in capsys.readouterr().out
    assert not CatalogueEntry.objects.exists()
    call_command("catalogue", "import", file, "--organ", city.code, "--json")
    assert '"created": 1' in capsys.readouterr().out
    assert CatalogueEntry.objects.get().code == "A-1"


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_names_bad_rows_and_exits_with_one(city, tmp_path, capsys, as_json):
    make_field("YWJY", name="义务教育")
    make_catalogue(city)
    file = table(tmp_path, "事项编码,领域代码,一级事项\nA-1,YWJY,政策\nA-1,YWJY,政策二\n")
    options = ["--json"] if as_json else []
    with pytest.raises(SystemExit) as ended:
        call_command("catalogue", "import", file, "--organ", city.code, *options)
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert "重复" in (said.out if as_json else said.err)
    assert not CatalogueEntry.objects.exists()


def test_the_command_refuses_what_is_no_table(city, tmp_path):
    make_catalogue(city)
    file = table(tmp_path, "甲,乙\n1,2\n")
    with pytest.raises(CommandError, match="没有找到标准目录的表头") as refused:
        call_command("catalogue", "import", file, "--organ", city.code)
    assert refused.value.returncode == 2
