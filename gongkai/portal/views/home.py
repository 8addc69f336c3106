"""The start page: what people come for first, what is new, and where everything else is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.portal import preferences
from gongkai.portal.context import current_site
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.feeds import structured
from gongkai.portal.home import Start
from gongkai.portal.pages import Column, Page
from gongkai.search.queries import most_asked

ASKED = 10


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    chosen = preferences.current()
    context = {
        "page": Page(
            title=chosen.name,
            description=_("各行政机关主动公开的政府信息和政府信息公开工作年度报告"),
            section="home",
            column=Column(
                name="首页",
                description="主动公开的政府信息，政府信息公开工作年度报告的公布、查阅、下载和比较",
                keywords=("政府信息公开", "主动公开", "年度报告"),
                kind="首页",
            ),
            feed=reverse("portal:feed"),
            data=structured.site(request, current_site(request)),
        ),
        "asked": most_asked(ASKED),
        "services": "services" in chosen.blocks,
        "blocks": Start().blocks(chosen.blocks),
    }
    shown = (tags.ITEMS, tags.REPORTS, tags.COLUMNS, tags.ORGANS, tags.CATALOGUE)
    return deliver(request, "gongkai/portal/home.html", context, tags=shown)
