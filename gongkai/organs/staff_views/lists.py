"""Lists of one's own bodies' records: search, filters, order, pages, export."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any, ClassVar

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.functional import cached_property
from django.views.generic.base import TemplateResponseMixin

from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs import policy
from gongkai.organs.staff_views import export
from gongkai.organs.staff_views.base import ObjectMixin, StaffView
from gongkai.organs.staff_views.columns import Column, as_grouped
from gongkai.organs.staff_views.filters import StaffFilterSet

DEEP = 5000
"""From this offset on a page is found by keys first: the database then skips over narrow
index entries instead of whole rows."""


class LateJoinPaginator(Paginator):
    """Pages of a queryset; deep ones cost one statement more and far less reading.

    A deep page is found by its keys, counted from the nearer end of the list. With `cap`
    nothing beyond that many records is counted or shown: what no index can count would
    otherwise read the whole table on every page.
    """

    def __init__(self, records: Any, per_page: int, *, cap: int | None = None) -> None:
        super().__init__(records, per_page)
        self.cap = cap

    @cached_property
    def _counted(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        if self.cap is None:
            return int(self.object_list.count())
        return int(self.object_list.order_by()[: self.cap + 1].count())

    @cached_property
    def count(self) -> int:
        return self._counted if self.cap is None else min(self._counted, self.cap)

    @property
    def is_capped(self) -> bool:
        """Whether there are more records than were counted."""
        return self.cap is not None and self._counted > self.cap

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        top = min(bottom + self.per_page, self.count)
        if bottom < DEEP or not isinstance(self.object_list, QuerySet):
            return self._get_page(list(self.object_list[bottom:top]), number, self)
        ordered, first, last = self.object_list, bottom, top
        if self.cap is None and self.count - top < bottom:
            ordered, first, last = ordered.reverse(), self.count - top, self.count - bottom
        keys = list(ordered.values_list("pk", flat=True)[first:last])
        return self._get_page(list(self.object_list.filter(pk__in=keys)), number, self)


class ScopedListView(ObjectMixin, TemplateResponseMixin, StaffView):
    """A table of records of the user's bodies. See the package's example.

    The number of SQL statements does not depend on the number of rows, provided that
    `select_related` (or `get_queryset`) fetches what the columns touch. The address keeps the
    whole state: q, filters, sort, page; `export=csv` or `export=xlsx` sends what is listed,
    all pages, under the same permission, and leaves a ledger entry.
    """

    template_name = "gongkai/organs/staff/list.html"
    columns: ClassVar[Sequence[Column]] = ()
    export_columns: ClassVar[Sequence[Column] | None] = None
    search_fields: ClassVar[Sequence[str]] = ()
    search_hint: ClassVar[str] = ""
    search_cap: ClassVar[int | None] = None
    """How many matches of a search are counted; None for all of them."""
    filterset_class: ClassVar[type[StaffFilterSet] | None] = None
    ordering: ClassVar[Sequence[str]] = ("-pk",)
    paginate_by: ClassVar[int] = 50
    detail_url_name: ClassVar[str] = ""
    exports: ClassVar[bool] = True
    empty_text: ClassVar[str] = "还没有记录。"
    intro: ClassVar[str] = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kind = request.GET.get("export", "")
        if kind and self.exports:
            return self.export(kind)
        return self.render_to_response(self.get_context_data(**kwargs))

    # -- what is listed ----------------------------------------------------------------------
    def get_filterset(self, queryset: QuerySet[Any]) -> StaffFilterSet | None:
        if self.filterset_class is None:
            return None
        return self.filterset_class(
            self.request.GET,
            queryset,
            request=self.request,
            action=self.action,
            organ_field=self.organ_field,
        )

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Every word must occur in one of the search fields."""
        for word in text.split()[:8]:
            queryset = queryset.filter(
                reduce(operator.or_, (Q(**{f"{f}__icontains": word}) for f in self.search_fields))
            )
        return queryset

    def get_sort(self) -> str:
        """The `sort` of the address when a column offers it, else empty."""
        wanted = self.request.GET.get("sort", "")
        offered = {column.sort for column in self.columns if column.sort}
        return wanted if wanted.removeprefix("-") in offered else ""

    def get_words(self) -> str:
        """What is searched for, without the one character that no database keeps."""
        return self.request.GET.get("q", "").replace("\x00", "").strip()

    def get_ordering(self) -> list[str]:
        sort = self.get_sort()
        order = [sort] if sort else list(self.ordering)
        # A total order, or a record could appear on two pages and another on none.
        if not any(name.lstrip("-") in ("pk", "id") for name in order):
            order.append("-pk" if order and order[0].startswith("-") else "pk")
        return order

    def get_records(self) -> QuerySet[Any]:
        """What the address asks for, in its order, inside the scope."""
        queryset = self.scoped(self.get_queryset())
        self.filterset = self.get_filterset(queryset)
        if self.filterset is not None:
            queryset = self.filterset.qs
        text = self.get_words()[:100]
        if text and self.search_fields:
            queryset = self.search(queryset, text)
        return queryset.order_by(*self.get_ordering())

    # -- what is shown -----------------------------------------------------------------------
    def get_url(self, obj: Any) -> str:
        """Where a row leads; empty for nowhere."""
        return self.url(self.detail_url_name, obj.pk) if self.detail_url_name else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        records = self.get_records()
        searched = bool(self.search_fields and self.get_words())
        cap = self.search_cap if searched else None
        paginator = LateJoinPaginator(records, self.paginate_by, cap=cap)
        page = paginator.get_page(self.request.GET.get("page"))
        rows = [self.get_row(obj) for obj in page.object_list]
        context = {
            "heads": [self._head(column) for column in self.columns],
            "rows": rows,
            "page": page,
            "total": paginator.count,
            "capped": paginator.is_capped,
            "pages": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "ellipsis": Paginator.ELLIPSIS,
            "q": self.request.GET.get("q", ""),
            "sort": self.get_sort(),
            "searchable": bool(self.search_fields),
            "search_hint": self.search_hint or self._hint(),
            "filter_form": self.filterset.form if self.filterset is not None else None,
            "narrowed": self._narrowed(),
            "clear_url": self.request.path,
            "exports": self.exports and paginator.count > 0,
            "empty_text": self.empty_text,
            "intro": self.intro,
        }
        return super().get_context_data(**{**context, **kwargs})

    def get_row(self, obj: Any) -> dict[str, Any]:
        """The cells of one record."""
        return {
            "object": obj,
            "url": self.get_url(obj),
            "cells": [
                {"text": as_grouped(column.raw(obj)), "column": column} for column in self.columns
            ],
        }

    def _head(self, column: Column) -> dict[str, Any]:
        current = self.get_sort() or (self.ordering[0] if self.ordering else "")
        direction = ""
        if column.sort and current.removeprefix("-") == column.sort:
            direction = "descending" if current.startswith("-") else "ascending"
        return {
            "column": column,
            "direction": direction,
            "next": f"-{column.sort}" if direction == "ascending" else column.sort,
        }

    def _hint(self) -> str:
        labels = {column.name: column.label for column in self.columns}
        named = [
            labels[f.replace("__", ".")]
            for f in self.search_fields
            if f.replace("__", ".") in labels
        ]
        return "、".join(named) or "关键词"

    def _narrowed(self) -> bool:
        names = set(self.filterset.filters) if self.filterset is not None else set()
        return any(self.request.GET.get(name) for name in {*names, "q"})

    # -- export ------------------------------------------------------------------------------
    def export(self, kind: str) -> HttpResponseBase:
        """The whole list as a file. Says so instead when it is too long for a workbook."""
        records = self.get_records()
        count = records.count()
        if kind == "xlsx" and count > export.XLSX_LIMIT:
            messages.error(
                self.request,
                f"共{count:,}条，超过 XLSX 每次{export.XLSX_LIMIT:,}条的上限。"
                "请先筛选，或改用 CSV 导出。",
            )
            return HttpResponseRedirect(self._address_without_export())
        self._record_export(kind, count)
        columns = self.export_columns or self.columns
        name = self.get_title() or "导出"
        if kind == "xlsx":
            return export.xlsx_response(name, columns, records)
        return export.csv_response(name, columns, records)

    def _record_export(self, kind: str, count: int) -> None:
        model = self.get_queryset().model
        organs = list(
            policy.organs_for(self.request.user, self.action).values_list("code", flat=True)[:2]
        )
        names = sorted(name for name in self.request.GET if self.request.GET.get(name))
        with transaction.atomic():
            record(
                self.actor,
                f"{model._meta.app_label}.export",
                chain=organs[0] if len(organs) == 1 else SITE_CHAIN,
                changes={
                    "list": str(self.get_title()),
                    "format": kind,
                    "rows": count,
                    "narrowed_by": [n for n in names if n not in ("export", "sort", "page")],
                },
            )

    def _address_without_export(self) -> str:
        query = self.request.GET.copy()
        query.pop("export", None)
        return f"{self.request.path}?{query.urlencode()}"
