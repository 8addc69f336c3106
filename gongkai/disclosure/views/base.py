"""What all screens of this room share: the tabs, and the one item inside the scope."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import cached_property

from gongkai.disclosure import links, panel, presenting, queries, services
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.workflow import ACTION_OF_STEP
from gongkai.organs.staff_views.base import StaffView

DECIDING = tuple(ACTION_OF_STEP.values())


def words_of(error: Exception) -> str:
    """What a service complained about, in one line for a message."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return str(error) or "您没有此项权限。"


class RoomView(StaffView):
    """A screen of the room with the tabs above it."""

    tab: str = ""
    lead: str = ""
    """A sentence below the tabs: what the list is for."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"tabs": self._tabs(), "lead": self.lead, **kwargs})

    def _tabs(self) -> list[dict[str, Any]]:
        offered = [
            ("awaiting", "待我办理", any(self.allows(action) for action in DECIDING)),
            ("index", "全部信息", True),
            ("gaps", "文号缺号", True),
            ("assessments", "到期评估", True),
            ("interpretations", "政策解读", True),
            ("rounds", "文件清理", True),
            ("chains", "审核流程", True),
            ("leaders", "领导信息", True),
            ("bulk", "批量办理", self.allows("disclosure.import")),
        ]
        return [
            {"label": label, "url": self.url(name), "current": name == self.tab}
            for name, label, wanted in offered
            if wanted
        ]


class ItemView(RoomView):
    """A screen of one item: 404 outside the scope of `action`."""

    action = "disclosure.view"
    object: Any = None

    def check_access(self) -> None:
        super().check_access()
        self.object = self.get_scoped(self.get_queryset(), pk=self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Any]:
        return DisclosedItem.objects.select_related(
            "organ", "column", "topic__parent", "latest_revision", "live_revision",
            "drafted_by", "submitted_by", "successor",
        )  # fmt: skip

    @cached_property
    def version(self) -> DisclosedItem:
        """The newest version: the draft under way, or what is public."""
        return presenting.with_files(queries.latest_version(self.object))

    def place(self, what: str, *args: Any) -> str:
        """The address of another screen of this item."""
        return self.url(what, self.object.pk, *args)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"object": self.object, **kwargs})

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(self.object.title, self.place("item_detail"))]

    def file_url(self, number: int) -> str:
        return self.place("item_file", number)

    def item_url(self, item: DisclosedItem) -> str:
        """The staff page of a related item that the person may see, else the public one."""
        if self.allows("disclosure.view", item.organ):
            return self.url("item_detail", item.pk)
        return links.public_url(item)

    def checked(self) -> panel.Panel:
        """The guard's findings for the newest version."""
        return panel.panel(self.object, services.check_item(self.actor, self.object))
