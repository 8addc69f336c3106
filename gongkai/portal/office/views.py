"""The page of 网站设置."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gongkai.organs.staff_views import ServiceFormView
from gongkai.portal import preferences
from gongkai.portal.models import SitePreferences
from gongkai.portal.office.forms import PreferencesForm
from gongkai.portal.services.preferences import FIELDS, save_preferences


class PreferencesView(ServiceFormView):
    """One form for the whole site; what is left empty stays as the server was set up."""

    action = "portal.manage"
    title = "网站设置"
    template_name = "gongkai/portal/staff/preferences.html"
    form_class = PreferencesForm
    submit_label = "保存网站设置"
    success_message = "网站设置已保存，两秒之内在全部页面生效。"
    intro = "这里的选择对整个公众网站生效，并记入台账。留空的项目按服务器的设置显示。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "row": preferences.stored()}

    def perform(self, form: PreferencesForm) -> SitePreferences:
        given = form.cleaned_data
        seen = given["seen"]
        return save_preferences(
            self.actor,
            seen=datetime.fromisoformat(seen) if seen else None,
            emblem=given["emblem"],
            drop_emblem=given["drop_emblem"],
            **{name: given[name] for name in FIELDS},
        )

    def get_success_url(self) -> str:
        return self.url("index")
