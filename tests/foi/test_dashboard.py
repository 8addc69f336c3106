"""The dashboard: its year is table three, and every number opens as many cases as it says."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from selectolax.lexbor import LexborHTMLParser

from gongkai.foi import dashboard, facts
from gongkai.foi.dashboard import Asked, Period
from gongkai.foi.models import CaseLink, FoiEvent, FoiRequest
from gongkai.foi.views.lists import RequestFilters
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import policy
from gongkai.organs.models import Organ, Role
from gongkai.statute.formats import APPLICANT_KINDS, get_format
from gongkai.statute.outcomes import OUTCOMES
from tests.factories.foi import make_case, make_request, received
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

F2021 = get_format("2021")
DECISIONS = [code for code, outcome in OUTCOMES.items() if outcome.is_decision]
TODAY = date(2022, 11, 25)
ADDRESS = "/staff/foi/dashboard/"


@pytest.fixture
def city():
    """A government and two bureaus below it, with the person of the disclosure office."""
    top = make_organ("411281", name="义马市人民政府")
    bureaus = [
        make_organ(f"411281-00{number}", name=name, parent=top)
        for number, name in ((1, "甲局"), (2, "乙局"))
    ]
    return top, bureaus, make_user(Role.DISCLOSURE_OFFICE, top)


def chance(organs, number=60, seed=411281):
    """Requests of the bodies over two years, with every kind of result, some of them late."""
    dice = random.Random(seed)
    for _ in range(number):
        came = date(2021, 1, 1) + timedelta(dice.randrange(720))
        took = dice.choice([None, *range(1, 200, 7)])
        ended = None if took is None else came + timedelta(took)
        request = make_request(
            dice.choice(organs),
            applicant_kind=dice.choice(APPLICANT_KINDS),
            received_on=came,
            decided_on=ended,
            outcome=dice.choice(DECISIONS) if ended else "",
            answered_late=dice.choice([True, False, None]) if ended else None,
            result_days=took,
            state="delivered" if ended else dice.choice(["running", "awaiting_correction"]),
            due_on=None if ended else came + timedelta(30),
        )
        if dice.random() < 0.2:
            FoiEvent.objects.create(
                request=request,
                seq=1,
                type="fee_paid",
                on=came + timedelta(9),
                data={"amount": 40},
                recorded_at=timezone.now(),
                recorded_by="测试",
            )


def page_of(client, user, **query):
    client.force_login(user)
    answer = client.get(ADDRESS, query)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def row_of(page, table, label):
    """The texts of a row of a table by its heading."""
    for row in page.css(f"#{table} tbody tr"):
        if row.css_first("th").text() == label:
            return [cell.text().strip() for cell in row.css("td")]
    raise AssertionError(label)


# -- periods -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        (date(2024, 2, 1), date(2024, 2, 29), (date(2023, 2, 1), date(2023, 2, 28))),
        (date(2025, 1, 1), date(2025, 2, 28), (date(2024, 1, 1), date(2024, 2, 29))),
        (date(2022, 1, 1), date(2022, 11, 25), (date(2021, 1, 1), date(2021, 11, 25))),
    ],
)
def test_the_same_days_of_the_year_before_end_where_these_end(first, last, before):
    assert Period(first, last).year_before() == Period(*before)


def test_a_year_that_is_not_over_is_compared_with_the_same_part_of_the_year_before(city):
    _top, (bureau, _), office = city
    for day in (date(2021, 11, 25), date(2021, 11, 26), date(2022, 11, 25)):
        make_request(bureau, received_on=day)
    counted = dashboard.by_month(office, Asked(Period.of_months(2022, 1, 12)), TODAY)
    assert (counted.total.figures.received, counted.before.received) == (1, 1)


# -- table three -------------------------------------------------------------------------------

HISTORIES = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(APPLICANT_KINDS),
        st.dates(date(2020, 6, 1), date(2022, 6, 1)),
        st.one_of(st.none(), st.integers(0, 700)),
        st.sampled_from(DECISIONS),
    ),
    max_size=12,
)


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    history=HISTORIES,
    parts=st.sets(st.integers(1, 11)),
    reading=st.sampled_from(["parent", "children"]),
    kind=st.sampled_from(["", *APPLICANT_KINDS]),
)
def test_the_figures_of_a_year_are_table_three_cell_by_cell(
    settings, history, parts, reading, kind
):
    """年度报告表三: whatever the cases, by column, by body and as the sum of the months."""
    settings.REQUEST_SPLIT_COUNTING = reading
    CaseLink.objects.all().delete()
    FoiRequest.objects.all().delete()
    organs = [make_organ(), make_organ()]
    made = [
        make_request(
            organs[place],
            applicant_kind=column,
            received_on=day,
            decided_on=None if span is None else day + timedelta(span),
            outcome="" if span is None else outcome,
        )
        for place, column, day, span, outcome in history
    ]
    for part in parts & set(range(1, len(made))):
        CaseLink.objects.create(
            earlier=made[0], later=made[part], kind="split", at=timezone.now(), by="测试"
        )
    root = make_user(is_superuser=True)
    asked = Asked(Period.of_months(2021, 1, 12), kind=kind)
    whole = dashboard.by_month(root, asked, TODAY)
    bodies = {line.organ.pk: line.figures for line in dashboard.by_body(root, asked, TODAY)}
    table = Counter()
    for row in facts.request_rows(F2021, 2021, None):
        _table, cell, column = row.cell.split(".")
        if kind in ("", column):
            table[row.organ_id, cell] += row.value
    for organ in organs:
        own = {cell: number for (key, cell), number in table.items() if key == organ.pk}
        assert cells(bodies.get(organ.pk, dashboard.Figures())) == own
    both = Counter()
    for (_organ, cell), number in table.items():
        both[cell] += number
    assert cells(whole.total.figures) == both
    months = [month.figures for month in whole.months]
    assert sum(month.received for month in months) == both["new"]
    assert sum((month.results for month in months), Counter()) == whole.total.figures.results
    assert months[-1].carried_out == both["carried_out"]
    after = dashboard.by_month(root, Asked(Period.of_months(2022, 1, 12), kind=kind), TODAY)
    assert after.total.figures.carried_in == both["carried_out"]


def cells(figures):
    """The rows of table three that these figures are; zeros left out, as in the facts."""
    found = {
        "new": figures.received,
        "carried_in": figures.carried_in,
        "carried_out": figures.carried_out,
    }
    for row in F2021.t3.result_rows:
        found[row.id] = sum(figures.results[code] for code in row.outcomes)
    return {cell: number for cell, number in found.items() if number}


# -- every number opens its cases --------------------------------------------------------------


def opened(user, address):
    """How many requests the list shows at an address, read by the list's own filters."""
    parts = urlsplit(address)
    assert parts.path == reverse("foi:index")
    asked = RequestFactory().get(address)
    asked.user = user
    filters = RequestFilters(
        QueryDict(parts.query),
        policy.scope(FoiRequest.objects.all(), user, "foi.view"),
        request=asked,
        action="foi.view",
    )
    assert filters.is_valid(), filters.errors
    assert set(parse_qs(parts.query)) <= set(filters.filters), "a condition that no filter reads"
    return filters.qs.count()


