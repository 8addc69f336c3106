"""What the screens of this room share."""

from __future__ import annotations

from typing import Any

from gongkai.organs.staff_views.base import StaffView


class FoiView(StaffView):
    """A screen with the room's two tabs: requests, and reviews and lawsuits."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about_cases = self.request.resolver_match is not None and str(
            self.request.resolver_match.url_name
        ).startswith("case_")
        tabs = [
            {"label": "申请", "url": self.url("index"), "current": not about_cases},
            {"label": "复议、诉讼案件", "url": self.url("case_list"), "current": about_cases},
        ]
        return super().get_context_data(**{"tabs": tabs, **kwargs})
