"""The sample city: its records count to what the real city published, and look like life."""

import json
import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone

from gongkai.catalogue.models import ColumnKind, Duty, Occasion, StandardCatalogue
from gongkai.demo import citizens
from gongkai.demo.acts import generate_acts
from gongkai.demo.city import load_city
from gongkai.demo.desks import fictitious_number
from gongkai.demo.items import Matter, generate_items, numbers_of
from gongkai.demo.requests import generate_cases
from gongkai.desk.queries import work_lists
from gongkai.disclosure import facts
from gongkai.disclosure import queries as disclosure
from gongkai.disclosure.bulk.interpretation import owed
from gongkai.disclosure.models import (
    DisclosedItem,
    DocumentKind,
    GuardRun,
    PublicTrace,
    Status,
    StoredFile,
    ValidityRound,
)
from gongkai.foi.models import Applicant, Approval, FoiRequest, Intake, Notice, RemedyCase
from gongkai.foi.persons import opened
from gongkai.guard.models import LexiconTerm
from gongkai.organs.models import Deputation, Membership, Organ, Role
from gongkai.registers.models import Decision, NormativeDocument
from gongkai.reports import queries
from gongkai.reports.build import build
from gongkai.reports.models import AnnualReport
from gongkai.statute import document_numbers
from gongkai.statute.identity import is_identity_number
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
    assert set(roles) == set(Role.values)
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


# -- what was published ---------------------------------------------------------------------------
def test_the_items_of_2020_count_to_what_the_city_printed(loaded_city):
    """Given the records, when 2020 is built, then its measures are those of the printed report."""
    printed = loaded_city.facts_2020["narrative"]
    measures = build("411281", 2020).measures
    assert {name: measures[f"m.items.{name}"] for name in (
        "published", "overview", "news", "catalogue",
    )} == {
        "published": printed["items_published"],
        "overview": printed["overview_items"],
        "news": printed["news_items"],
        "catalogue": printed["catalogue_updates"],
    }  # fmt: skip
    assert printed["items_published"] == 5505


def test_the_items_behind_the_figures_add_up(loaded_city):
    built = build("411281", 2020)
    for measure, number in built.measures.items():
        if measure.startswith("m.items."):
            items = facts.item_records(built.format, 2020, measure, Organ.objects.all())
            assert items.count() == number, measure


def test_the_report_of_2020_tells_the_counted_figures(loaded_city):
    """Given figures that nobody typed, then the published text states them (条例第五十条)."""
    text = re.sub("<[^>]+>", "", queries.published_report("411281", 2020).sections["s1"])
    for words in (
        "5505条",
        "概况类信息2条",
        "政务动态信息450条",
        "信息公开目录信息979条",
        "550136次",
    ):
        assert words in text


def test_every_kind_of_column_is_in_use(loaded_city):
    live = DisclosedItem.objects.filter(live=True)
    kinds = set(live.order_by().values_list("column__kind", flat=True))
    assert kinds == set(ColumnKind.values)
    assert live.order_by().values("organ").distinct().count() == 31
    assert not live.filter(published_at__date__gt=timezone.localdate()).exists()


def test_document_numbers_run_through_but_for_a_few_gaps(loaded_city):
    """Given the numbers of a body and year, then hardly any is missing or given twice."""
    series = defaultdict(list)
    for text in DisclosedItem.objects.exclude(document_number="").values_list(
        "document_number", flat=True
    ):
        number = document_numbers.parse(text)
        assert number is not None
        assert number.recognised, text
        if "规" not in number.prefix:
            series[number.prefix, number.year].append(number.serial)
    assert all(len(set(those)) == len(those) for those in series.values())
    gaps = [gap for those in series.values() for gap in document_numbers.gaps(those)]
    assert 0 < len(gaps) < len(series) / 2


def test_normative_documents_say_what_the_register_says(loaded_city):
    """Table two counts the register; the public reads the same documents, no others."""
    register = {
        one.document_number: (one.organ_id, one.issued_on, one.repealed_on, one.expires_on)
        for one in NormativeDocument.objects.filter(published_on__lte=UNTIL)
    }
    items = DisclosedItem.objects.filter(document_kind=DocumentKind.NORMATIVE)
    assert register == {
        one.document_number: (one.organ_id, one.formed_on, one.repealed_on, one.valid_until)
        for one in items
    }
    assert not items.filter(published_at__year=2020).exists()
    assert items.filter(live=True).count() == len(register)


def test_policies_and_interpretations_are_linked_both_ways(loaded_city):
    interpretations = DisclosedItem.objects.filter(
        document_kind=DocumentKind.INTERPRETATION, live=True
    )
    linked = interpretations.exclude(interprets=None)
    assert linked.count() > 0.9 * interpretations.count()
    assert all(one.interprets.live for one in linked.select_related("interprets"))
    assert owed(timezone.localdate()).count() >= 1