@pytest.mark.parametrize(
    ("reading", "query"),
    [
        ("children", {"first": "10", "last": "12"}),
        ("parent", {"first": "3", "last": "8", "by": "organ"}),
        ("parent", {"organ": "411281-001", "kind": "natural"}),
        ("children", {"organ": "411281", "below": "on", "by": "organ"}),
    ],
)
def test_every_number_opens_exactly_the_cases_that_it_counts(
    client, city, settings, reading, query
):
    settings.REQUEST_SPLIT_COUNTING = reading
    top, bureaus, office = city
    chance([top, *bureaus])
    first, *parts = FoiRequest.objects.order_by("pk")[:9]
    CaseLink.objects.bulk_create(
        CaseLink(earlier=first, later=part, kind="split", at=timezone.now(), by="测试")
        for part in parts
    )
    page = page_of(client, office, year="2022", **query)
    links = {
        link.attributes["href"]: (link.css_first("strong") or link).text(deep=False)
        for link in page.css(".foi-tiles a, .foi-figures td a")
    }
    assert len(links) > 15
    for address, said in links.items():
        assert opened(office, address) == int(said), address
    # Whatever is counted and not nought can be opened.
    for cell in page.css("#numbers td, #groups td"):
        text = cell.text().strip()
        assert cell.css_first("a") or text in ("0", "—") or "." in text, cell.html


