"""What the office has chosen for the look of the site: colours and emblem, as small files."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from gongkai.portal import colours, conditional, preferences
from gongkai.portal.preferences import Preferences


@require_safe
def stylesheet(request: HttpRequest, dark: bool = False) -> HttpResponseBase:
    """The colours chosen, as far as they differ from the theme's; empty when none does."""
    rules = _rules(preferences.current(), dark)

    def make() -> HttpResponseBase:
        return HttpResponse(rules, content_type="text/css; charset=utf-8")

    return conditional.file(request, f"colours|{rules}", make)


def _rules(chosen: Preferences, dark: bool) -> str:
    """Tokens of the one set or the other; a dark colour not chosen is made from the light one."""
    suffix = "-dark" if dark else ""
    sheet = f"{chosen.theme}{suffix}"
    found = {}
    for token in ("brand", "accent"):
        colour = getattr(chosen, f"{token}_dark" if dark else token)
        if dark and not colour and getattr(chosen, token):
            colour = colours.lightened(getattr(chosen, token), sheet)
        if colour:
            found[token] = colour
    if "brand" in found:
        found["brand-ink"] = colours.ink_on(found["brand"])
        if not dark:
            found["bar"], found["bar-ink"] = found["brand"], found["brand-ink"]
    if dark and chosen.brand:
        # The bar stays a dark ground on dark pages, whatever its hue.
        found["bar"] = colours.mixed(chosen.brand, colours.BLACK, 0.35)
        found["bar-ink"] = colours.ink_on(found["bar"])
    if not found:
        return ""
    return ":root {" + " ".join(f"--{name}: {value};" for name, value in found.items()) + "}\n"


@require_safe
def emblem(request: HttpRequest, mark: str, extension: str) -> HttpResponse:
    """The emblem chosen, under an address that changes with it and may therefore be kept."""
    found = preferences.emblem_content()
    chosen = preferences.current()
    if found is None or not chosen.emblem_url.endswith(f"/{mark}.{extension}"):
        raise Http404
    content, media_type = found
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
