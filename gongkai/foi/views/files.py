"""Files of a case in the staff shell: listed, added, opened, given to the applicant or held back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.generic.base import TemplateResponseMixin

from gongkai.foi.forms.files import AddFileForm
from gongkai.foi.models import CaseFile, FoiRequest
from gongkai.foi.redacting.opening import EXTENSIONS
from gongkai.foi.services import files, redaction
from gongkai.foi.views.base import FoiView
from gongkai.organs import policy
from gongkai.organs.staff_views import Button, ServiceFormView
from gongkai.organs.staff_views.base import MAX_KEY
from gongkai.vault.keys import looked_up_once


def no_store(response: HttpResponse) -> HttpResponse:
    """Nothing between the server and the screen keeps a copy."""
    response["Cache-Control"] = "no-store, private"
    response["Pragma"] = "no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class CaseFileView(FoiView):
    """A screen about one file; one of another body answers like one that is not there."""

    action = "foi.handle"
    file: CaseFile

    def check_access(self) -> None:
        super().check_access()
        self.file = self.get_file()

    def get_files(self) -> QuerySet[CaseFile]:
        organs = policy.organs_for(self.request.user, self.action).order_by().values("pk")
        return CaseFile.objects.filter(
            Q(request__organ__in=organs) | Q(request=None, intake__organ__in=organs)
        ).select_related("request__organ", "intake__organ", "intake__request__organ", "original")

    def get_file(self) -> CaseFile:
        pk = self.kwargs["pk"]
        if pk > MAX_KEY:
            raise Http404
        return get_object_or_404(self.get_files(), pk=pk)

    @property
    def case(self) -> FoiRequest | None:
        """The case the file lies in, through its filing where it came before the case."""
        if self.file.request is not None:
            return self.file.request
        return getattr(self.file.intake, "request", None)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        case = self.case
        if case is None:
            return []
        return [
            (f"申请 {case.number}", self.url("request_detail", case.pk)),
            ("案卷材料", self.url("file_list", case.pk)),
        ]

    def files_url(self) -> str:
        case = self.case
        return self.url("file_list", case.pk) if case is not None else self.url("index")


class FileList(TemplateResponseMixin, FoiView):
    """All files of a case, by kind."""

    action = "foi.view"
    template_name = "gongkai/foi/files/list.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.case = self.get_scoped(FoiRequest.objects.select_related("organ"), pk=pk)
        return no_store(self.render_to_response(self.get_context_data()))

    def get_title(self) -> str:
        return "案卷材料"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(f"申请 {self.case.number}", self.url("request_detail", self.case.pk))]

    def get_buttons(self) -> list[Button]:
        if not self.allows("foi.handle", self.case.organ):
            return []
        buttons = []
        if self.case.archived_on is None:
            buttons.append(Button("加入材料", self.url("file_add", self.case.pk), icon="plus"))
        if self.allows("foi.reveal", self.case.organ):
            buttons.append(
                Button("归档", self.url("archive", self.case.pk), icon="download", kind="secondary")
            )
        buttons.append(
            Button("主动公开", self.url("conversion", self.case.pk), icon="site", kind="secondary")
        )
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organ = self.case.organ
        may = {
            "handle": self.allows("foi.handle", organ) and self.case.archived_on is None,
            "reveal": self.allows("foi.reveal", organ),
        }
        found = (
            CaseFile.objects.filter(Q(request=self.case) | Q(intake__request=self.case))
            .select_related("original", "redaction_draft")
            .annotate(
                derived=Count("redacted", distinct=True), blocks=Count("redactions", distinct=True)
            )
            .order_by("added_at", "pk")
        )
        groups: dict[str, list[dict[str, Any]]] = {}
        with looked_up_once():
            for file in found:
                groups.setdefault(file.get_kind_display(), []).append(self._row(file, may))
        order = [label for label in CaseFile.Kind.labels if label in groups]
        return super().get_context_data(
            **{
                "case": self.case,
                "groups": [(label, groups[label]) for label in order],
                "may": may,
                **kwargs,
            }
        )

    def _row(self, file: Any, may: dict[str, bool]) -> dict[str, Any]:
        erased = file.erased_at is not None
        works = may["handle"] and may["reveal"] and not erased
        return {
            "file": file,
            # What applicants call their files may name them; it is seen when the file is opened.
            "name": files.name_of(file)
            if may["reveal"] and not erased and file.kind not in files.PUBLIC_KINDS
            else f"{file.get_kind_display()} {file.pk}{file.extension}",
            "may_read": not erased and (may["reveal"] or file.released),
            "may_redact": works
            and file.kind == CaseFile.Kind.ORIGINAL
            and file.extension in EXTENSIONS,
            "must_convert": works
            and file.kind == CaseFile.Kind.ORIGINAL
            and file.extension not in EXTENSIONS,
            "has_draft": hasattr(file, "redaction_draft"),
            "may_release": works
            and file.kind in redaction.RELEASABLE
            and not file.released
            and not (file.kind == CaseFile.Kind.ORIGINAL and file.derived),
            "kept_inside": file.kind == CaseFile.Kind.ORIGINAL and file.derived > 0,
            "may_hold_back": works and file.released,
        }


class FileAdd(FoiView, ServiceFormView):
    model = FoiRequest
    action = "foi.handle"
    select_related = ("organ",)
    form_class = AddFileForm
    title = "加入材料"
    submit_label = "加入案卷"
    success_message = "已加入案卷，文件加密保存。"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [
            (f"申请 {self.object.number}", self.url("request_detail", self.object.pk)),
            ("案卷材料", self.url("file_list", self.object.pk)),
        ]

    def get_cancel_url(self) -> str:
        return self.url("file_list", self.object.pk)

    def perform(self, form: Any) -> CaseFile:
        upload = form.cleaned_data["file"]
        return files.add_file(
            self.actor,
            kind=form.cleaned_data["kind"],
            content=upload.read(),
            name=upload.name,
            request=self.object,
        )


class FileDownload(CaseFileView):
    """The content, always as a download; each is an entry in the ledger."""

    action = "foi.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            name, content = files.read_file(self.actor, self.file)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
            return HttpResponseRedirect(self.files_url())
        response = HttpResponse(content, content_type=self.file.media_type)
        response["Content-Disposition"] = str(content_disposition_header(True, name))
        return no_store(response)


class _FileAct(CaseFileView):
    """A button on the list of files: POST, a message, back to the list."""

    done = ""

    def act(self) -> None:
        raise TypeError(f"{type(self).__name__} must say what it does (act).")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            self.act()
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
        except PermissionDenied as problem:
            messages.error(request, str(problem) or "您没有此项权限。")
        else:
            messages.success(request, self.done)
        return HttpResponseRedirect(self.files_url())


class FileRelease(_FileAct):
    done = "已确定提供给申请人。"

    def act(self) -> None:
        redaction.release(self.actor, self.file)


class FileHoldBack(_FileAct):
    done = "已收回，不提供给申请人。"

    def act(self) -> None:
        redaction.hold_back(self.actor, self.file)
