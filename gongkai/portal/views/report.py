"""One report: the page in the statutory layout, and the same as a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import gongkai
from gongkai.organs import policy
from gongkai.portal import conditional, queries
from gongkai.portal.addresses import FILES, file_url
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.errors import NotPublished
from gongkai.portal.feeds import structured
from gongkai.portal.pages import Article, Crumb, Page, reports_column
from gongkai.reports import assemble
from gongkai.reports.models import AnnualReport, Scope
from gongkai.reports.queries import source_behind
from gongkai.reports.render import MEDIA_TYPES, render
from gongkai.reports.render.html import fragment
from gongkai.statute.formats import get_format

KEEP_FILES = 24 * 3600
"""Seconds for which a drawn file is kept; its key changes with whatever it is drawn from."""


def _asked(request: HttpRequest, code: str, year: int) -> AnnualReport:
    """The report of the address; says which years there are when there is none for this one."""
    scope = request.GET.get("scope", "")
    version = request.GET.get("version", "")
    report = queries.report_version(
        code,
        year,
        scope if scope in Scope.values else None,
        int(version) if version.isascii() and version.isdigit() and len(version) < 5 else None,
    )
    if report is not None:
        return report
    years = sorted({report.year for report in queries.reports_of(code)})
    words = {"code": code[:32], "year": year, "years": "、".join(map(str, years))}
    if years:
        raise NotPublished(
            _("这个机关没有公布%(year)s年度的报告。已公布的年度：%(years)s。") % words
        )
    raise NotPublished(_("代码为“%(code)s”的机关没有公布过年度报告。") % words)


def _links(request: HttpRequest, report: AnnualReport) -> Callable[[str], str | None] | None:
    """Addresses of the records behind the figures, for staff who may see this body's report.

    Readers without a session are not even asked who they are, so their pages cost no query
    for it and are the same for all of them.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    if not policy.allows(request.user, "reports.view", report.organ):
        return None
    report_format = get_format(report.format_id)

    def link(cell: str) -> str | None:
        if source_behind(report_format, cell) is None:
            return None
        return reverse("reports:figure", args=[report.organ.code, report.year, report.scope, cell])

    return link


@require_safe
def report(request: HttpRequest, code: str, year: int) -> HttpResponseBase:
    """The report as published, with its files, its versions and its seal."""
    found = _asked(request, code, year)
    link = _links(request, found)
    document = queries.document_of(found)
    versions = queries.published_versions(found)
    in_force = versions[0]
    context = {
        "page": Page(
            title=found.title,
            description=_("%(title)s：主动公开、依申请公开、行政复议和行政诉讼情况")
            % {"title": found.title},
            section="reports",
            crumbs=(
                Crumb(_("年度报告"), reverse("portal:report_list")),
                Crumb(
                    found.organ.name, f"{reverse('portal:report_list')}?organ={found.organ.code}"
                ),
                Crumb(str(found.year)),
            ),
            column=reports_column(),
            article=Article(
                found.title, found.published_at, found.organ.name, author=found.organ.name
            ),
            data=(
                structured.report(
                    request,
                    found,
                    [(file_url(found, one.extension), one.media_type) for one in FILES],
                ),
            ),
            robots="" if found.pk == in_force.pk else "noindex",
        ),
        "report": found,
        "article": fragment(document, link=link, previous=True),
        "outline": document.outline,
        "versions": versions,
        "in_force": in_force,
        "superseded": found.pk != in_force.pk,
        "staff": link is not None,
        "neighbours": queries.neighbours(found),
    }
    return deliver(
        request,
        "gongkai/portal/report.html",
        context,
        tags=[tags.REPORTS],
        last_modified=queries.latest_publication().at,
        private=link is not None,
    )


@require_safe
def report_download(request: HttpRequest, code: str, year: int, extension: str) -> HttpResponseBase:
    """The report as a file. Drawn once for each version and kept."""
    found = _asked(request, code, year)
    publication = queries.latest_publication()
    # Title and contact are those of the body as it is now, not as it was at publication.
    mark = "|".join(
        (
            str(found.pk),
            found.checksum,
            found.title,
            assemble.contact_line(found.organ),
            publication.mark,
            extension,
        )
    )

    def make() -> HttpResponse:
        key = hashlib.sha256(f"{mark}|{gongkai.__version__}".encode()).hexdigest()
        data = cache.get(f"report-file:{key}")
        if data is None:
            data = render(queries.document_of(found), extension)
            cache.set(f"report-file:{key}", data, KEEP_FILES)
        response = HttpResponse(data, content_type=MEDIA_TYPES[extension])
        # A PDF opens in the browser; the others are for other programs.
        name = f"{found.title}.{extension}"
        response.headers["Content-Disposition"] = content_disposition_header(
            extension != "pdf", name
        )
        return response

    return conditional.file(request, f"file|{mark}", make, last_modified=publication.at)
