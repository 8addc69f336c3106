"""The report as XML after the published schema ``schema/annual_report.xsd``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from gongkai.reports.document import Part, ReportDocument
from gongkai.reports.richtext import Block

NAMESPACE = "urn:gongkai:annual-report:1"
SCHEMA = Path(__file__).parent.parent / "schema" / "annual_report.xsd"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def draw(document: ReportDocument) -> bytes:
    """UTF-8 XML, indented."""
    ET.register_namespace("", NAMESPACE)
    ET.register_namespace("xsi", _NIL[1:].partition("}")[0])
    root = ET.Element(_tag("annualReport"), year=str(document.year), scope=document.scope)
    root.extend(_head(document))
    tables = ET.SubElement(root, _tag("tables"))
    for part in document.outline:
        if part.grid:
            tables.append(_table(document, part.grid.table))
    sections = ET.SubElement(root, _tag("sections"))
    sections.extend(_section(part) for part in document.outline if part.grid is None)
    constraints = ET.SubElement(root, _tag("constraints"))
    for finding in document.findings:
        attributes = {
            "id": finding.constraint,
            "kind": finding.kind,
            "severity": finding.severity,
            "status": finding.status,
        }
        ET.SubElement(constraints, _tag("constraint"), attributes).text = finding.message
    ET.indent(root)
    data: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _element(name: str, text: str, **attributes: str) -> ET.Element:
    element = ET.Element(_tag(name), attributes)
    element.text = text
    return element


def _head(document: ReportDocument) -> Iterator[ET.Element]:
    yield _element("title", document.title)
    code = {"code": document.issuer_code} if document.issuer_code else {}
    yield _element("issuer", document.issuer, **code)
    yield _element("format", document.format.basis, **document.format.table_formats)
    first, last = document.period_days
    yield ET.Element(_tag("period"), {"from": first.isoformat(), "to": last.isoformat()})
    if document.contact:
        yield _element("contact", document.contact)
    yield _element("version", str(document.version))
    if document.published_on:
        yield _element("publishedOn", document.published_on.isoformat())
    if document.checksum:
        yield _element("checksum", document.checksum, algorithm="SM3")
    if document.correction_note:
        yield _element("correctionNote", document.correction_note)


def _table(document: ReportDocument, table: str) -> ET.Element:
    element = ET.Element(_tag("table"), id=table, format=document.format.table_formats[table])
    for cell_id in document.format.table_cells(table):
        spec = document.format.cells[cell_id]
        cell = ET.SubElement(element, _tag("cell"), id=cell_id, unit=spec.unit, label=spec.label)
        if before := document.previous_figure(cell_id):
            cell.set("previous", before)
        if figure := document.figure(cell_id):
            cell.text = figure
        else:
            cell.set(_NIL, "true")
    return element


def _section(part: Part) -> ET.Element:
    element = ET.Element(_tag("section"), id=part.section.id, heading=part.heading)
    element.extend(_block(block) for block in part.blocks)
    return element


def _block(block: Block) -> ET.Element:
    attributes: dict[str, str] = {"kind": block.kind}
    if block.level:
        attributes["level"] = str(block.level)
    if block.number is not None:
        attributes["number"] = str(block.number)
    return _element("block", block.text, **attributes)
