"""The dashboard: coverage and timeliness by body and by field, with the lists behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.generic.base import TemplateResponseMixin

from gongkai.catalogue.models import Field
from gongkai.catalogue.queries import coverage as cov
from gongkai.catalogue.views.base import CatalogueView, period_query, window_of
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs import policy
from gongkai.organs.staff_views.export import file_name

PAGE = 50

HEADS: tuple[tuple[str, Callable[[cov.Tally], Any]], ...] = (
    ("应公开事项", lambda t: t.applicable),
    ("已公开", lambda t: t.published),
    ("本期无", lambda t: t.empty),
    ("未公开", lambda t: t.missing),
    ("不涉及", lambda t: t.not_applicable),
    ("覆盖率", lambda t: percent(t.coverage)),
    ("到期公开时点", lambda t: t.on_time + t.late + t.overdue),
    ("按时公开", lambda t: t.on_time),
    ("逾期公开", lambda t: t.late),
    ("逾期未公开", lambda t: t.overdue),
    ("未到期", lambda t: t.pending),
    ("是否按时不明", lambda t: t.unknown),
    ("及时率", lambda t: percent(t.timeliness)),
    ("逾期天数合计", lambda t: t.days_late),
    ("更新正常", lambda t: t.green),
    ("更新偏慢", lambda t: t.amber),
    ("更新超期", lambda t: t.red),
    ("更新中断", lambda t: t.broken),
    ("要素齐全率", lambda t: percent(t.completeness)),
    ("空项说明待复核", lambda t: t.unreviewed),
)
"""The columns of the exported table."""


def percent(share: float | None) -> str:
    """83.3%; a dash where there is nothing to divide by."""
    return "—" if share is None else f"{share * 100:.1f}%"


@dataclass(frozen=True)
class Row:
    """A body or a field with its figures."""

    code: str
    name: str
    tally: cov.Tally
    missing_url: str
    overdue_url: str
    late_url: str
    url: str = ""

    @property
    def coverage(self) -> str:
        return percent(self.tally.coverage)

    @property
    def timeliness(self) -> str:
        return percent(self.tally.timeliness)


class Coverage(CatalogueView, TemplateResponseMixin):
    """All bodies of the user; two statements for the figures, whatever their number."""

    tab = "coverage"
    action = "catalogue.view"
    title = "覆盖情况"
    template_name = "gongkai/catalogue/coverage.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.window = window_of(request)
        self.field = self._field()
        self.by = "field" if request.GET.get("by") == "field" else "organ"
        self.organs = policy.organs_for(request.user, self.action)
        wanted = request.GET.get("organ", "")
        self.organ = self.organs.filter(code=wanted).first() if wanted else None
        if self.organ is not None:
            self.organs = self.organs.in_subtree(self.organ)
        rows = self._rows()
        if request.GET.get("export") == "xlsx":
            return self._export(rows)
        return self.render_to_response(self.get_context_data(found=rows, **kwargs))

    def _field(self) -> Field | None:
        code = self.request.GET.get("field", "")
        return Field.objects.filter(code=code).first() if code else None

    def _rows(self) -> list[Row]:
        cells = cov.coverage(
            self.organs, self.window, field_id=self.field.pk if self.field else None
        )
        self.total = cov.total(cells.values())
        period = period_query(self.request)
        if self.by == "field":
            tallies = cov.by_field(cells)
            fields = {f.pk: f for f in Field.objects.filter(pk__in=tallies)}
            organ = f"&organ={self.organ.code}" if self.organ else ""
            return [
                self._row(field.code, field.name, tallies[pk], f"field={pk}{organ}{period}",
                          f"?field={field.code}{organ}{period}")
                for pk, field in sorted(fields.items(), key=lambda pair: pair[1].order)
            ]  # fmt: skip
        tallies = cov.by_organ(cells)
        field = f"&field={self.field.pk}" if self.field else ""
        known = self.organs.filter(pk__in=tallies).values_list("pk", "code", "name")
        rows = [
            self._row(code, name, tallies[pk], f"organ={code}{field}{period}",
                      f"?by=field&organ={code}{period}")
            for pk, code, name in known
        ]  # fmt: skip
        return sorted(rows, key=self._order)

    def _order(self, row: Row) -> tuple[Any, ...]:
        """The worst first: most missing of what applies, then least in time."""
        tally = row.tally
        share = 1.0 if tally.coverage is None else tally.coverage
        timely = 1.0 if tally.timeliness is None else tally.timeliness
        return (share, timely, -tally.missing, row.code)

    def _row(self, code: str, name: str, tally: cov.Tally, query: str, url: str) -> Row:
        year = "" if "year=" in query else f"&year={self.window.start.year}"
        occasions = self.url("occasions")
        return Row(
            code,
            name,
            tally,
            f"{self.url('duties')}?answer=missing&{query}",
            f"{occasions}?state=overdue&{query}{year}",
            f"{occasions}?state=late&{query}{year}",
            url,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = kwargs.pop("found", [])
        page = Paginator(found, PAGE).get_page(self.request.GET.get("page"))
        total = Row("", "合计", self.total, "", "", "")
        context = {
            "window": self.window,
            "field": self.field,
            "organ": self.organ,
            "fields": list(Field.objects.all()),
            "by": self.by,
            "rows": page.object_list,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "ellipsis": Paginator.ELLIPSIS,
            "total": total,
            "ceiling": percent(cov.CEILING),
            "year": self.window.start.year,
            "quarter": self.request.GET.get("quarter", ""),
            "review": [row for row in found if row.tally.needs_review][:20],
        }
        return super().get_context_data(**{**context, **kwargs})

    def _export(self, rows: Iterable[Row]) -> HttpResponse:
        import io

        from openpyxl import Workbook
        from openpyxl.styles import Font

        listed = list(rows)
        book = Workbook()
        sheet = book.active
        sheet.title = "覆盖情况"
        start, end = self.window.start, self.window.end
        sheet.append([f"{start:%Y-%m-%d}至{end:%Y-%m-%d}，截至{self.window.as_of:%Y-%m-%d}"])
        sheet.append(
            ["代码", "领域" if self.by == "field" else "机关", *(head for head, _ in HEADS)]
        )
        for row in [*listed, Row("", "合计", self.total, "", "", "")]:
            sheet.append([row.code, row.name, *(value(row.tally) for _, value in HEADS)])
        for cell in (*sheet[1], *sheet[2]):
            cell.font = Font(bold=True)
        sheet.freeze_panes = "C3"
        sheet.column_dimensions["B"].width = 30
        for line in sheet.iter_rows(min_row=3, max_col=2):
            for cell in line:
                cell.data_type = "s"
        target = io.BytesIO()
        book.save(target)
        with transaction.atomic():
            record(
                self.actor, "catalogue.export", chain=SITE_CHAIN,
                changes={"list": "覆盖情况", "format": "xlsx", "rows": len(listed)},
            )  # fmt: skip
        response = HttpResponse(
            target.getvalue(),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        response["Content-Disposition"] = content_disposition_header(
            True, file_name("公开目录覆盖情况", "xlsx")
        )
        return response
