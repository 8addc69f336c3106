"""The published figures as open data."""

import csv
import io
import json
from decimal import Decimal

import pytest

from gongkai.portal import dataset
from gongkai.statute.formats import get_format
from tests.factories.organs import make_organ
from tests.portal.factories import publish


def rows(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_one_row_a_cell(published_city, client):
    response = client.get("/reports/data.csv", {"year": "2020"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="annual-reports-2020.csv"'
    table = rows(response)
    assert len(table) == len(get_format("2019").cells)
    amount = next(line for line in table if line["cell"] == "t2.procurement.amount")
    assert amount == {
        "organ_code": "411281",
        "organ": "义马市人民政府",
        "organ_kind": "government",
        "year": "2020",
        "scope": "aggregate",
        "version": "1",
        "published_on": "2021-03-20",
        "format": "2019",
        "cell": "t2.procurement.amount",
        "label": get_format("2019").cells["t2.procurement.amount"].label,
        "unit": "万元",
        "value": "37597.005",
    }


def test_a_figure_not_filled_in_is_empty_and_not_nought(city, client):
    publish(city.top, 2021, {"t2.permit.decisions": None})
    found = {line["cell"]: line["value"] for line in rows(client.get("/reports/data.csv"))}
    assert found["t2.permit.decisions"] == ""
    assert found["t2.penalty.decisions"] == "0"


def test_json_has_the_same_rows_and_keeps_every_digit(published_city, client):
    response = client.get("/reports/data.json")
    text = b"".join(response.streaming_content).decode()
    data = json.loads(text, parse_float=Decimal)
    assert [field["name"] for field in data["fields"]] == list(dataset.NAMES)
    table = rows(client.get("/reports/data.csv"))
    assert len(data["rows"]) == len(table)
    for one, other in zip(data["rows"], table, strict=True):
        assert {name: "" if value is None else str(value) for name, value in one.items()} == other
    amounts = [one["value"] for one in data["rows"] if one["cell"] == "t2.fee.amount"]
    assert Decimal("4068.208") in amounts


def test_year_and_body_narrow_the_file(published_city, client):
    table = rows(client.get("/reports/data.csv", {"year": "2022", "organ": "411281-004"}))
    assert {(line["organ_code"], line["year"]) for line in table} == {("411281-004", "2022")}


def test_nothing_published_is_a_file_with_its_heads_only(db, client):
    assert rows(client.get("/reports/data.csv")) == []
    text = b"".join(client.get("/reports/data.json").streaming_content)
    assert json.loads(text)["rows"] == []


def test_drafts_and_superseded_versions_are_not_in_the_file(city, client):
    from gongkai.reports.models import AnnualReport

    first = publish(city.top, 2021, {"t2.permit.decisions": 1})
    publish(city.top, 2021, {"t2.permit.decisions": 2}, supersedes=first, change_note="更正")
    AnnualReport.objects.create(organ=city.police, year=2021, scope="own", format_id="2021")
    table = rows(client.get("/reports/data.csv"))
    assert {line["version"] for line in table} == {"2"}
    assert {line["organ_code"] for line in table} == {"411281"}


@pytest.mark.parametrize("year", ["20", "abcd", "2020;drop", "２０２０年"])
def test_a_year_that_is_none_is_refused_with_an_example(db, client, year):
    response = client.get("/reports/data.csv", {"year": year})
    assert response.status_code == 400
    assert "year=2020" in response.json()["error"]


def test_the_file_is_streamed_in_a_constant_number_of_statements(
    city, client, django_assert_num_queries
):
    for _ in range(3):
        publish(make_organ(parent=city.top), 2022)
    with django_assert_num_queries(3):
        rows(client.get("/reports/data.csv"))
    for _ in range(30):
        publish(make_organ(parent=city.top), 2022)
    with django_assert_num_queries(3):
        rows(client.get("/reports/data.csv"))


def test_every_field_of_the_file_is_explained(published_city, read):
    page = read("/reports/data/")
    explained = [code.text() for code in page.css("tbody th code")]
    assert explained == list(dataset.NAMES)
    links = [link.attributes["href"] for link in page.css(".files a")]
    assert "/reports/data.csv?year=2020" in links
    assert "/reports/data.json" in links