def test_ends_joint_documents_and_traces_are_there(loaded_city):
    items = DisclosedItem.objects.all()
    assert items.filter(repealed_on__isnull=False, successor__isnull=False).exists()
    assert items.filter(amended_on__isnull=False).exists()
    assert items.filter(issuers__order=1).exists()
    assert {trace.kind for trace in PublicTrace.objects.all()} >= {
        "corrected", "withdrawn", "repealed", "amended",
    }  # fmt: skip
    states = Counter(items.values_list("status", flat=True))
    for status in (
        Status.DRAFT, Status.IN_REVIEW, Status.RETURNED, Status.SCHEDULED, Status.WITHDRAWN,
        Status.DECIDED,
    ):  # fmt: skip
        assert states[status] >= 1, status
    assert StoredFile.objects.count() > 30


def test_the_catalogue_is_neither_empty_nor_complete(loaded_city):
    standard = StandardCatalogue.objects.get(state="in_force")
    assert standard.in_force_from == date(2022, 1, 1)
    states = Counter(Duty.objects.values_list("state", flat=True))
    assert states["applicable"] > 400
    assert states["not_applicable"] == 14
    assert states["empty"] == 10
    met = Occasion.objects.filter(fulfilled_on__isnull=False)
    assert met.exists()
    assert any(one.days_late(UNTIL) for one in met)
    assert Occasion.objects.filter(fulfilled_on=None, due_on__lt=UNTIL, empty_reason="").exists()


@pytest.mark.parametrize(
    ("username", "titles"),
    [
        ("shenhe", ["待审核"]),
        ("baomi", ["待保密审查"]),
        ("lingdao", ["待审批发布"]),
        ("fuzeren", ["待审核"]),
        ("gongkaiban", ["待审核", "待审批发布"]),
    ],
)
def test_everybody_who_reviews_finds_something(loaded_city, username, titles):
    user = get_user_model().objects.get(username=username)
    steps = {item.step for item in disclosure.awaiting(user)}
    wanted = {"待审核": "review", "待保密审查": "secrecy", "待审批发布": "approval"}
    assert steps == {wanted[title] for title in titles}
    assert work_lists(user, timezone.localdate())


def test_the_officer_s_desk_holds_every_trouble(loaded_city):
    officer = get_user_model().objects.get(username="xinxiyuan")
    assert disclosure.returned_to(officer).count() == 1
    (blocked,) = disclosure.blocked_for(officer)
    (run,) = GuardRun.objects.filter(item=blocked)
    assert {found["check"] for found in run.findings} >= {"pii_id", "removed_official"}


def test_the_office_holds_the_yearly_review_and_stands_in_for_the_leader(loaded_city):
    if ValidityRound.objects.exists():  # none once every document of the test has expired
        round_ = ValidityRound.objects.get()
        assert round_.year == timezone.localdate().year
        assert round_.reviews.exclude(proposal="").exists()
    deputation = Deputation.objects.get()
    assert deputation.principal.username == "lingdao"


def test_nobody_real_is_named(loaded_city):
    """The number is of nobody (order 000 is never given), the official is called 演示某某."""
    assert is_identity_number(fictitious_number())
    assert fictitious_number()[14:17] == "000"
    assert LexiconTerm.objects.get(kind="removed_official").word == "演示某某"


def test_the_same_seed_publishes_the_same(loaded_city):
    city = load_city()
    matters = [Matter(body.code, "zdly-zdxm", "X", "事项") for body in city.bodies]

    def rows(seed, year=2020):
        made = generate_items(
            city, seed, year, UNTIL, matters=matters, normative=[],
            linked_from=date(2021, 1, 1), volume=100,
        )  # fmt: skip
        return [*made.items, *made.interpretations]

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)
    assert len(rows(1)) == 5505
    assert sum(numbers_of(city, 2021, 100).values()) == 100


def test_on_the_request_desk_lies_a_case_of_every_kind_of_work(loaded_city):
    today = timezone.localdate()
    citizens.fill_desk(loaded_city, today)
    assert Intake.objects.filter(state="waiting").count() == 2
    mine = FoiRequest.objects.filter(intake__isnull=False)
    assert sorted(mine.values_list("state", flat=True)) == [
        "delivered",
        "paused",
        "running",
        "running",
    ]
    assert sorted(Approval.objects.filter(state="pending").values_list("kind", flat=True)) == [
        "decision",
        "extension",
    ]
    assert set(Notice.objects.filter(state="issued").values_list("kind", flat=True)) == {
        "N05",
        "N06",
        "N10",
    }
    for applicant in Applicant.objects.all():
        person, _ = opened(applicant)
        assert "示例" in person.name
        assert person.identity_number.startswith("演示")
