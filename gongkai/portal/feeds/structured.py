"""Structured data: what a page shows in the words of schema.org, for search engines.

Each function gives one node as plain data; `as_json` writes the nodes of a page as one graph.
Everything stands on the page as well: nothing is said to machines that readers are not told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from gongkai.disclosure import presenting
from gongkai.disclosure.models import DisclosedItem, DocumentKind
from gongkai.organs.models import Organ
from gongkai.reports.models import AnnualReport
from gongkai.statute.validity import Validity

if TYPE_CHECKING:
    from gongkai.portal.context import Site
    from gongkai.portal.pages import Crumb

Node = dict[str, Any]

LEGISLATION: Final = presenting.WITH_VALIDITY
"""Kinds of documents that hold or do not hold: schema.org's Legislation."""
FORCE: Final[Mapping[Validity, str]] = {
    Validity.IN_FORCE: "InForce",
    # Schema.org's PartiallyInForce: some of it has been replaced.
    Validity.AMENDED: "PartiallyInForce",
    Validity.PENDING: "NotInForce",
    Validity.EXPIRED: "NotInForce",
    Validity.REPEALED: "NotInForce",
}
_ESCAPES: Final = {
    ord("<"): "\\u003C",
    ord(">"): "\\u003E",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def as_json(nodes: Sequence[Node]) -> str:
    """One graph of the nodes; nothing in it can end the block that it stands in."""
    graph = {"@context": "https://schema.org", "@graph": [_filled(node) for node in nodes]}
    return json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def breadcrumbs(request: HttpRequest, trail: Iterable[Crumb], canonical: str = "") -> Node:
    """The trail above the page; its last step is the page itself."""
    here = canonical or request.path
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": number,
                "name": crumb.label,
                "item": request.build_absolute_uri(crumb.url or here),
            }
            for number, crumb in enumerate(trail, 1)
        ],
    }


def site(request: HttpRequest, facts: Site, government: Organ | None = None) -> tuple[Node, ...]:
    """The start page: whose site it is, and how it is searched."""
    home = request.build_absolute_uri(reverse("portal:home"))
    search = request.build_absolute_uri(reverse("portal:search"))
    owner: Node = {
        "@type": "GovernmentOrganization",
        "@id": f"{home}#government",
        "name": facts.operator or (government.name if government else facts.name),
        "url": home,
        "telephone": facts.contact,
    }
    return (
        owner,
        {
            "@type": "WebSite",
            "@id": f"{home}#site",
            "name": facts.name,
            "url": home,
            "inLanguage": "zh-Hans",
            "publisher": {"@id": owner["@id"]},
            "potentialAction": {
                "@type": "SearchAction",
                "target": {
                    "@type": "EntryPoint",
                    "urlTemplate": f"{search}?q={{search_term_string}}",
                },
                "query-input": "required name=search_term_string",
            },
        },
    )


def organ(request: HttpRequest, body: Organ) -> Node:
    """A body, as its page tells of it."""
    return {
        "@type": "GovernmentOrganization",
        "name": body.name,
        "alternateName": body.short_name,
        "identifier": body.credit_code,
        "url": request.build_absolute_uri(reverse("portal:organ", args=[body.code])),
        "telephone": body.phone,
        "email": body.email,
        "address": body.address,
        "foundingDate": _date(body.established_on),
        "dissolutionDate": _date(body.abolished_on),
    }


