"""The sample city: its records count to what the real city published, and look like life."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from gongkai.demo.acts import generate_acts
from gongkai.demo.city import load_city
from gongkai.demo.requests import generate_cases
from gongkai.desk.queries import work_lists
from gongkai.foi.models import FoiRequest, RemedyCase
from gongkai.organs.models import Membership, Organ, Role
from gongkai.registers.models import Decision
from gongkai.reports import queries
from gongkai.reports.build import build
from gongkai.reports.models import AnnualReport
from gongkai.statute.outcomes import OUTCOMES
from gongkai.workdays.queries import current_calendar
from tests.demo.conftest import SEED, UNTIL

PUBLISHED = json.loads(
    (Path(__file__).parent.parent / "reports/render/yima_2020.json").read_text("utf-8"),
    parse_float=Decimal,
)


def test_the_2020_report_counted_from_records_equals_the_published_one(loaded_city):
    """Given the city's records, when 2020 is built, then every cell is as published."""
    built = build("411281", 2020)
    assert built.format.id == PUBLISHED["format"] == "2019"
    assert len(built.cells) == 198
    for cell, value in built.cells.items():
        assert value == PUBLISHED["cells"].get(cell, PUBLISHED["other_cells"]), cell
    assert built.declared == {}


def test_the_2020_report_equals_the_reference_cell_by_cell(loaded_city):
    reference = Path(__file__).parents[3] / "shared/reference/yima-2020.json"
    if not reference.exists():
        pytest.skip("the reference files are not part of the project")
    cells = json.loads(reference.read_text("utf-8"), parse_float=Decimal)["cells"]
    assert build("411281", 2020).cells == cells


@pytest.mark.parametrize("year", [2020, 2021])
def test_every_figure_opens_the_records_behind_it(loaded_city, year):
    """Given the disclosure office, when a figure is opened, then its records add up to it."""
    office = get_user_model().objects.get(username="gongkaiban")
    city = Organ.objects.get(code="411281")
    built = build(city, year)
    opened = 0
    for cell, value in built.cells.items():
        spec = built.format.cells[cell]
        behind = queries.behind(office, city, year, "aggregate", cell)
        assert behind is not None, cell
        assert behind.hidden == 0
        assert sum(part for _, part in behind.counts) == value, cell
        if spec.type == "int" and not spec.signed and value:
            assert behind.records.count() == value, cell
            opened += 1
    assert opened > (8 if year == 2020 else 60)


def test_the_stored_report_is_the_one_that_was_counted(loaded_city):
    report = queries.published_report("411281", 2020)
    assert report.state == "published"
    assert report.checksum
    assert report.cells["t2.procurement.amount"] == "37597.005"


def test_later_years_show_every_outcome_and_all_of_table_four(loaded_city):
    results = {code for code in OUTCOMES if code != "CARRIED"}
    decided = FoiRequest.objects.filter(decided_on__isnull=False)
    assert set(decided.values_list("outcome", flat=True)) == results
    assert {kind for (kind,) in RemedyCase.objects.values_list("kind")} >= {"review", "direct"}
    cells = build("411281", 2021).cells
    assert cells["t3.carried_out.total"] > 0
    assert cells["t4.review.total"] > 0
    assert (
        build("411281", 2022, today=UNTIL).cells["t3.carried_in.total"]
        == cells["t3.carried_out.total"]
    )


def test_every_published_report_holds_its_constraints(loaded_city):
    assert AnnualReport.objects.filter(state="published").count() == 2 * 31
    for code, year in AnnualReport.objects.values_list("organ__code", "year"):
        assert build(code, year, today=UNTIL).violations == []


def test_the_loader_leaves_a_ledger_that_holds(loaded_city):
    out = StringIO()
    call_command("ledger", "verify", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["ok"] is True
    assert told["entries"] > 500


def test_the_start_page_of_the_demo_s_people_shows_work(loaded_city):
    """Given the city, when a person of the demo comes in, then something awaits them."""
    for username, wanted in {
        "jingban": ("待办的政府信息公开申请", 6),
        "xinxiyuan": ("年度报告：退回待修改", 1),
        "gongkaiban": ("年度报告：待审核", 1),
    }.items():
        user = get_user_model().objects.get(username=username)
        lists = {one.title: one for one in work_lists(user, UNTIL)}
        title, number = wanted
        assert lists[title].total >= number
    jingban = get_user_model().objects.get(username="jingban")
    urgent = [
        task.due_label for one in work_lists(jingban, UNTIL) for task in one.tasks if task.is_urgent
    ]
    assert any("逾期" in words for words in urgent)


def test_the_demo_has_one_obviously_invented_person_a_role(loaded_city):
    roles = list(Membership.objects.values_list("role", flat=True))
    assert sorted(roles) == sorted(Role.values)
    for person in get_user_model().objects.exclude(username="AnonymousUser"):
        assert person.display_name.startswith("演示")


def test_no_record_of_the_demo_names_a_private_person(loaded_city):
    """Titles are made of fields and patterns; the register's own guard let every one pass."""
    titles = Decision.objects.order_by().values_list("title", flat=True).distinct()
    assert not [title for title in titles if "先生" in title or "女士" in title]


def test_the_same_seed_makes_the_same_city(loaded_city):
    city = load_city()
    ids = {organ.code: organ.pk for organ in Organ.objects.all()}

    def acts(seed):
        made = generate_acts(city, ids, seed, UNTIL)
        return [(d.organ_id, d.document_number, d.title, d.decided_on) for d in made.decisions]

    def cases(seed):
        return list(generate_cases(city, current_calendar(), seed, UNTIL))

    assert acts(1) == acts(1)
    assert acts(1) != acts(2)
    assert cases(1) == cases(1)
    assert cases(1) != cases(2)
    assert acts(SEED)
