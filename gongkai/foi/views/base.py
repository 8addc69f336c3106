"""What the screens of this room share."""

from __future__ import annotations

from typing import Any, Final

from gongkai.organs.staff_views.base import StaffView

TABS: Final = (
    ("index", "申请", ""),
    ("intake_list", "来件", "intake"),
    ("calendar", "到期日历", "calendar"),
    ("dashboard", "统计", "dashboard"),
    ("help_list", "协办", "help"),
    ("approval_list", "审批", "approval"),
    ("notice_list", "文书送达", "notice"),
    ("message_list", "通知消息", "message"),
    ("template_list", "文书模板", "template"),
    ("answer_list", "说理范例", "answer"),
    ("complaint_list", "投诉", "complaint"),
    ("case_list", "复议、诉讼案件", "case_"),
)
"""Address, words and the beginning of the names of the pages that stand under a tab; "" for the
rest."""

NEEDS: Final = {
    "complaint_list": "foi.complaints",
    "template_list": "foi.configure",
    "answer_list": "foi.handle",
}
"""Tabs that are shown only to those who may open them."""


class FoiView(StaffView):
    """A screen with the room's tabs."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        match = self.request.resolver_match
        name = str(match.url_name) if match is not None else ""
        current = next((tab for tab in TABS if tab[2] and name.startswith(tab[2])), TABS[0])
        tabs = [
            {"label": tab[1], "url": self.url(tab[0]), "current": tab is current}
            for tab in TABS
            if tab[0] not in NEEDS or self.allows(NEEDS[tab[0]])
        ]
        return super().get_context_data(**{"tabs": tabs, **kwargs})