def item(
    request: HttpRequest, found: DisclosedItem, content: Mapping[str, Any], on: date | None = None
) -> Node:
    """A published item. `content` is what its page draws (`presenting.public_page`)."""
    absolute = request.build_absolute_uri
    address = absolute(reverse("portal:item", args=[found.pk]))
    issuers = [issuer.name for issuer in found.issuers.all()] or [found.organ.name]
    node: Node = {
        "@type": "Article",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": found.title,
        "name": found.title,
        "identifier": found.index_number,
        "description": found.summary,
        "keywords": list(found.keywords),
        "genre": found.get_genre_display() if found.genre else "",
        "inLanguage": "zh-Hans",
        "isAccessibleForFree": True,
        "dateCreated": _date(found.formed_on),
        "datePublished": _moment(found.published_at),
        "dateModified": _moment(found.last_published_at or found.published_at),
        "author": [_body(name) for name in issuers],
        "publisher": _body(found.organ.name),
        "articleSection": found.column.title,
        "about": _document(content["interprets"], absolute),
        "isBasedOn": _document(content["interprets"], absolute) or found.source_url,
        "associatedMedia": [
            {
                "@type": "MediaObject",
                "name": file.name,
                "contentUrl": absolute(file.url),
                "encodingFormat": file.kind,
                "contentSize": str(file.size),
            }
            for file in content["files"]
        ],
        "subjectOf": [
            {"@type": "Article", "name": link.title, "url": absolute(link.url)}
            for link in content["interpreted_by"]
        ],
    }
    if found.topic_id and not node["about"]:
        node["about"] = {"@type": "Thing", "name": str(found.topic)}
    if found.document_kind in LEGISLATION:
        node["@type"] = "Legislation"
        del node["articleSection"]  # a word of Article alone
        force = presenting.validity_of(found, found, on or timezone.localdate())
        node |= {
            "legislationIdentifier": found.document_number,
            "legislationType": str(DocumentKind(found.document_kind).label),
            "legislationDate": _date(found.formed_on),
            "legislationDateVersion": _date(found.amended_on or found.formed_on),
            "legislationPassedBy": [_body(name) for name in issuers],
            "legislationLegalForce": f"https://schema.org/{FORCE[force]}",
            "temporalCoverage": _span(found),
        }
    return node


def report(
    request: HttpRequest, found: AnnualReport, files: Iterable[tuple[str, str]] = ()
) -> Node:
    """An annual report; `files` are the local addresses and media types it can be had as."""
    absolute = request.build_absolute_uri
    return {
        "@type": "Report",
        "name": found.title,
        "headline": found.title,
        "url": absolute(reverse("portal:report", args=[found.organ.code, found.year])),
        "inLanguage": "zh-Hans",
        "isAccessibleForFree": True,
        "datePublished": _moment(found.published_at),
        "temporalCoverage": str(found.year),
        "version": str(found.version),
        "author": _body(found.organ.name),
        "publisher": _body(found.organ.name),
        "associatedMedia": [
            {"@type": "MediaObject", "contentUrl": absolute(address), "encodingFormat": kind}
            for address, kind in files
        ],
    }


def dataset(
    request: HttpRequest,
    *,
    name: str,
    description: str,
    path: str,
    files: Iterable[tuple[str, str]],
    publisher: str,
    fields: Iterable[str] = (),
) -> Node:
    """Data to download: each file by its local address and media type."""
    absolute = request.build_absolute_uri
    return {
        "@type": "Dataset",
        "name": name,
        "description": description,
        "url": absolute(path),
        "inLanguage": "zh-Hans",
        "isAccessibleForFree": True,
        "creator": _body(publisher),
        "variableMeasured": list(fields),
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": absolute(address),
                "encodingFormat": kind,
            }
            for address, kind in files
        ],
    }


def _body(name: str) -> Node:
    return {"@type": "GovernmentOrganization", "name": name}


def _document(link: presenting.Link | None, absolute: Any) -> Node | None:
    """The document that an interpretation explains."""
    if link is None:
        return None
    return {"@type": "CreativeWork", "name": link.title, "url": absolute(link.url)}


def _span(found: DisclosedItem) -> str:
    """ISO 8601: from when until when the document holds; ".." where an end is open."""
    ends = [day for day in (found.valid_until, found.repealed_on) if day]
    if found.effective_from is None and not ends:
        return ""
    begin = found.effective_from or found.formed_on
    return f"{begin or '..'}/{min(ends) if ends else '..'}"


def _date(value: date | None) -> str:
    return value.isoformat() if value else ""


def _moment(value: datetime | None) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds") if value else ""


def _filled(node: Node) -> Node:
    """The node without what is empty."""
    return {
        key: _filled(value) if isinstance(value, dict) else value
        for key, value in node.items()
        if value not in (None, "", [], ())
    }
