"""The blank form of a body."""

from __future__ import annotations

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from gongkai.organs.models import OrganKind
from gongkai.portal import conditional
from gongkai.portal.requesting import blank_form, bodies

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def blank(request: HttpRequest, code: str) -> HttpResponseBase:
    """The form to print; none for a body that is gone or to which the procedure does not apply."""
    organ = bodies.by_code(code)
    if organ is None or not organ.is_active() or organ.kind == OrganKind.PUBLIC_UTILITY:
        raise Http404

    def make() -> HttpResponse:
        response = HttpResponse(blank_form.build(organ), content_type=_DOCX)
        name = f"{organ.name}政府信息公开申请表.docx"
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return response

    facts = (organ.name, organ.office_name, organ.address, organ.phone, organ.email)
    return conditional.file(request, "|".join(("blank form", *facts)), make)