def test_the_list_says_the_number_that_was_followed(client, city):
    top, bureaus, office = city
    chance([top, *bureaus])
    page = page_of(client, office, year="2022", first="1", last="12")
    links = {cell.attributes["href"]: cell.text() for cell in page.css("#numbers tr:last-child a")}
    assert len(links) >= 7
    for address, said in links.items():
        page = LexborHTMLParser(client.get(address).content.decode())
        assert page.css_first(".gk-list__count strong").text() == said, address


# -- in time, and how long ---------------------------------------------------------------------


def answered(organ, came, decided, delivered, *between):
    return make_case(
        organ,
        received(came),
        *between,
        {"type": "decided", "on": decided, "outcome": "GRANT"},
        {"type": "delivered", "on": delivered},
    )


def test_an_answer_is_in_time_until_the_last_of_its_twenty_working_days(city):
    """条例第三十三条第二款: received on Monday 1 March 2021, due on Monday 29 March."""
    _top, (bureau, _), office = city
    answered(bureau, "2021-03-01", "2021-03-26", "2021-03-29")
    answered(bureau, "2021-03-01", "2021-03-26", "2021-03-30")
    extended = {"type": "extended", "on": "2021-03-26", "days": 5}
    answered(bureau, "2021-03-01", "2021-04-02", "2021-04-06", extended)
    make_case(bureau, received("2021-03-01"), {"type": "withdrawn", "on": "2021-03-05"})
    year = dashboard.by_month(office, Asked(Period.of_months(2021, 1, 12)), TODAY)
    march, april = year.months[2].figures, year.months[3].figures
    assert (march.in_time, march.late, march.share) == (1, 1, Decimal("50.0"))
    assert (april.in_time, april.late, april.share) == (1, 0, Decimal("100.0"))
    assert year.total.figures.share == Decimal("66.7")
    assert year.months[0].figures.share is None


def test_the_average_counts_every_working_day_from_receipt_to_the_result(city):
    _top, (bureau, _), office = city
    answered(bureau, "2021-03-01", "2021-03-05", "2021-03-05")
    make_case(bureau, received("2021-03-01"), {"type": "withdrawn", "on": "2021-03-08"})
    make_request(bureau, received_on=date(2021, 3, 1), decided_on=date(2021, 3, 9), outcome="GRANT")
    (line,) = dashboard.by_body(office, Asked(Period.of_months(2021, 3, 3)), TODAY)
    assert (line.figures.average, line.figures.measured) == (Decimal("4.5"), 2)
    assert line.figures.decided == 3


def test_processing_fees_are_those_of_the_reports_paragraph(client, city):
    """信息处理费管理办法: in parts and as noticed, by the day of payment."""
    _top, (bureau, other), office = city
    noticed = {"type": "fee_noticed", "on": "2021-03-09", "amount": 200}
    make_case(bureau, received("2021-03-01"), noticed, {"type": "fee_paid", "on": "2021-03-15"})
    for organ in (bureau, other):
        halves = [{"type": "fee_paid", "on": f"2021-03-{day}", "amount": 100} for day in (16, 31)]
        make_case(organ, received("2021-03-01"), noticed, *halves, applicant_kind="legal")
    period = Period.of_months(2021, 1, 12)
    assert dashboard.fees(office, Asked(period), period) == dashboard.Fees(3, 600)
    paid = {row.cell: 0 for row in facts.fee_rows(F2021, 2021, None)}
    for row in facts.fee_rows(F2021, 2021, None):
        paid[row.cell] += row.value
    assert paid == {"m.fee.requests": 3, "m.fee.amount": 600}
    asked = Asked(period, organ=bureau, kind="legal")
    assert dashboard.fees(office, asked, period) == dashboard.Fees(1, 200)
    tile = page_of(client, office, year="2021").css(".foi-tiles a")[-1]
    assert "共600元" in tile.text()
    assert opened(office, tile.attributes["href"]) == 3


