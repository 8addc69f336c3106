"""System checks of this room's settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gongkai.statute import index_numbers


@register()
def check_index_numbers(**_: Any) -> list[CheckMessage]:
    """disclosure.E001: the pattern makes no usable index numbers."""
    wrong = index_numbers.problems(settings.INDEX_NUMBER_PATTERN)
    if not wrong:
        return []
    return [
        Error(
            f"索引号规则 INDEX_NUMBER_PATTERN（{settings.INDEX_NUMBER_PATTERN}）不能使用："
            + "".join(wrong),
            hint=f"默认规则是 {index_numbers.DEFAULT_PATTERN}。",
            id="disclosure.E001",
        )
    ]
