"""试一试: the guard run on what a person pastes or uploads. Nothing is stored and nothing logged."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from gongkai.guard import queries, trial
from gongkai.guard.forms import TrialForm
from gongkai.guard.views.base import GuardView
from gongkai.organs.staff_views import ServiceFormView
from gongkai.organs.staff_views.forms import add_errors


@method_decorator(sensitive_post_parameters(), name="dispatch")
@method_decorator(never_cache, name="dispatch")
class TryView(GuardView, ServiceFormView):
    """The answer is the page itself; the text stays in its box, a file is forgotten."""

    title = "试一试"
    tab = "try"
    form_class: type[forms.Form] = TrialForm
    template_name = "gongkai/guard/try.html"
    submit_label = "检查"
    intro = (
        "粘贴文字或上传文件，看审查会提示什么。只检查，不保存，也不记录内容；"
        "有个人信息的，可以直接复制脱敏后的文字。"
    )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        lexicon = queries.current_lexicon(data["organ"])
        try:
            if data["file"] is not None:
                found = trial.try_file(data["file"], data["file"].name, lexicon, data["on"])
            else:
                found = trial.try_text(data["text"], lexicon, data["on"])
        except ValidationError as error:
            add_errors(form, ValidationError({"file": error.messages}))
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form, trial=found))

    def get_cancel_url(self) -> str:
        return ""
