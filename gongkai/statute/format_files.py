"""Reads a format's data file: rows, columns, and constraints written out from their templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

from gongkai.statute.format_types import (
    CellSpec,
    Column,
    Constraint,
    Part,
    Relation,
    RemedyTable,
    ReportFormat,
    RequestTable,
    Row,
    Section,
    TableId,
    Term,
)


def read_format(data: Mapping[str, Any]) -> ReportFormat:
    """A format from the contents of its data file."""
    t2 = tuple(
        Part(
            part["id"],
            part["label"],
            part["head"],
            tuple(Column(**column) for column in part["columns"]),
            tuple(_row(row) for row in part["rows"]),
        )
        for part in data["t2"]
    )
    t3 = RequestTable(
        data["t3"]["corner"],
        data["t3"]["column_header"],
        data["t3"]["unit"],
        tuple(Column(unit=data["t3"]["unit"], **column) for column in data["t3"]["columns"]),
        tuple(_flatten(data["t3"]["rows"], ())),
    )
    t4 = RemedyTable(
        data["t4"]["unit"],
        tuple(_row(group) for group in data["t4"]["groups"]),
        tuple(Column(unit=data["t4"]["unit"], **column) for column in data["t4"]["columns"]),
    )
    return with_cells(
        id=data["id"],
        title=data["title"],
        basis=data["basis"],
        source=data["source"],
        mark=data["mark"],
        first_year=data["first_year"],
        last_year=data["last_year"],
        sections=tuple(
            Section(
                section["id"],
                section["no"],
                section["title"],
                section.get("table"),
                tuple(section.get("aliases", ())),
                tuple(section.get("must_contain", ())),
            )
            for section in data["sections"]
        ),
        t2=t2,
        t3=t3,
        t4=t4,
        constraints=tuple(_constraints(data["constraints"], t2, t3, t4)),
        table_formats=MappingProxyType({"t2": data["id"], "t3": data["id"], "t4": data["id"]}),
    )


def _row(row: Mapping[str, Any], path: tuple[str, ...] = (), role: Any = "") -> Row:
    return Row(
        row["id"],
        row["label"],
        path or tuple(row.get("path", ())),
        row.get("role", role),
        tuple(row.get("aliases", ())),
        tuple(row.get("outcomes", ())),
    )


def _flatten(rows: list[Mapping[str, Any]], path: tuple[str, ...]) -> Iterator[Row]:
    for row in rows:
        if "head" in row:
            yield from _flatten(row["rows"], (*path, row["head"]))
        else:
            yield _row(row, path, "result")


def with_cells(**attributes: Any) -> ReportFormat:
    """A format of these attributes; its cells follow from its tables."""
    cells = {spec.id: spec for spec in _cell_specs(**attributes)}
    return ReportFormat(**attributes, cells=MappingProxyType(cells))


def _cell_specs(
    *, t2: tuple[Part, ...], t3: RequestTable, t4: RemedyTable, **_: Any
) -> Iterator[CellSpec]:
    for part in t2:
        for row in part.rows:
            for column in part.columns:
                yield _cell("t2", row, column, derived=False)
    for row in t3.rows:
        for column in t3.columns:
            yield _cell("t3", row, column, derived=column.id == "total" or row.role == "total")
    for group in t4.groups:
        for column in t4.columns:
            yield _cell("t4", group, column, derived=column.id == "total")


def _cell(table: TableId, row: Row, column: Column, *, derived: bool) -> CellSpec:
    # The outermost head of table three adds nothing: it holds every result row.
    heads = row.path[1:] if table == "t3" else row.path
    return CellSpec(
        id=f"{table}.{row.id}.{column.id}",
        table=table,
        row=row.id,
        column=column.id,
        type=column.type,
        signed=column.signed,
        unit=column.unit,
        row_label=" ".join((*heads, row.label)),
        column_label=column.label,
        derived=derived,
        unit_printed=column.unit_printed,
    )


def _constraints(
    groups: list[Mapping[str, Any]], t2: tuple[Part, ...], t3: RequestTable, t4: RemedyTable
) -> Iterator[Constraint]:
    """Constraints written out from their templates: one of each per row, column or group."""
    labels = {row.id: row.label for part in t2 for row in part.rows}
    lists: dict[str, list[tuple[str, str]]] = {
        "t3.rows": [(row.id, row.label) for row in t3.rows],
        "t3.columns": [(column.id, column.label) for column in t3.columns],
        "t4.groups": [(group.id, group.label) for group in t4.groups],
    }
    for group in groups:
        each = group.get("each")
        if each is None:
            items = [("", "")]
        elif isinstance(each, str):
            items = lists[each]
        else:
            items = [(row_id, labels[row_id]) for row_id in each]
        for item_id, label in items:
            for template in group["make"]:
                yield _constraint(template, item_id, label, t3, t4)


def _constraint(
    template: Mapping[str, Any], item_id: str, label: str, t3: RequestTable, t4: RemedyTable
) -> Constraint:
    def fill(text: str) -> str:
        return text.replace("{id}", item_id).replace("{label}", label)

    severity = template.get("severity_for", {}).get(item_id, template.get("severity", "error"))
    common = {
        "id": fill(template["id"]),
        "kind": template["kind"],
        "severity": severity,
        "scope": template.get("scope", "single"),
        "text": fill(template["text"]),
        "printed": template.get("printed", False),
    }
    expr = _expand(fill(template.get("expr", "")), t3, t4)
    if not expr or "<cell>" in expr:
        return Constraint(**common, expr=expr)
    left, relation, right = re.split(r" (==|<=|>=) ", expr)
    return Constraint(
        **common,
        expr=expr,
        left=_terms(left),
        relation=cast("Relation", relation),
        right=_terms(right),
    )


def _expand(expr: str, t3: RequestTable, t4: RemedyTable) -> str:
    """Write ``@leaves`` out: the columns, or the result rows, whose sum is the total."""

    def replace(match: re.Match[str]) -> str:
        before, after = match[1], match[2]
        if before.startswith("t3.") and not after:
            names = [f"{before}{column.id}" for column in t3.leaf_columns]
        elif before == "t3.":
            names = [f"{before}{row.id}{after}" for row in t3.result_rows]
        else:
            names = [f"{before}{column.id}" for column in t4.leaf_columns]
        return " + ".join(names)

    return re.sub(r"(t[34]\.(?:\w+\.)?)@leaves(\.\w+)?", replace, expr)


def _terms(side: str) -> tuple[Term, ...]:
    if side == "0":
        return ()
    terms = []
    for sign, name in re.findall(r"([+-]?) ?([\w.]+)", side):
        source, _, rest = name.partition(".")
        if source in ("prev", "narrative"):
            terms.append(Term(-1 if sign == "-" else 1, source, rest))
        else:
            terms.append(Term(-1 if sign == "-" else 1, "cell", name))
    return tuple(terms)
