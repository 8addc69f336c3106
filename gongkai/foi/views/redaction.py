"""Striking out in the staff shell: the page, the blocks on it, the preview, the log."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.generic.base import TemplateResponseMixin

from gongkai.foi.forms.files import AcceptForm, DefaultsForm, StrikeFormSet
from gongkai.foi.models import CaseFile
from gongkai.foi.redacting import RedactionRefused, Sheet, page_count
from gongkai.foi.services import redaction
from gongkai.foi.services.files import organ_of
from gongkai.foi.services.redaction import Strike
from gongkai.foi.views.files import CaseFileView, no_store
from gongkai.organs.staff_views import Button

PREFIX = "s"
OPENED = "foi_opened"
OPEN_SECONDS = 30 * 60
"""How long the pages of a file that was opened on the record can be looked at as one opening."""
MORE = 5
"""Empty rows that are added for typing at a time."""


def _number(text: str | None, otherwise: int) -> int:
    """A number that came with the request; `otherwise` for nonsense."""
    return int(text) if text and text.isdecimal() and len(text) < 7 else otherwise


class _RedactView(TemplateResponseMixin, CaseFileView):
    def check_access(self) -> None:
        super().check_access()
        if not self.allows("foi.reveal", self.file_organ):
            raise PermissionDenied
        if self.file.kind != CaseFile.Kind.ORIGINAL:
            raise Http404

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = super().dispatch(request, *args, **kwargs)
        return no_store(response)

    def note_opening(self) -> None:
        """The ledger has that this person opened the file: once, not for each of its pages."""
        now = int(time.time())
        opened = {
            key: at
            for key, at in self.request.session.get(OPENED, {}).items()
            if now - at < OPEN_SECONDS
        }
        if str(self.file.pk) not in opened:
            redaction.open_redaction(self.actor, self.file)
            opened[str(self.file.pk)] = now
            self.request.session[OPENED] = opened

    @property
    def file_organ(self) -> Any:
        return organ_of(self.file)

    def refused(self, problem: ValidationError) -> HttpResponse:
        """Nothing can be shown of this file: say why, on the list of files."""
        messages.error(self.request, problem.messages[0])
        return HttpResponseRedirect(self.files_url())


class Redact(_RedactView):
    """One page at a time; the blocks of all pages are in the one form, so that nothing is lost.

    Every button saves first: 上一页, 下一页, 查找, 生成预览. Without script the blocks are rows of
    numbers.
    """

    template_name = "gongkai/foi/files/redact.html"

    def get_title(self) -> str:
        return "区分处理"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            self.note_opening()
            work = redaction.work_on(self.file)
            page = redaction.page_of(self.actor, self.file, _number(request.GET.get("page"), 1))
        except ValidationError as problem:
            return self.refused(problem)
        return self._show(page, work)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        number = _number(request.POST.get("page"), 1)
        seen = _number(request.POST.get("version"), 0)
        formset = StrikeFormSet(request.POST, prefix=PREFIX)
        defaults = DefaultsForm(request.POST)
        act = request.POST.get("act", "save")
        if act == "more" or not (formset.is_valid() and defaults.is_valid()):
            return self._again(formset, defaults, number, seen, [], more=act == "more")
        strikes = formset.strikes()
        try:
            if act == "find":
                return self._find(strikes, defaults.cleaned_data, number, seen)
            if act == "personal":
                found = redaction.add_personal_data(self.actor, self.file, strikes, seen=seen)
                return self._added(found[1], found[2], number)
            if act == "preview":
                redaction.make_preview(self.actor, self.file, strikes, seen=seen)
                messages.success(
                    request, f"已生成预览，共遮盖{len(strikes)}处。请逐页核对后再保存。"
                )
                return HttpResponseRedirect(self.url("redact_preview", self.file.pk))
            redaction.save_draft(self.actor, self.file, strikes, seen=seen)
        except ValidationError as problem:
            if getattr(problem, "code", "") == "changed":
                # Told once; whoever saves again knows what he replaces.
                seen = redaction.work_on(self.file).version
            return self._again(formset, defaults, number, seen, problem.messages)
        if act == "save":
            messages.success(request, f"底稿已保存，共{len(strikes)}处遮盖区域。")
        target = _number(act.removeprefix("page-"), number)
        return HttpResponseRedirect(f"{self.url('redact', self.file.pk)}?page={target}")

    def _find(
        self, strikes: list[Strike], values: dict[str, Any], number: int, seen: int
    ) -> HttpResponse:
        _, added, scans = redaction.add_occurrences(
            self.actor,
            self.file,
            strikes,
            values["needle"],
            ground=values["new_ground"],
            reason=values["new_reason"],
            seen=seen,
        )
        return self._added(added, scans, number)

    def _added(self, added: int, scans: list[int], number: int) -> HttpResponse:
        if added:
            messages.success(self.request, f"找到{added}处，已全部加上遮盖区域。请逐页核对。")
        else:
            messages.warning(self.request, "没有找到新的地方。请核对文字，或者在页面上直接画出。")
        if scans:
            listed = "、".join(map(str, scans[:12])) + ("等" if len(scans) > 12 else "")
            messages.warning(
                self.request, f"第{listed}页是扫描图像，没有可查找的文字，请逐页目视核对。"
            )
        return HttpResponseRedirect(f"{self.url('redact', self.file.pk)}?page={number}")

    def _again(
        self,
        formset: Any,
        defaults: DefaultsForm,
        number: int,
        seen: int,
        problems: list[str],
        *,
        more: bool = False,
    ) -> HttpResponse:
        """The same page with everything that was typed."""
        try:
            self.note_opening()
            page = redaction.page_of(self.actor, self.file, number)
        except ValidationError as problem:
            return self.refused(problem)
        if more:
            data = self.request.POST.copy()
            total = _number(data.get(f"{PREFIX}-TOTAL_FORMS"), 0)
            data[f"{PREFIX}-TOTAL_FORMS"] = str(total + MORE)
            for index in range(total, total + MORE):
                data[f"{PREFIX}-{index}-page"] = str(number)
            formset = StrikeFormSet(data, prefix=PREFIX)
            # Rows that are not filled in yet are no mistake.
            formset._errors, formset._non_form_errors = [{}] * (total + MORE), formset.error_class()
            for form in formset.forms:
                form._errors = {}
        context = self._context(page, formset, defaults, seen)
        response = self.render_to_response(
            self.get_context_data(**context, problems=problems),
            status=200 if more else 422,
        )
        return no_store(response)

    def _show(self, page: tuple[Sheet, int], work: redaction.Work) -> HttpResponse:
        strikes = work.strikes
        formset = StrikeFormSet(
            prefix=PREFIX,
            initial=[{name: getattr(one, name) for name in one.__slots__} for one in strikes],
        )
        last = strikes[-1] if strikes else None
        defaults = DefaultsForm(
            initial={"new_ground": last.ground, "new_reason": last.reason} if last else None
        )
        context = self._context(page, formset, defaults, work.version)
        return no_store(self.render_to_response(self.get_context_data(**context, problems=[])))

    def _context(
        self, page: tuple[Sheet, int], formset: Any, defaults: DefaultsForm, version: int
    ) -> dict[str, Any]:
        sheet, pages = page
        return {
            "file": self.file,
            "formset": formset,
            "defaults": defaults,
            "version": version,
            "number": sheet.number,
            "pages": pages,
            "sheet": sheet,
            "ratio_width": round(sheet.width),
            "ratio_height": round(sheet.height),
            "picture": self.url("redact_page", self.file.pk, sheet.number),
            "cancel_url": self.files_url(),
            "work": redaction.work_on(self.file),
        }


class RedactPage(_RedactView):
    """The picture of a page, of the original or of the preview."""

    result = False

    def get(self, request: HttpRequest, pk: int, page: int) -> HttpResponse:
        try:
            self.note_opening()
            picture = redaction.page_picture(self.actor, self.file, page, result=self.result)
        except (RedactionRefused, ValidationError):
            raise Http404 from None
        return no_store(HttpResponse(picture, content_type="image/png"))


class RedactPreview(_RedactView):
    """The finished file, page under page, and the decision to take it."""

    template_name = "gongkai/foi/files/preview.html"

    def get_title(self) -> str:
        return "核对区分处理结果"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [*super().get_breadcrumbs(), ("区分处理", self.url("redact", self.file.pk))]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(AcceptForm(user=request.user), 200)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = AcceptForm(request.POST, user=request.user)
        if form.is_valid():
            try:
                saved = redaction.accept_preview(
                    self.actor, self.file, result=form.cleaned_data["result"], looked=True
                )
            except ValidationError as problem:
                form.add_error(None, problem.messages)
            else:
                messages.success(
                    request,
                    "区分处理后的文件已存入案卷，原件不再能提供给申请人。确定提供时请点“提供给申请人”。",
                )
                return HttpResponseRedirect(f"{self.files_url()}#file-{saved.pk}")
        return self._show(form, 422)

    def _show(self, form: AcceptForm, status: int) -> HttpResponse:
        try:
            self.note_opening()
            preview = redaction.leftovers_of(self.file)
            content = redaction.previewed(self.file)
        except ValidationError as problem:
            messages.error(self.request, problem.messages[0])
            return HttpResponseRedirect(self.url("redact", self.file.pk))
        work = redaction.work_on(self.file)
        struck: dict[int, int] = {}
        for strike in work.strikes:
            struck[strike.page] = struck.get(strike.page, 0) + 1
        context = {
            "form": form,
            "file": self.file,
            "preview": preview,
            "work": work,
            "pages": [
                {
                    "number": number,
                    "url": f"{self.url('redact_result', self.file.pk, number)}?of={preview.sm3[:16]}",
                    "blocks": struck.get(number, 0),
                }
                for number in range(1, (page_count(content) or 0) + 1)
            ],
            "back_url": self.url("redact", self.file.pk),
        }
        return no_store(self.render_to_response(self.get_context_data(**context), status=status))


class RedactDiscard(_RedactView):
    """The blocks drawn so far are thrown away, after a question."""

    template_name = "gongkai/foi/files/discard.html"

    def get_title(self) -> str:
        return "放弃区分处理底稿"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        work = redaction.work_on(self.file)
        return self.render_to_response(
            self.get_context_data(work=work, back_url=self.url("redact", self.file.pk))
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            redaction.discard_draft(
                self.actor, self.file, seen=_number(request.POST.get("version"), 0)
            )
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
            return HttpResponseRedirect(self.url("redact", self.file.pk))
        messages.success(request, "已放弃底稿，原件没有改变。")
        return HttpResponseRedirect(self.files_url())


class RedactionLog(TemplateResponseMixin, CaseFileView):
    """Every block with its ground and reason; made to be printed and put on file."""

    action = "foi.view"
    template_name = "gongkai/foi/files/log.html"

    def get_title(self) -> str:
        return "区分处理记录"

    def get_buttons(self) -> list[Button]:
        return []

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.file.kind != CaseFile.Kind.REDACTED:
            raise Http404
        context = {"file": self.file, "rows": redaction.log_of(self.file), "case": self.case}
        return no_store(self.render_to_response(self.get_context_data(**context)))