def test_an_answer_quashed_later_stays_as_late_as_it_was(city):
    """Table three keeps the first result; whether that one was late does not change either."""
    _top, (bureau, _), _office = city
    case = answered(bureau, "2021-03-01", "2021-03-26", "2021-03-30")
    assert case.answered_late is True
    again = make_case(
        bureau,
        received("2021-03-01"),
        {"type": "decided", "on": "2021-03-26", "outcome": "GRANT"},
        {"type": "delivered", "on": "2021-03-30"},
        {"type": "reopened", "on": "2021-06-01"},
        {"type": "decided", "on": "2021-06-07", "outcome": "PARTIAL"},
        {"type": "delivered", "on": "2021-06-07"},
    )
    assert (again.answered_late, again.result_days) == (True, case.result_days)


def test_the_time_of_others_runs_out_without_anything_being_overdue(city):
    """条例第三十条: a correction that is not sent is no delay of the body."""
    _top, (bureau, _), office = city
    day = date(2022, 5, 9)
    make_request(bureau, received_on=day, due_on=day, state="awaiting_correction")
    make_request(bureau, received_on=day, due_on=day, state="decided")
    make_request(bureau, received_on=date(2021, 5, 9), due_on=day)
    year = dashboard.by_month(office, Asked(Period.of_months(2022, 1, 12)), TODAY)
    assert (year.months[4].figures.overdue, year.elsewhen) == (1, 1)
    (line,) = dashboard.by_body(office, Asked(Period.of_months(2022, 1, 12)), TODAY)
    assert line.figures.overdue == 2


# -- who sees what -----------------------------------------------------------------------------


def test_an_officer_counts_the_own_body_alone_and_cannot_ask_for_another(client, city):
    _top, (own, other), _office = city
    make_request(own, received_on=date(2022, 3, 1))
    for _ in range(3):
        make_request(other, received_on=date(2022, 3, 1))
    officer = make_user(Role.REQUEST_OFFICER, own)
    for more in ({}, {"organ": other.code}, {"organ": other.code, "below": "on", "by": "organ"}):
        page = page_of(client, officer, year="2022", **more)
        assert row_of(page, "numbers", "合计")[1] == "1"
        assert other.name not in page.html
        assert page.css_first(".foi-switch") is None


def test_an_office_sees_the_bodies_below_and_no_body_beside(client, city):
    _top, bureaus, office = city
    elsewhere = make_organ("411282", name="别市人民政府")
    for organ in (*bureaus, elsewhere):
        make_request(organ, received_on=date(2022, 3, 1))
    page = page_of(client, office, year="2022", by="organ")
    heads = {head.text() for head in page.css("#numbers tbody th")}
    assert heads == {bureaus[0].label, bureaus[1].label, "合计"}
    page = page_of(client, office, year="2022", organ=elsewhere.code)
    assert "没有这个机构，或者您没有它的权限" in page.css_first(".gk-error").text()
    assert elsewhere.name not in page.html


def test_who_sees_no_case_sees_no_figures(client, city):
    client.force_login(make_user(Role.INFORMATION_OFFICER, city[1][0]))
    assert client.get(ADDRESS).status_code == 302


# -- the page ----------------------------------------------------------------------------------


