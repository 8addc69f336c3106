"""What every staff view shares: who may enter, whose records, where am I."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic.base import ContextMixin, View

from gongkai.ledger.actor import Actor
from gongkai.organs import policy, shell
from gongkai.organs.models import Organ

MAX_KEY = 2**63 - 1


@dataclass(frozen=True)
class Button:
    """A link drawn as a button right of a page's title. `kind`: primary, secondary, danger."""

    label: str
    url: str
    icon: str = ""
    kind: str = "primary"


class StaffView(ContextMixin, View):
    """A screen of the staff shell. Subclasses name their `action` of the policy.

    The user must be logged in and hold the action somewhere; records are then narrowed to
    the bodies over which he holds it (`scoped`, `get_scoped`).
    """

    action: ClassVar[str]
    organ_field: ClassVar[str] = "organ"
    title: str = ""
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        self.check_access()
        return super().dispatch(request, *args, **kwargs)

    def check_access(self) -> None:
        """Raise PermissionDenied unless the user holds the action anywhere."""
        if not self.allows(self.action):
            raise PermissionDenied

    @property
    def actor(self) -> Actor:
        """The person at the screen, for the services."""
        return Actor.from_request(self.request)

    def allows(self, action: str, organ: Organ | None = None) -> bool:
        """Whether the user may do `action` (upon `organ`, or anywhere)."""
        return policy.allows(self.request.user, action, organ)

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        """`queryset` without what lies outside the user's bodies."""
        return policy.scope(
            queryset, self.request.user, action or self.action, field=self.organ_field
        )

    def get_scoped(self, queryset: QuerySet[Any], **lookup: Any) -> Any:
        """The one object, or 404: for one outside the scope exactly as for none at all."""
        if any(isinstance(v, int) and v > MAX_KEY for v in lookup.values()):
            raise Http404
        return get_object_or_404(self.scoped(queryset), **lookup)

    def url(self, name: str, *args: Any) -> str:
        """The address of another view of the same section (or of "section:name")."""
        if ":" not in name and self.section is not None:
            name = f"{self.section.name}:{name}"
        return reverse(name, args=args)

    @property
    def section(self) -> shell.StaffSection | None:
        """The section this address lies in."""
        match = self.request.resolver_match
        namespace = match.namespace if match else ""
        return next((s for s in shell.sections() if s.name == namespace), None)

    def get_title(self) -> str:
        return self.title

    def get_buttons(self) -> Sequence[Button]:
        """Buttons right of the title."""
        return ()

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        """(label, address) between the section and this page."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = self.get_title()
        crumbs: list[dict[str, str]] = []
        section = self.section
        if section is not None:
            crumbs.append({"label": section.label, "url": section.url})
        crumbs += [{"label": label, "url": url} for label, url in self.get_breadcrumbs()]
        if not crumbs or title != crumbs[-1]["label"]:
            crumbs.append({"label": title, "url": ""})
        context = {
            "title": title,
            "breadcrumbs_items": crumbs,
            "buttons": list(self.get_buttons()),
            "section": section,
        }
        return super().get_context_data(**{**context, **kwargs})


class ObjectMixin:
    """`self.object` by the address, inside the scope; `model` (or `queryset`) says which."""

    model: ClassVar[type[Model] | None] = None
    queryset: ClassVar[QuerySet[Any] | None] = None
    select_related: ClassVar[Sequence[str]] = ()
    object: Any = None

    def get_queryset(self) -> QuerySet[Any]:
        if self.queryset is not None:
            found = self.queryset.all()
        else:
            assert self.model is not None
            found = self.model._default_manager.all()
        return found.select_related(*self.select_related) if self.select_related else found
