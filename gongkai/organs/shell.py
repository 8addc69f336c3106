"""The staff shell: every room brings its section, the shell draws one menu and one address space.

A room contributes through a module `staff.py` with a tuple `sections`:

    # gongkai/registers/staff.py
    from django.urls import path
    from gongkai.organs.shell import QuickAction, StaffSection
    from gongkai.registers import staff_views as views

    sections = (
        StaffSection(
            name="registers",               # /staff/registers/, URL namespace "registers"
            label="行政行为台账",
            icon="list-ul",                 # an icon of Wagtail's set
            order=300,                      # 100 reports, 200 foi, 300 registers, 700 workdays,
                                            # 800 organs, 810 staff, 900 ledger
            permission="registers.view",    # one action of the policy, or several (any of them)
            url_name="index",               # where the menu item leads: "registers:index"
            quick_actions=(                 # buttons of the start page, for whoever may
                QuickAction("登记决定", "create", "registers.edit"),
            ),
            urls=(
                path("", views.DecisionList.as_view(), name="index"),
                path("<int:pk>/", views.DecisionDetail.as_view(), name="detail"),
                path("new/", views.DecisionCreate.as_view(), name="create"),
            ),
        ),
    )

A room names the acts that it records in the ledger in a module `ledger_acts.py`:

    labels = {"registers.create": "登记行政行为", …}

The menu item shows to those whom the policy gives one of `permission` anywhere; each view asks
again for itself (see `staff_views`). Wagtail's shell asks for a login before any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.module_loading import module_has_submodule

from gongkai.organs import policy


@dataclass(frozen=True)
class QuickAction:
    """What a person often begins, as a button on the start page: "登记申请"."""

    label: str
    url_name: str
    """Within the section's namespace."""
    permission: str
    icon: str = "plus"


@dataclass(frozen=True)
class StaffSection:
    """One entry of the staff menu and the addresses below it."""

    name: str
    label: str
    icon: str
    order: int
    urls: Sequence[URLPattern | URLResolver]
    permission: str | tuple[str, ...]
    url_name: str = "index"
    in_menu: bool = True
    """False for a section that is entered from other pages only."""
    quick_actions: Sequence[QuickAction] = ()

    @property
    def permissions(self) -> tuple[str, ...]:
        return (self.permission,) if isinstance(self.permission, str) else self.permission

    @property
    def url(self) -> str:
        """Where the menu item leads."""
        return reverse(f"{self.name}:{self.url_name}")

    def is_open_to(self, user: Any) -> bool:
        """Whether the policy gives the user one of the section's actions anywhere."""
        return any(policy.allows(user, action) for action in self.permissions)


def discover(module: str) -> list[Any]:
    """The modules named `module` of all rooms, in the order of INSTALLED_APPS."""
    found = []
    for config in apps.get_app_configs():
        if config.name.startswith("gongkai.") and module_has_submodule(config.module, module):
            found.append(import_module(f"{config.name}.{module}"))
    return found


@cache
def sections() -> tuple[StaffSection, ...]:
    """All sections by order. Raises ImproperlyConfigured when two share a name."""
    collected: list[StaffSection] = []
    for module in discover("staff"):
        collected.extend(module.sections)
    names = [section.name for section in collected]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise ImproperlyConfigured(f"Staff sections share a name: {', '.join(doubles)}")
    for section in collected:
        begun = [quick.permission for quick in section.quick_actions]
        for action in (*section.permissions, *begun):
            if action not in policy.ACTIONS:
                raise ImproperlyConfigured(f"Section {section.name}: unknown action {action}")
    return tuple(sorted(collected, key=lambda s: (s.order, s.name)))


def sections_for(user: Any) -> list[StaffSection]:
    """The sections of the menu that the user may enter."""
    return [section for section in sections() if section.in_menu and section.is_open_to(user)]


def quick_actions_for(user: Any) -> list[tuple[QuickAction, str]]:
    """What the user may begin from the start page, each with its address."""
    return [
        (action, reverse(f"{section.name}:{action.url_name}"))
        for section in sections()
        for action in section.quick_actions
        if policy.allows(user, action.permission)
    ]


def urlpatterns() -> list[URLResolver]:
    """/staff/<section name>/… of every section, each in a namespace of its own name."""
    return [
        path(f"{section.name}/", include((list(section.urls), section.name)))
        for section in sections()
    ]


@cache
def act_labels() -> dict[str, str]:
    """Every recorded act that some room names, in words."""
    return {
        code: label for module in discover("ledger_acts") for code, label in module.labels.items()
    }


def act_label(code: str) -> str:
    """The act in words; the code itself when no room names it (any more)."""
    return act_labels().get(code, code)


def act_choices() -> list[tuple[str, str]]:
    """For a filter: codes and words, room by room."""
    return sorted(act_labels().items())
