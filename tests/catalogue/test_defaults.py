"""What a new city begins with."""

import csv
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from gongkai.catalogue.models import CatalogueEntry, Column, Field, StandardCatalogue, Topic
from gongkai.catalogue.services import install_defaults
from gongkai.ledger.actor import Actor
from gongkai.statute.time_limits import parse_time_limit
from tests.factories.organs import make_organ

ACTOR = Actor.command("test")
SAMPLE = Path(__file__).parents[3] / "shared/reference/catalogue_sample.csv"


def packaged_rows():
    text = (resources.files("gongkai.catalogue") / "data/catalogue.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_yearly_day_of_the_packaged_catalogue_is_a_real_day():
    """A duty of 31 April would never fall due."""
    days = {row["item_code"]: row["cycle_by"] for row in packaged_rows() if row["cycle_by"]}
    assert days
    for code, day in days.items():
        month, number = map(int, day.split("-"))
        assert date(2021, month, number), code


@pytest.mark.django_db
def test_a_new_city_has_topics_fields_columns_and_a_draft_to_revise():
    government = make_organ("411281", name="测试市人民政府")
    done = install_defaults(ACTOR, government, year=2020)
    assert Topic.objects.filter(parent=None).count() == 22
    assert str(Topic.objects.get(name="政务公开")) == "综合政务\\政务公开"
    assert Field.objects.count() == 26
    assert Column.objects.filter(parent__slug="zdly").count() == 26
    assert {"zfxxgkzn", "zfxxgkzd", "fdzdgknr", "zfxxgknb"} <= set(
        Column.objects.filter(parent__slug="zfxxgk").values_list("slug", flat=True)
    )
    assert done.catalogue.state == StandardCatalogue.State.DRAFT
    assert done.entries == CatalogueEntry.objects.count() == len(packaged_rows())
    entry = CatalogueEntry.objects.get(code="YWJY-007")
    assert [column.slug for column in entry.columns.all()] == ["zdly-ywjy"]


@pytest.mark.django_db
def test_installing_twice_adds_nothing_and_changes_nothing():
    government = make_organ("411281", name="测试市人民政府")
    install_defaults(ACTOR, government)
    Column.objects.filter(slug="zwdt").update(title="义务要闻")
    again = install_defaults(ACTOR, government)
    assert (again.topics, again.fields, again.columns, again.entries) == (0, 0, 0, 0)
    assert Column.objects.get(slug="zwdt").title == "义务要闻"


@pytest.mark.django_db
def test_a_second_government_gets_a_catalogue_of_its_own():
    install_defaults(ACTOR, make_organ("411281"))
    again = install_defaults(ACTOR, make_organ("411282"))
    assert again.entries == len(packaged_rows())
    assert again.columns == 0


def test_every_field_has_entries_and_unchecked_ones_say_so():
    rows = packaged_rows()
    numbers = {}
    for row in rows:
        numbers[row["field_code"]] = numbers.get(row["field_code"], 0) + 1
        assert row["confidence"], row["item_code"]
    assert len(numbers) == 26
    assert min(numbers.values()) >= 5
    own = [row for row in rows if "一般了解" in row["confidence"]]
    assert all(row["confidence"].startswith("待核") for row in own)


def test_limits_of_the_packaged_rows_are_what_their_text_says():
    for row in packaged_rows():
        limit = parse_time_limit(row["time_limit_text"])
        assert str(limit.limit_days or "") == row["limit_days"], row["item_code"]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the shared reference is not here")
def test_the_reference_rows_are_all_packaged_as_they_stand():
    packaged = {row["item_code"]: row for row in packaged_rows()}
    names = (
        "field_code", "level1", "level2", "elements", "basis", "time_limit_text", "limit_days",
        "day_type", "notice_days", "subject", "channels", "level_county", "level_township",
    )  # fmt: skip
    for row in csv.DictReader(SAMPLE.read_text("utf-8-sig").splitlines()):
        assert {n: row[n] for n in names} == {n: packaged[row["item_code"]][n] for n in names}


@pytest.mark.django_db
def test_the_draft_can_be_put_in_force_as_it_is():
    from gongkai.catalogue.services import put_in_force

    done = install_defaults(ACTOR, make_organ("411281"), year=2020)
    assert put_in_force(ACTOR, done.catalogue, on=date(2020, 1, 1)).state == "in_force"
