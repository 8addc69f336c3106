"""Reports as files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from gongkai.reports import assemble
from gongkai.reports.document import ReportDocument
from gongkai.reports.render import MEDIA_TYPES, render
from gongkai.reports.screens.base import ReportScreen


class Download(ReportScreen):
    """The report in one of the file types; ``?inline`` shows a web page or PDF in the browser."""

    def get(self, request: HttpRequest, pk: int, extension: str, **kwargs: Any) -> HttpResponse:
        if extension not in MEDIA_TYPES:
            raise Http404
        data = render(self.document(), extension)
        response = HttpResponse(data, content_type=MEDIA_TYPES[extension])
        inline = "inline" in request.GET and extension in ("html", "pdf")
        name = f"{self.report.title}.{extension}"
        response["Content-Disposition"] = content_disposition_header(not inline, name) or "inline"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def document(self) -> ReportDocument:
        if self.report.is_frozen:
            return assemble.from_report(self.report, self.live.previous)
        return assemble.from_built(self.live, self.report.sections, self.report.organ)
