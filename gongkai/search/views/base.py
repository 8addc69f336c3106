"""What the search screens share."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet

from gongkai.organs.staff_views.base import StaffView

VIEW: Final = "search.view"
MANAGE: Final = "search.manage"

TABS: Final = (
    ("index", "搜不到的词"),
    ("asked", "常搜的词"),
    ("synonyms", "同义词"),
    ("curated", "推荐搜索词"),
    ("try", "试一试"),
)


class SearchView(StaffView):
    """Shows what belongs to the whole site: nothing to narrow by body."""

    action = VIEW
    tab: str = ""

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        return queryset

    @property
    def manages(self) -> bool:
        """Whether the user keeps the words."""
        return self.allows(MANAGE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [
            {"label": label, "url": self.url(name), "current": name == self.tab}
            for name, label in TABS
            if self.manages or name in ("index", "asked", "synonyms", "try")
        ]
        return super().get_context_data(**{"tabs": tabs, **kwargs})


class ManageView(SearchView):
    """A screen that changes the words."""

    action = MANAGE
