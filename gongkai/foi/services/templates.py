"""A body's templates of notices and its letterheads (文书模板、文书设置).

Versions are only ever added; the newest of a body and kind is in force. An empty version means
that the body has gone back to the packaged template.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gongkai.foi.models import Letterhead, NoticeTemplate
from gongkai.foi.notices.packaged import packaged_template
from gongkai.organs.models import Organ


@dataclass(frozen=True)
class TemplateInForce:
    """The template that a notice is filled from; `version` 0 is the packaged one."""

    docx: bytes
    version: int


def template_of(organ: Organ, kind: str) -> TemplateInForce:
    """The body's own template of that kind, else the packaged one."""
    newest = NoticeTemplate.objects.filter(organ=organ, kind=kind).order_by("-version").first()
    if newest is None or not newest.docx:
        return TemplateInForce(packaged_template(kind), 0)
    return TemplateInForce(bytes(newest.docx), newest.version)


def letterhead_on(organ: Organ, on: date) -> Letterhead | None:
    """What the body's notices bear on that day; None when nothing has been set for it."""
    return (
        Letterhead.objects.filter(organ=organ, valid_from__lte=on).order_by("-valid_from").first()
    )
