"""What the catalogue tells those who look after many bodies, on the start page."""

from __future__ import annotations

from datetime import date

import pytest

from gongkai.catalogue.worklist import coverage_by_body, overdue_by_body
from gongkai.organs import policy
from gongkai.organs.models import Role
from tests.factories.catalogue import make_adopted_entries, make_occasion, make_publication
from tests.factories.organs import add_role, make_organ, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2020, 6, 1)


@pytest.fixture
def city():
    return make_organ("411281", name="测试市人民政府")


@pytest.fixture
def bureau(city):
    """A bureau that answers for four entries and has published one of them."""
    bureau = make_organ("411281-003", name="测试市教育局", parent=city)
    entries = make_adopted_entries(bureau, 4)
    make_publication(bureau, entries[0], date(2020, 3, 9))
    make_occasion(bureau, entries[1])
    return bureau


def test_the_office_sees_each_bodys_coverage_and_what_is_overdue(city, bureau) -> None:
    office = make_user(Role.DISCLOSURE_OFFICE, city)
    (covered,), (late,) = coverage_by_body(office, TODAY), overdue_by_body(office, TODAY)
    cell = covered.cells[bureau.pk]
    assert (covered.title, cell.text) == ("目录覆盖率", "25.0%")
    assert cell.url == "/staff/catalogue/duties/?answer=missing&organ=411281-003"
    assert (late.title, late.cells[bureau.pk].text) == ("应公开未公开", "1")


def test_coverage_stays_within_the_scope(bureau) -> None:
    stranger = make_user(Role.SUPERIOR, make_organ("411282"))
    assert coverage_by_body(stranger, TODAY)[0].cells == {}
    assert coverage_by_body(make_user(Role.AUDITOR, bureau), TODAY) == []


def test_coverage_is_kept_for_the_rights_of_now_only(
    city, bureau, django_assert_num_queries
) -> None:
    """Given figures kept for a person, when his rights change, then they are counted anew."""
    person = make_user(Role.SUPERIOR, make_organ("411282"))
    coverage_by_body(person, TODAY)
    with django_assert_num_queries(0):
        coverage_by_body(person, TODAY)
    add_role(person, Role.SUPERIOR, city)
    policy.forget(person)
    assert coverage_by_body(person, TODAY)[0].cells[bureau.pk].text == "25.0%"
    with django_assert_num_queries(1):
        coverage_by_body(person, TODAY)
