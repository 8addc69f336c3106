"""System checks for the settings of the public site."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

THEMES = ("blue", "red")
FOOTER_KEYS = (
    "operator",
    "contact",
    "code",
    "icp",
    "police",
    "conac_url",
    "faults_url",
    "superior_name",
    "superior_url",
)


@register()
def check_theme(**_: Any) -> list[CheckMessage]:
    """portal.E001: a theme that is not shipped."""
    if settings.THEME in THEMES:
        return []
    return [
        Error(
            f"GONGKAI_THEME 的值“{settings.THEME}”不是已有的主题。",
            hint=f"可选：{'、'.join(THEMES)}。",
            id="portal.E001",
        )
    ]


@register()
def check_footer(**_: Any) -> list[CheckMessage]:
    """portal.E002: a footer fact under a name that no page would print."""
    return [
        Error(
            f"GONGKAI_SITE_FOOTER 中的“{key}”不会显示在任何页面上。",
            hint=f"可用的名称：{'、'.join(FOOTER_KEYS)}。",
            id="portal.E002",
        )
        for key in settings.SITE_FOOTER
        if key not in FOOTER_KEYS
    ]
