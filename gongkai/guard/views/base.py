"""What the screens of the word lists share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from gongkai.guard import queries
from gongkai.guard.models import LexiconTerm
from gongkai.organs.models import Organ
from gongkai.organs.staff_views.base import StaffView

TABS = (("index", "本地词库"), ("packaged", "随附词库"), ("try", "试一试"))


class GuardView(StaffView):
    """Shows the site's terms, and of bodies' own those of the user's bodies."""

    action = queries.VIEW
    tab: str = "index"

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        if self.request.user.is_superuser:
            return queryset
        return queryset.filter(queries.visible_to(self.request.user))

    def keeps(self, organ: Organ | None) -> bool:
        """Whether the user keeps the list of this body (of the site)."""
        return queries.may_keep(self.request.user, organ)

    def keeps_any(self) -> bool:
        """Whether the user keeps any list."""
        return queries.may_keep_any(self.request.user)

    def get_queryset(self) -> QuerySet[Any]:
        return LexiconTerm.objects.select_related("organ")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [
            {"label": label, "url": self.url(name), "current": name == self.tab}
            for name, label in TABS
        ]
        return super().get_context_data(**{"tabs": tabs, **kwargs})


class KeeperView(GuardView):
    """A screen for those who keep a list; `keeps_this` says which one it must be."""

    def check_access(self) -> None:
        super().check_access()
        if not self.keeps_this():
            raise PermissionDenied

    def keeps_this(self) -> bool:
        """Whether the user keeps what this screen changes."""
        return self.keeps_any()
