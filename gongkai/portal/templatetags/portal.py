"""Small helpers for the public templates."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from gongkai.portal import addresses, articles, reading
from gongkai.portal.paging import page_address
from gongkai.reports.models import AnnualReport

register = template.Library()

_HAN = re.compile(r"[\u4e00-\u9fff]")
LONGEST_WAY_BACK = 2_000
"""Characters of an address that the switches carry along; they lead back to none of more than 2,048
(`django.utils.http`), which would only come a dozen times in the page that answers it."""


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of the vendored family. It decorates a label and is never read out."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("vendor/lucide-static/sprite.svg"),
        name,
    )


@register.filter
def reader_date(value: date | datetime | None) -> str:
    """2026年3月5日, or 5 March 2026; empty for no date."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    if (get_language() or "").startswith("en"):
        return date_format(value, "j F Y")
    return f"{value.year}年{value.month}月{value.day}日"


@register.filter
def number(value: int | Decimal | None) -> str:
    """A figure with thousands separated: 5,292 or 37,597.005; a dash where there is none."""
    return "—" if value is None else f"{value:,}"


@register.filter
def article(printed: str) -> str:
    """An article of the law in the reader's language."""
    return articles.told(printed)


@register.filter
def record_lang(text: object) -> SafeString:
    """The lang attribute of what may be a record (a name, a title) or a word of the interface: on
    a page in another language, only records have Chinese characters."""
    foreign = not (get_language() or "").startswith("zh")
    return SafeString(' lang="zh-Hans"' if foreign and _HAN.search(str(text)) else "")


@register.filter
def title_breaks(title: str) -> SafeString:
    """The title with places where a line may end, so that no word is torn apart."""
    text = escape(title)
    for word in ("政府信息公开", "工作年度报告"):
        text = mark_safe(text.replace(word, f"<wbr>{word}"))  # noqa: S308 - escaped above
    return text


@register.simple_tag(takes_context=True)
def display_link(context: RequestContext, choice: str) -> str:
    """The address of a display or language switch that leads back to this page."""
    request = context["request"]
    back = request.get_full_path()
    if len(back) > LONGEST_WAY_BACK:
        back = request.path if len(request.path) <= LONGEST_WAY_BACK else reverse("portal:home")
    return f"{reverse('portal:display')}?{urlencode({'set': choice, 'next': back})}"


@register.simple_tag(takes_context=True)
def with_query(context: RequestContext, **changes: Any) -> str:
    """This page's query with some values changed; an empty value takes the key out."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def page_link(context: RequestContext, number: int) -> str:
    """The address of another page of the list: by path where the view says `paged_at`."""
    base = context.get("paged_at")
    return page_address(base, number) if base else with_query(context, page=number)


@register.simple_tag(takes_context=True)
def demo_part(context: RequestContext, name: str) -> SafeString:
    """A part of the page that the sample city provides; nothing outside the demo.

    The portal knows the template's name only, so the room of the sample city can be taken out.
    """
    if not settings.DEMO:
        return mark_safe("")
    try:
        part = get_template(f"gongkai/demo/{name}.html")
    except TemplateDoesNotExist:
        return mark_safe("")
    return part.render(context.flatten(), context.get("request"))


@register.simple_tag
def leaving(address: str) -> str:
    """The address itself for a site of the government, else the page that says one leaves."""
    if reading.is_official(address):
        return address
    return f"{reverse('portal:leave')}?{urlencode({'to': address})}"


@register.simple_tag
def report_url(report: AnnualReport, version: bool = False) -> str:
    return addresses.report_url(report, version=version)


@register.inclusion_tag("gongkai/portal/parts/files.html")
def report_files(report: AnnualReport, version: bool = False) -> dict[str, Any]:
    """Links to the report's files, each named in full for those who cannot see the row."""
    return {
        "title": report.title,
        "files": [
            (kind.label, addresses.file_url(report, kind.extension, version=version))
            for kind in addresses.FILES
        ],
    }
