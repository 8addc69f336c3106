"""After the answer: the case as a package for the archive, and the way to proactive disclosure."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.generic.base import TemplateResponseMixin

from gongkai.catalogue.drafts import url_of
from gongkai.foi.forms.answers import ConversionForm, SuggestionDecisionForm, SuggestionForm
from gongkai.foi.models import Conversion, FoiRequest, Suggestion
from gongkai.foi.services import archiving, converting, files
from gongkai.foi.views.base import FoiView
from gongkai.foi.views.files import no_store
from gongkai.organs.staff_views import ServiceFormView

ERASED: Final = "（已按保存期限清除）"
"""In place of what the applicant wrote, once personal data is gone."""


class _CaseView(FoiView):
    """A screen about one case of one's own body."""

    action = "foi.handle"
    case: FoiRequest

    def check_access(self) -> None:
        super().check_access()
        self.case = self.get_scoped(
            FoiRequest.objects.select_related("organ"), pk=self.kwargs["pk"]
        )
        if not self.allows("foi.reveal", self.case.organ):
            raise PermissionDenied

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [
            (f"申请 {self.case.number}", self.url("request_detail", self.case.pk)),
            ("案卷材料", self.url("file_list", self.case.pk)),
        ]


class Archive(TemplateResponseMixin, _CaseView):
    """What is missing, and the package as a download (POST: it leaves a trace)."""

    template_name = "gongkai/foi/files/archive.html"
    title = "归档"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(case=self.case, gaps=archiving.archive_gaps(self.case))
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            name, stream = archiving.build_archive(self.actor, self.case)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
            return HttpResponseRedirect(self.url("archive", self.case.pk))
        response = FileResponse(
            stream, as_attachment=True, filename=name, content_type="application/zip"
        )
        return no_store(response)  # type: ignore[arg-type]


class ConversionView(_CaseView, ServiceFormView):
    """Suggestions of the applicant, and the draft for everybody."""

    template_name = "gongkai/foi/files/conversion.html"
    form_class = ConversionForm
    title = "转为主动公开"
    submit_label = "生成主动公开草稿"

    def get_initial(self) -> dict[str, Any]:
        given = converting.released_files(self.case)
        title = files.name_of(given[0]).rpartition(".")[0] if given else ""
        return {"title": title.removesuffix("（区分处理）"), "with_text": True}

    def get_cancel_url(self) -> str:
        return self.url("file_list", self.case.pk)

    def get_success_url(self) -> str:
        return self.url("conversion", self.case.pk)

    def perform(self, form: Any) -> Conversion:
        made, drafted = converting.convert(self.actor, self.case, **form.cleaned_data)
        for finding in drafted.findings:
            messages.warning(self.request, f"内容审查：{finding}")
        messages.success(
            self.request,
            "已生成主动公开草稿，交信息员补充分类后送审。"
            + (f"内容审查发现{drafted.serious}处严重问题，须先修改。" if drafted.serious else ""),
        )
        return made

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        conversion = Conversion.objects.filter(request=self.case).first()
        context = {
            "case": self.case,
            "conversion": conversion,
            "conversion_url": url_of(conversion.item) if conversion is not None else "",
            "may_see_item": self.allows("disclosure.view", self.case.organ),
            "problem": converting.refuse_conversion(self.case),
            "released": [
                {"name": files.name_of(one), "file": one}
                for one in converting.released_files(self.case)
            ],
            "suggestions": [
                {"row": one, "text": converting.suggestion_text(self.actor, one) or ERASED}
                for one in self.case.suggestions.select_related("request__organ")
            ],
        }
        return super().get_context_data(**{**context, **kwargs})


class SuggestionAdd(_CaseView, ServiceFormView):
    form_class = SuggestionForm
    title = "登记申请人的建议"
    intro = "申请人认为信息涉及公众利益调整、需要公众广泛知晓或者参与决策的，可以建议纳入主动公开（条例第四十四条）。"
    submit_label = "登记"
    success_message = "已登记建议，请审核后作出决定。"

    def get_initial(self) -> dict[str, Any]:
        return {"made_on": timezone.localdate()}

    def get_cancel_url(self) -> str:
        return self.url("conversion", self.case.pk)

    def perform(self, form: Any) -> Suggestion:
        return converting.record_suggestion(self.actor, self.case, **form.cleaned_data)


class SuggestionDecide(_CaseView, ServiceFormView):
    form_class = SuggestionDecisionForm
    title = "审核申请人的建议"
    submit_label = "作出决定"
    success_message = "已作出决定。"

    def check_access(self) -> None:
        super().check_access()
        number = self.kwargs["number"]
        found = (
            self.case.suggestions.select_related("request__organ").filter(pk=number).first()
            if number < 2**63
            else None
        )
        if found is None:
            raise Http404
        self.suggestion = found

    def get_cancel_url(self) -> str:
        return self.url("conversion", self.case.pk)

    def get_intro(self) -> str:
        return f"建议内容：{converting.suggestion_text(self.actor, self.suggestion) or ERASED}"

    def perform(self, form: Any) -> Suggestion:
        return converting.decide_suggestion(self.actor, self.suggestion, **form.cleaned_data)
