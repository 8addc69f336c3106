"""Our sections in Wagtail's admin shell, and Wagtail's own furniture out of the way."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from gongkai.organs import shell

HIDDEN_FROM_MENU = frozenset({"help", "reports"})
HIDDEN_FROM_SETTINGS = frozenset({"users", "groups"})
"""Accounts and rights have screens of their own, which write the ledger."""

FIRST = -100
"""Our tidying runs first, so that a room's own hook still adds what it wants."""


@hooks.register("register_admin_urls")
def section_urls() -> list[Any]:
    return shell.urlpatterns()


@hooks.register("construct_main_menu", order=FIRST)
def draw_sections(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Our sections by permission; Wagtail's own items in one corner, for superusers only."""
    own = [item for item in menu_items if item.name not in HIDDEN_FROM_MENU]
    menu_items.clear()
    if request.user.is_superuser and own:
        menu_items.append(
            SubmenuMenuItem(
                "平台维护", Menu(items=own), name="platform", icon_name="cogs", order=9900
            )
        )
    menu_items.extend(
        MenuItem(
            section.label,
            section.url,
            name=f"section-{section.name}",
            icon_name=section.icon,
            order=section.order,
        )
        for section in shell.sections_for(request.user)
    )


@hooks.register("construct_settings_menu", order=FIRST)
def hide_wagtail_accounts(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in HIDDEN_FROM_SETTINGS]


@hooks.register("construct_homepage_panels", order=FIRST)
def clear_panels(request: HttpRequest, panels: list[Any]) -> None:
    """Wagtail's own panels show every body's work to everybody; the desk brings ours."""
    panels.clear()


@hooks.register("construct_homepage_summary_items", order=FIRST)
def clear_summary(request: HttpRequest, items: list[Any]) -> None:
    items.clear()


@hooks.register("insert_global_admin_css")
def staff_css() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("gongkai/staff.css"))


@hooks.register("insert_global_admin_js")
def staff_js() -> str:
    return format_html('<script src="{}" defer></script>', static("gongkai/staff.js"))
