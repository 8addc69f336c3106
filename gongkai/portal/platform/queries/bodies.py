"""Public bodies: how they stand to each other, and what each says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.catalogue.models import Duty, DutyState, Field, StandardCatalogue
from gongkai.organs.models import Organ, OrganKind
from gongkai.portal import queries
from gongkai.reports.models import AnnualReport

SLIM: Final = ("address", "phone", "email", "office_hours", "credit_code")
"""What a body has to say for itself and a list of bodies does not."""
MANY_BODIES: Final = 200
"""Lists of bodies end here; no county has so many."""
KIND_NAMES: Final[dict[OrganKind, str | Promise]] = {
    OrganKind.GOVERNMENT: gettext_lazy("人民政府"),
    OrganKind.DEPARTMENT: gettext_lazy("政府部门"),
    OrganKind.SUBDISTRICT: gettext_lazy("街道办事处"),
    OrganKind.TOWNSHIP: gettext_lazy("乡镇人民政府"),
    OrganKind.INSTITUTION: gettext_lazy("授权组织"),
    OrganKind.PUBLIC_UTILITY: gettext_lazy("公共企事业单位"),
}
"""The kinds of bodies as headings in the reader's language."""


def organ(code: str) -> Organ | None:
    """A body with the one above it and the one that took over."""
    return Organ.objects.select_related("parent", "successor").filter(code=code).first()


def city() -> Organ | None:
    """The government whose platform this is: the highest one."""
    return (
        Organ.objects.filter(kind=OrganKind.GOVERNMENT)
        .order_by(F("abolished_on").desc(nulls_first=True), "depth", "path")
        .first()
    )


@dataclass(frozen=True)
class Relations:
    """The bodies directly below, and those whose tasks the body took over."""

    below: tuple[Organ, ...]
    took_over: tuple[Organ, ...]


def relations(body: Organ) -> Relations:
    """Who stands below the body and whom it succeeded, in the order of the tree."""
    found = list(
        Organ.objects.filter(Q(parent=body.pk) | Q(successor=body.pk))
        .select_related("successor")
        .order_by("path")
    )
    return Relations(
        tuple(one for one in found if one.parent_id == body.pk),
        tuple(one for one in found if one.successor_id == body.pk),
    )


def latest_reports(body: Organ, number: int) -> list[AnnualReport]:
    """The body's newest published reports, one a year."""
    found = queries.published().filter(organ=body.pk).select_related("organ")
    rows = queries.newest_first(found).defer(*queries.HEAVY)[: 2 * number]
    return queries.one_a_year(rows)[:number]


def fields_of(body: Organ) -> list[Field]:
    """The key fields of which the body has taken matters on."""
    taken = Duty.objects.filter(
        organ=body.pk, entry__catalogue__state=StandardCatalogue.State.IN_FORCE
    ).exclude(state=DutyState.NOT_APPLICABLE)
    return list(Field.objects.filter(pk__in=taken.values("entry__field")))


def directory() -> list[Organ]:
    """The highest bodies and those directly below them; what is deeper stands on their pages."""
    found = Organ.objects.filter(depth__lte=1).select_related("parent", "successor")
    return list(found.order_by("path"))


@dataclass(frozen=True)
class Kind:
    """The bodies of one kind."""

    label: str
    organs: tuple[Organ, ...]


def by_kind(organs: Iterable[Organ]) -> list[Kind]:
    """The bodies that exist by kind, governments first."""
    found: dict[str, list[Organ]] = {kind: [] for kind in OrganKind.values}
    for one in organs:
        if one.is_active():
            found[one.kind].append(one)
    return [
        Kind(str(KIND_NAMES[OrganKind(kind)]), tuple(members))
        for kind, members in found.items()
        if members
    ]


def facts_of(body: Organ) -> list[tuple[str, str]]:
    """Where and how the body is to be reached (Art. 12); what is not known is left out."""
    rows: list[tuple[str, Any]] = [
        (_("公开工作机构"), body.office_name),
        (_("机构负责人"), body.responsible_person),
        (_("办公地址"), body.address),
        (_("办公时间"), body.office_hours),
        (_("联系电话"), body.phone),
        (_("电子邮箱"), body.email),
    ]
    return [(label, str(value)) for label, value in rows if value]
