"""What the head of a page says to machines."""

from __future__ import annotations

from django import template
from django.core.exceptions import DisallowedHost
from django.template.context import RequestContext
from django.utils.safestring import SafeString, mark_safe

from gongkai.portal.feeds import structured

register = template.Library()


@register.simple_tag(takes_context=True)
def absolute_url(context: RequestContext, path: str) -> str:
    """The whole address of a local one; without any, that of this page without its query."""
    request = context["request"]
    try:
        address: str = request.build_absolute_uri(path or request.path)
    except DisallowedHost:  # the page that refuses a foreign host is drawn with this too
        return path or str(request.path)
    return address


@register.simple_tag(takes_context=True)
def structured_data(context: RequestContext) -> SafeString:
    """The page in schema.org's words: its trail, and what its view says of it.

    A data block is never executed, so the content security policy has nothing to allow.
    """
    request, page = context["request"], context["page"]
    said = [*page.data]
    if page.trail:
        said.insert(0, structured.breadcrumbs(request, page.trail, page.canonical))
    if not said or page.robots:
        return SafeString("")
    return mark_safe(  # noqa: S308 - `as_json` escapes whatever could end the block
        f'<script type="application/ld+json">{structured.as_json(said)}</script>\n'
    )
