"""A document as a file: drawn once for what it says, and kept."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from gongkai.portal import conditional, items
from gongkai.portal.finding.papers import MEDIA_TYPES, is_offered
from gongkai.portal.finding.papers.paper import paper_of

KEEP_FILES: Final = 24 * 3600


@require_safe
def item_document(request: HttpRequest, number: str, extension: str) -> HttpResponseBase:
    """The public document as .docx or .pdf; what is not public, or no document, is missing."""
    item = items.once_public(int(number))
    if item is None or not is_offered(item):
        raise Http404
    paper = paper_of(
        item,
        timezone.localdate(),
        site=settings.SITE_NAME,
        address=request.build_absolute_uri(reverse("portal:item", args=[item.pk])),
    )
    mark = f"{paper.mark}|{extension}"

    def make() -> HttpResponse:
        key = f"paper:{mark}"
        data = cache.get(key)
        if data is None:
            # The libraries of both kinds are slow to import: only the one asked for is loaded.
            drawer = import_module(
                f"gongkai.portal.finding.papers.{'word' if extension == 'docx' else 'pdf'}"
            )
            data = drawer.draw(paper)
            cache.set(key, data, KEEP_FILES)
        response = HttpResponse(data, content_type=MEDIA_TYPES[extension])
        # A PDF opens in the browser; a Word file is for another program.
        response.headers["Content-Disposition"] = str(
            content_disposition_header(extension != "pdf", f"{item.title}.{extension}")
        )
        return response

    response = conditional.file(
        request, f"paper|{mark}", make, last_modified=item.last_published_at
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
