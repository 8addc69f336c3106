"""The key fields (重点领域): field → level 1 → level 2, each matter beside its items."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.catalogue.models import Field
from gongkai.portal import items
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.pages import Column, Crumb, Page
from gongkai.portal.platform import queries


def _column(name: str) -> Column:
    return Column(
        name=name,
        description="基层政务公开重点领域的事项和各行政机关公开的信息",
        keywords=("重点领域", "基层政务公开", "标准目录"),
        kind="重点领域",
    )


@require_safe
def field_list(request: HttpRequest) -> HttpResponseBase:
    """All fields with the numbers of their matters and items."""
    standard = items.catalogue_in_force()
    context = {
        "page": Page(
            title=_("重点领域"),
            description=_("基层政务公开重点领域：按事项查看应当公开什么、由谁公开、已经公开了什么"),
            section="fields",
            crumbs=(Crumb(_("重点领域")),),
            column=_column("重点领域"),
        ),
        "standard": standard,
        "tiles": queries.field_tiles(standard),
    }
    return deliver(
        request,
        "gongkai/portal/platform/field_list.html",
        context,
        tags={tags.CATALOGUE},
    )


@require_safe
def field(request: HttpRequest, code: str, organ: str = "") -> HttpResponseBase:
    """One field; with a body what that body owes and has published of it."""
    one = Field.objects.filter(code=code).first()
    if one is None:
        raise Http404
    standard = items.catalogue_in_force()
    bodies = queries.bodies_of_field(standard, one) if standard else []
    body = next((found for found in bodies if found.code == organ), None)
    if organ and body is None:
        raise Http404
    groups = queries.field_matters(standard, one, body, timezone.localdate()) if standard else []
    crumbs = (
        Crumb(_("重点领域"), reverse("portal:field_list")),
        *(
            (Crumb(one.name, reverse("portal:field", args=[code])), Crumb(body.label))
            if body
            else (Crumb(one.name),)
        ),
    )
    context = {
        "page": Page(
            title=_("%(field)s：%(body)s") % {"field": one.name, "body": body.name}
            if body
            else one.name,
            description=_(
                "“%(field)s”领域应当公开的事项、公开内容、依据、时限、主体和已经公开的信息"
            )
            % {"field": one.name},
            section="fields",
            crumbs=crumbs,
            column=_column(one.name),
        ),
        "field": one,
        "body": body,
        "bodies": bodies,
        "standard": standard,
        "groups": groups,
        "matters": sum(len(group.rows) for group in groups),
        "published": sum(row.items > 0 for group in groups for row in group.rows),
        "stated": sum(
            not row.items and bool(row.statements) for group in groups for row in group.rows
        ),
    }
    return deliver(
        request,
        "gongkai/portal/platform/field.html",
        context,
        tags={tags.CATALOGUE, tags.ORGANS, tags.field(code)},
    )
