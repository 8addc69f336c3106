"""The staff's start page: what awaits me, and what the whole city should know."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.ui.components import Component

from gongkai.desk.queries import work_lists
from gongkai.organs import policy, shell
from gongkai.workdays.queries import calendar_warning


class WorkListsPanel(Component):
    """Tasks by room, most pressing first; a sentence when nothing awaits."""

    name = "work_lists"
    order = 100
    template_name = "gongkai/desk/work_lists.html"

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        today = timezone.localdate()
        return {
            "lists": work_lists(user, today),
            "warning": calendar_warning(today),
            "may_mend_calendar": policy.allows(user, "calendar.manage"),
            "sections": shell.sections_for(user),
        }


@hooks.register("construct_homepage_panels")
def add_work_lists(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(WorkListsPanel())
