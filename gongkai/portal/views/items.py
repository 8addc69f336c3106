"""The list of all public items."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.catalogue.models import CatalogueEntry
from gongkai.catalogue.models import Column as CatalogueColumn
from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.staff_views.lists import LateJoinPaginator
from gongkai.portal import conditional, items
from gongkai.portal.forms import MANY, ItemFilter
from gongkai.portal.pages import Column, Crumb, Page, column_of

PER_PAGE = 20


@require_safe
def item_list(request: HttpRequest) -> HttpResponseBase:
    """Everything that is public, newest first, twenty a page."""
    today = timezone.localdate()
    form = ItemFilter(
        request.GET,
        columns=items.columns(),
        organs=items.publishers(MANY + 1),
        years=items.years(),
        topics=items.topics(),
    )
    found, entry = _found(form)
    column = form.columns.get(form.asked("column") or "")
    searched = bool(form.asked("q"))
    paginator = LateJoinPaginator(
        items.listed(found), PER_PAGE, cap=items.SEARCH_CAP if searched else None
    )
    page = paginator.get_page(request.GET.get("page"))
    page.object_list = items.marked(page.object_list, today)
    context = {
        "page": Page(
            title=column.title if column else _("主动公开的政府信息"),
            description=_("各行政机关主动公开的政府信息，可按栏目、机关、年度、主题和有效性查找"),
            section="info",
            crumbs=_crumbs(column),
            column=column_of(column) if column else Column(
                name="政府信息公开",
                description="各行政机关主动公开的政府信息",
                keywords=("政府信息公开", "主动公开"),
                kind="政府信息公开",
            ),
        ),
        "form": form,
        "found": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "capped": paginator.is_capped,
        "cap": items.SEARCH_CAP,
        "filtered": bool(form.errors) or any(form.cleaned_data.values()),
        "column": column,
        "entry": entry,
    }  # fmt: skip
    response = render(request, "gongkai/portal/item_list.html", context)
    return conditional.page(request, response)


def _found(form: ItemFilter) -> tuple[QuerySet[DisclosedItem], CatalogueEntry | None]:
    """What the answers leave of all items, and the entry of the catalogue that is asked for."""
    found, entry = items.live(), None
    if slug := form.asked("column"):
        found = items.in_column(found, form.columns[slug])
    if code := form.asked("organ"):
        found = found.filter(organ__code=code)
    if name := form.asked("name"):
        found = found.filter(Q(organ__name__icontains=name) | Q(organ__short_name__icontains=name))
    if year := form.asked("year"):
        found = items.in_year(found, year)
    if code := form.asked("topic"):
        found = items.on_topic(found, form.topics[code])
    if state := form.asked("validity"):
        found = items.with_validity(found, state, timezone.localdate())
    if code := form.asked("entry"):
        entry = items.entries_in_force().filter(code=code).first()
        found = items.answering(found, code)
    if words := form.asked("q"):
        found = items.matching(found, words)
    return (found.none() if form.errors else found), entry


def _crumbs(column: CatalogueColumn | None) -> tuple[Crumb, ...]:
    """信息公开, the columns above, the column itself."""
    if column is None:
        return (Crumb(_("信息公开")),)
    return (*trail_to(column, whole=False), Crumb(column.title))


def trail_to(column: CatalogueColumn, *, whole: bool = True) -> tuple[Crumb, ...]:
    """The way to a column's items; with ``whole`` the column itself is a link too."""
    address = reverse("portal:item_list")
    steps = [column.parent] if column.parent_id else []
    if whole:
        steps.append(column)
    return (
        Crumb(_("信息公开"), address),
        *(Crumb(one.title, f"{address}?{urlencode({'column': one.slug})}") for one in steps),
    )
