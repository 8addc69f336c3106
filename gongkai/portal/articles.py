"""Articles of the law in the reader's language: 条例第三十三条第二款 reads Regulations, Article 33
paragraph 2 on an English page."""

from __future__ import annotations

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LAWS: Final[dict[str, str | Promise]] = {
    "信息处理费管理办法": _("信息处理费管理办法"),
    "复议法": _("复议法"),
    "行诉法": _("行诉法"),
    "条例": _("条例"),
}
UNITS: Final[dict[str, str | Promise]] = {
    "条": _("第%(number)s条"),
    "款": _("第%(number)s款"),
    "项": _("第%(number)s项"),
}
_DIGITS: Final = "一二三四五六七八九"
_STEP: Final = re.compile(r"第（?([一二三四五六七八九十百]+)）?(条|款|项)")
_FURTHER: Final = re.compile(r"、(?=第)")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")


def told(article: str) -> str:
    """The article in the words of the page; as it is printed where a law has no name in them."""
    if not (get_language() or "").startswith("en"):
        return article
    text = article
    for printed, name in LAWS.items():
        text = text.replace(printed, f"{name},")
    text = _FURTHER.sub(" and", text).replace("、", "; ")
    text = _STEP.sub(lambda step: f" {_unit(step[2], step[1])}", text).strip()
    return article if _HAN.search(text) else text


def _unit(unit: str, printed: str) -> str:
    return str(UNITS[unit]) % {"number": number(printed)}


def number(printed: str) -> int:
    """五十一 → 51. Articles of one law stay below a thousand."""
    value = digit = 0
    for sign in printed:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign) + 1
        else:
            value += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
    return value + digit