def test_months_that_end_before_they_begin_are_refused_in_words(client, city):
    make_request(city[1][0], received_on=date(2022, 3, 1))
    page = page_of(client, city[2], year="2022", first="8", last="3")
    assert "截止月份早于起始月份" in page.css_first(".gk-error").text()
    assert page.css_first("select[name=first] option[selected]").attributes["value"] == "8"


@pytest.mark.parametrize(
    "query", [{"year": "九"}, {"year": "1999", "first": "13"}, {"kind": "x", "page": "x"}]
)
def test_nonsense_in_the_address_shows_this_year(client, city, query):
    make_request(city[1][0], received_on=timezone.localdate().replace(day=1, month=1))
    page = page_of(client, city[2], **query)
    assert f"{timezone.localdate().year}年1" in page.css_first(".gk-page [role=status]").text()
    assert page.css_first(".gk-filters .gk-error") is not None


def test_without_any_request_the_page_says_what_will_stand_there(client, city):
    page = page_of(client, city[2])
    assert "这里按月统计" in page.css_first(".gk-empty").text()
    assert page.css_first("table") is None


def test_each_chart_is_drawn_from_its_table_and_named_by_its_finding(client, city):
    top, bureaus, office = city
    chance([top, *bureaus])
    for by in ("month", "organ"):
        page = page_of(client, office, year="2022", first="1", last="12", by=by)
        figures = page.css("figure.chart")
        assert len(figures) >= 2
        for figure in figures:
            canvas = figure.css_first(".canvas")
            says = page.css_first(f"#{canvas.attributes['aria-labelledby']}")
            assert says.text().strip()
            read = page.css(
                f"#{figure.attributes['data-table']} td[data-figure={figure.attributes['data-figure']}]"
            )
            assert len(read) >= 2


def test_bodies_are_sorted_by_any_column_and_paged(client, city, monkeypatch):
    top, _bureaus, office = city
    monkeypatch.setattr("gongkai.foi.views.dashboard.PER_PAGE", 2)
    for number in (1, 3, 2):
        organ = make_organ(name=f"收{number}件的局", parent=top)
        for _ in range(number):
            make_request(organ, received_on=date(2022, 3, 1))
    page = page_of(client, office, year="2022", by="organ")
    assert [head.text() for head in page.css("#numbers tbody th")] == [
        "收3件的局", "收2件的局", "合计",
    ]  # fmt: skip
    assert row_of(page, "numbers", "合计")[1] == "6"
    page = page_of(client, office, year="2022", by="organ", sort="received", page="2")
    assert page.css_first("#numbers tbody th").text() == "收3件的局"


def test_the_workbook_holds_the_tables_and_no_personal_data(client, city):
    top, bureaus, office = city
    chance([top, *bureaus], 20)
    client.force_login(office)
    answer = client.get(ADDRESS, {"year": "2022", "by": "organ", "export": "xlsx"})
    content = b"".join(answer.streaming_content)
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert book.sheet_names == ["数量和时限", "办理结果", "各机关的办理结果", "说明"]
    rows = book.get_sheet_by_name("数量和时限").to_python()
    assert rows[0][0] == "机关"
    received_cells = [row[2] for row in rows[1:]]
    assert received_cells[-1] == sum(received_cells[:-1]) > 0
    everything = str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
    for request in FoiRequest.objects.all():
        assert request.number not in everything
        assert request.subject not in everything
    entry = LedgerEntry.objects.get(action="foi.export")
    assert entry.changes["list"] == "依申请公开统计"


@pytest.mark.parametrize("by", ["month", "organ"])
def test_the_page_costs_the_same_however_many_bodies_and_cases(client, city, by):
    top, bureaus, office = city
    client.force_login(office)
    query = {"year": "2022", "by": by}
    chance(bureaus, 4)
    client.get(ADDRESS, query)
    with CaptureQueriesContext(connection) as few:
        client.get(ADDRESS, query)
    chance([make_organ(parent=top) for _ in range(12)], 40)
    with CaptureQueriesContext(connection) as many:
        client.get(ADDRESS, query)
    assert len(many) == len(few)
    assert Organ.objects.count() == 15
