"""The leaders (领导信息): who leads which body, with duties, career and picture."""

from __future__ import annotations

from itertools import groupby

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from gongkai.catalogue.models import ColumnKind
from gongkai.disclosure import leaders
from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import Organ
from gongkai.portal import conditional, items
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.pages import Column, Crumb, Page

SPEECHES = 8
FEW = 3
"""So many bodies stand open; of more only the first, and the others fold out."""


def _column() -> Column:
    return Column(
        name="领导信息",
        description="各机关领导的姓名、职务、工作分工和简历",
        keywords=("领导信息", "领导分工", "简历"),
        kind="领导信息",
    )


@require_safe
def leader_list(request: HttpRequest) -> HttpResponseBase:
    """The leaders of the highest bodies and of those directly below, body by body."""
    found = leaders.in_office().filter(organ__depth__lte=1)
    groups = [(organ, list(some)) for organ, some in groupby(found, lambda one: one.organ)]
    context = {
        "page": Page(
            title=_("领导信息"),
            description=_("各机关领导的姓名、职务、工作分工和简历"),
            section="organs",
            crumbs=(
                Crumb(pgettext("list", "机关"), reverse("portal:organ_list")),
                Crumb(_("领导信息")),
            ),
            column=_column(),
        ),
        "groups": groups,
        "few": len(groups) <= FEW,
    }
    return deliver(
        request,
        "gongkai/portal/platform/leader_list.html",
        context,
        tags={tags.LEADERS, tags.ORGANS},
    )


@require_safe
def leader(request: HttpRequest, number: int) -> HttpResponseBase:
    """One leader in office; who has left is no longer shown."""
    found = leaders.in_office().filter(pk=number).first()
    if found is None or found.current is None:
        raise Http404
    version = found.current
    context = {
        "page": Page(
            title=_("%(position)s%(name)s")
            % {"position": f"{version.position} ", "name": version.name},
            description=_("%(organ)s%(position)s%(name)s的工作分工和简历")
            % {"organ": found.organ.name, "position": version.position, "name": version.name},
            section="organs",
            crumbs=(
                Crumb(pgettext("list", "机关"), reverse("portal:organ_list")),
                Crumb(found.organ.label, reverse("portal:organ", args=[found.organ.code])),
                Crumb(_("领导信息"), reverse("portal:leader_list")),
                Crumb(version.name),
            ),
            column=_column(),
        ),
        "leader": found,
        "version": version,
        "speeches": items.marked(_speeches(found.organ), timezone.localdate()),
        "others": [one for one in leaders.of_organ(found.organ) if one.pk != found.pk],
    }
    return deliver(
        request,
        "gongkai/portal/platform/leader.html",
        context,
        tags={tags.LEADERS, tags.ORGANS, tags.organ(found.organ.code)},
    )


def _speeches(body: Organ) -> QuerySet[DisclosedItem]:
    """What the body published last under 领导信息: speeches, activities, who does what."""
    told = items.live().filter(organ=body.pk, column__kind=ColumnKind.LEADERS)
    return items.listed(told)[:SPEECHES]


@require_safe
def leader_picture(request: HttpRequest, number: int, stored: int) -> HttpResponseBase:
    """The picture that a public version shows; no other file of the store."""
    found = leaders.in_office().filter(pk=number).first()
    kept = found.current.portrait if found is not None and found.current is not None else None
    if kept is None or kept.pk != stored:
        raise Http404

    def make() -> HttpResponseBase:
        return FileResponse(kept.file.open("rb"), content_type=kept.media_type)

    response = conditional.file(request, f"leader-picture|{kept.sha256}", make)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
