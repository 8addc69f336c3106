"""XML：按公布的模式文件校验，空白为 xsi:nil。"""

from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree

from gongkai.reports.document import ReportDocument
from gongkai.reports.render import render
from gongkai.reports.render.xml import NAMESPACE, SCHEMA
from gongkai.statute.formats import get_format
from tests.reports.render.documents import NASTY, with_blanks, yima

NS = {"r": NAMESPACE}
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def read(document: ReportDocument) -> etree._Element:
    return etree.fromstring(render(document, "xml"))


def test_every_report_keeps_to_the_published_schema(
    document: ReportDocument, schema: etree.XMLSchema
) -> None:
    schema.assertValid(read(document))
    schema.assertValid(read(replace(document, cells={}, sections={}, published_on=None)))
    later = replace(document, version=2, correction_note="更正。", previous=document.cells)
    schema.assertValid(read(later))


def test_every_figure_is_there_and_a_blank_is_nil(document: ReportDocument) -> None:
    cells = read(document).findall(".//r:cell", NS)
    assert [cell.get("id") for cell in cells] == list(document.format.cells)
    values = {
        cell.get("id"): None if cell.get(NIL) == "true" else Decimal(cell.text) for cell in cells
    }
    assert values == document.cells


def test_last_years_figure_stands_beside() -> None:
    document = replace(yima(), previous={"t2.permit.decisions": 5000})
    cell = read(document).find(".//r:cell[@id='t2.permit.decisions']", NS)
    assert (cell.text, cell.get("previous"), cell.get("unit")) == ("5292", "5000", "件")


def test_the_text_is_what_was_written() -> None:
    blocks = read(yima()).findall(".//r:section[@id='s1']/r:block", NS)
    assert NASTY in [block.text for block in blocks]
    assert [(b.get("kind"), b.get("level"), b.get("number"), b.text) for b in blocks[3:6]] == [
        ("li", "1", "1", "甲项"),
        ("li", "1", "2", "乙项"),
        ("li", "2", None, "乙项之一"),
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda root: root.find(".//r:cell", NS).set("id", "t5.x.y"),
        lambda root: setattr(root.find(".//r:cell", NS), "text", "许多"),
        lambda root: root.remove(root.find("r:issuer", NS)),
        lambda root: root.find("r:period", NS).set("from", "2020年"),
        lambda root: root.find(".//r:cell", NS).set("id", "t2.regulation.repealed"),
    ],
)
def test_the_schema_refuses_what_is_no_report(spoil, schema: etree.XMLSchema) -> None:
    root = read(with_blanks(get_format("2021")))
    assert schema.validate(root)
    spoil(root)
    assert not schema.validate(root)
