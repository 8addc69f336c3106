"""The staff's start page: what awaits me, what is late, what will be."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.ui.components import Component

from gongkai.desk.queries import bodies_for, desk_for, in_words
from gongkai.desk.words import hints_for
from gongkai.organs import policy, shell
from gongkai.organs.models import Role
from gongkai.workdays.queries import calendar_warning


class DeskPanel(Component):
    """Tasks of all rooms by nearness, the lists they come from, and the bodies looked after."""

    name = "desk"
    order = 100
    template_name = "gongkai/desk/desk.html"

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        today = timezone.localdate()
        return {
            "today": f"{today.year}年{in_words(today, today)}",
            "desk": desk_for(user, today),
            "bodies": bodies_for(user, today),
            "standing_in": [
                (grant.principal, Role(grant.role).label)
                for grant in policy.grants_of(user)
                if grant.on_behalf_of is not None
            ],
            "warning": calendar_warning(today),
            "may_mend_calendar": policy.allows(user, "calendar.manage"),
            "may_have_deputies": bool(policy.roles_of(user) - policy.ADMINISTRATORS),
            "actions": shell.quick_actions_for(user),
            "sections": shell.sections_for(user),
            "hints": hints_for(user),
        }


@hooks.register("construct_homepage_panels")
def add_desk(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(DeskPanel())
