"""A body's templates of notices and its letterheads, in the staff shell."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.generic.base import TemplateResponseMixin

from gongkai.foi.forms.notices import (
    BodyForm,
    ConfirmForm,
    LetterheadEditForm,
    LetterheadForm,
    TemplateForm,
)
from gongkai.foi.models import Letterhead, NoticeTemplate
from gongkai.foi.notices import fields as names
from gongkai.foi.notices import filling, pdf
from gongkai.foi.notices.kinds import KINDS, NoticeKind, UnknownNotice, kind_of
from gongkai.foi.notices.packaged import packaged_template
from gongkai.foi.services import templates
from gongkai.foi.views.base import FoiView
from gongkai.foi.views.notices import pdf_response
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
)

# -- templates ---------------------------------------------------------------------------------


class TemplateList(TemplateResponseMixin, FoiView):
    """The kinds of notices of one body, with the version in force."""

    action = "foi.configure"
    template_name = "gongkai/foi/notices/templates.html"
    title = "文书模板"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_buttons(self) -> list[Button]:
        return [Button("文书设置", self.url("template_letterheads"), icon="cog", kind="secondary")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = BodyForm(
            self.request.GET if "organ" in self.request.GET else None, user=self.request.user
        )
        bodies = form.fields["organ"].queryset  # type: ignore[attr-defined]
        organ = form.cleaned_data["organ"] if form.is_valid() else bodies.first()
        if organ is not None:
            form.initial["organ"] = organ.code
        own: dict[str, NoticeTemplate] = {}
        if organ is not None:
            for one in NoticeTemplate.objects.filter(organ=organ).defer("docx").order_by("version"):
                own[one.kind] = one
        # An empty version says that the body went back to the packaged template.
        back = set()
        if organ is not None:
            back = set(
                NoticeTemplate.objects.filter(
                    pk__in=[one.pk for one in own.values()], docx=b""
                ).values_list("kind", flat=True)
            )
        rows = [
            {
                "kind": kind,
                "url": self.url("template_detail", organ.pk, code) if organ else "",
                "own": own[code] if code in own and code not in back else None,
            }
            for code, kind in KINDS.items()
        ]
        head = templates.letterhead_on(organ, timezone.localdate()) if organ else None
        return super().get_context_data(
            **{
                "form": form if bodies[:2].count() > 1 else None,
                "organ": organ,
                "rows": rows,
                "letterhead": head,
                "letterhead_url": self.url("template_letterhead_new"),
                **kwargs,
            }
        )


class _TemplateView(FoiView):
    """Something about one kind of one body."""

    action = "foi.configure"
    organ_field = "pk"
    organ: Organ
    kind: NoticeKind

    def check_access(self) -> None:
        super().check_access()
        self.organ = self.get_scoped(Organ.objects.all(), pk=self.kwargs["pk"])
        try:
            self.kind = kind_of(self.kwargs["kind"])
        except UnknownNotice as error:
            raise Http404 from error

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        crumbs = [("文书模板", f"{self.url('template_list')}?organ={self.organ.code}")]
        match = self.request.resolver_match
        if match is not None and match.url_name != "template_detail":
            crumbs.append((str(self.kind), self.here()))
        return crumbs

    def here(self) -> str:
        return self.url("template_detail", self.organ.pk, self.kind.code)

    def get_cancel_url(self) -> str:
        return self.here()

    def get_success_url(self) -> str:
        return self.here()


class TemplateDetail(_TemplateView, ServiceFormView):
    """Download, upload, fields, versions; the upload is judged at once."""

    form_class = TemplateForm
    template_name = "gongkai/foi/notices/template.html"
    submit_label = "上传并启用"

    def get_title(self) -> str:
        return str(self.kind)

    def perform(self, form: Any) -> NoticeTemplate:
        upload = form.cleaned_data["file"]
        return templates.add_template(
            self.actor,
            self.organ,
            self.kind.code,
            content=upload.read(templates.MAX_BYTES + 1),
            name=upload.name,
            note=form.cleaned_data["note"],
        )

    def get_success_message(self, result: Any) -> str:
        return f"已启用第{result.version}版，今后印发的“{self.kind.name}”按这一版。请用示例内容预览核对。"

    def get_buttons(self) -> list[Button]:
        buttons = [
            Button(
                "用示例内容预览",
                self.url("template_preview", self.organ.pk, self.kind.code),
                icon="view",
            ),
            Button(
                "下载现用模板",
                self.url("template_file", self.organ.pk, self.kind.code, "now"),
                icon="download",
                kind="secondary",
            ),
        ]
        if templates.template_of(self.organ, self.kind.code).version:
            buttons.append(
                Button(
                    "恢复系统模板",
                    self.url("template_reset", self.organ.pk, self.kind.code),
                    kind="danger",
                )
            )
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = (
            NoticeTemplate.objects.filter(organ=self.organ, kind=self.kind.code)
            .select_related("by")
            .order_by("-version")
        )
        now = templates.template_of(self.organ, self.kind.code).version
        required = set(names.required_in_template(self.kind))
        own = [
            {
                "name": one.name,
                "help": one.help,
                "sample": one.sample,
                "needed": one.name in required,
                "filled": "承办人填写",
            }
            for one in self.kind.fields
        ]
        auto = [
            {
                "name": one.name,
                "help": one.help,
                "sample": one.sample,
                "needed": one.name in required,
                "filled": "系统填写",
            }
            for one in names.auto_fields(self.kind).values()
        ]
        rows = [
            {
                "version": one,
                "packaged": not one.docx,
                "current": one.version == now,
                "file": self.url("template_file", self.organ.pk, self.kind.code, one.version),
                "restore": self.url("template_restore", self.organ.pk, self.kind.code, one.version),
            }
            for one in versions
        ]
        return super().get_context_data(
            **{
                "organ": self.organ,
                "kind": self.kind,
                "fields": own + auto,
                "versions": rows,
                "version": now,
                "packaged_url": self.url("template_file", self.organ.pk, self.kind.code, "0"),
                **kwargs,
            }
        )


class TemplatePreview(_TemplateView):
    """The template in force, filled with fictitious content, as a PDF."""

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
        head = templates.letterhead_on(self.organ, timezone.localdate())
        values = names.sample_values(self.kind) | {names.ISSUER: self.organ.name}
        docx = filling.fill(
            templates.template_of(self.organ, self.kind.code).docx,
            self.kind,
            values,
            author=self.organ.name,
            seal=bytes(head.seal) if head is not None else b"",
        )
        return pdf_response(pdf.draw(docx).pdf, f"{self.kind.title}（示例）.pdf")


class TemplateFile(_TemplateView):
    """A version as a Word file; 0 is the packaged one, "now" the one in force."""

    def get(self, request: HttpRequest, pk: int, kind: str, version: str) -> HttpResponseBase:
        if version == "now":
            data = templates.template_of(self.organ, self.kind.code).docx
        elif version == "0":
            data = packaged_template(self.kind.code)
        else:
            data = bytes(self.version(version).docx)
            if not data:
                raise Http404
        return pdf_response(data, f"{self.kind.title}模板.docx", download=True)

    def version(self, number: str) -> NoticeTemplate:
        return _version(self.organ, self.kind, number)


def _version(organ: Organ, kind: NoticeKind, number: str | int) -> NoticeTemplate:
    text = str(number)
    if not text.isdecimal() or len(text) > 9:
        raise Http404
    found = NoticeTemplate.objects.filter(organ=organ, kind=kind.code, version=int(text)).first()
    if found is None:
        raise Http404
    found.organ = organ
    return found


class TemplateReset(_TemplateView, ServiceFormView):
    form_class = ConfirmForm
    submit_label = "恢复系统模板"
    danger = True
    intro = "今后印发的文书改用系统模板。本机关上传过的版本都保留，可以再启用。"
    success_message = "已恢复系统模板。"

    def get_title(self) -> str:
        return f"恢复“{self.kind.name}”的系统模板"

    def perform(self, form: Any) -> NoticeTemplate:
        return templates.reset_template(self.actor, self.organ, self.kind.code)


class TemplateRestore(_TemplateView, ServiceFormView):
    form_class = ConfirmForm
    submit_label = "启用这一版"

    def check_access(self) -> None:
        super().check_access()
        self.version = _version(self.organ, self.kind, self.kwargs["version"])

    def get_title(self) -> str:
        return f"重新启用“{self.kind.name}”第{self.version.version}版"

    def get_intro(self) -> str:
        return (
            f"这一版于 {timezone.localtime(self.version.at):%Y-%m-%d %H:%M} 上传"
            f"{'，说明：' + self.version.note if self.version.note else ''}。启用后成为新的版本。"
        )

    def perform(self, form: Any) -> NoticeTemplate:
        return templates.restore_template(self.actor, self.version)

    def get_success_message(self, result: Any) -> str:
        return f"已启用，成为第{result.version}版。"


# -- letterheads -------------------------------------------------------------------------------


class LetterheadList(FoiView, ScopedListView):
    model = Letterhead
    action = "foi.configure"
    template_name = "gongkai/foi/list.html"
    title = "文书设置"
    intro = (
        "文号代字、复议机关、管辖法院、印章随启用日期生效。已有文书印发的设置不能修改，请新增一份。"
    )
    columns = (
        Column("series", "文号代字", link=True),
        Column("organ.label", "机关", sort="organ__path"),
        Column("valid_from", "启用日期", sort="valid_from"),
        Column("review_body", "行政复议机关"),
        Column("court", "人民法院"),
        Column("has_seal", "印章", value=lambda head: "有" if head.has_seal else "无"),
    )
    exports = False
    search_fields = ("series", "organ__name")
    search_hint = "文号代字、机关"
    select_related = ("organ",)
    ordering = ("organ__path", "-valid_from")
    detail_url_name = "template_letterhead"
    empty_text = "还没有文书设置。没有设置的机关不能印发编文号的文书，请先新增。"

    def get_queryset(self) -> QuerySet[Any]:
        # The list says whether there is a seal; the pictures stay where they are.
        found: QuerySet[Any] = super().get_queryset()
        return found.defer("seal").annotate(has_seal=~Q(seal=b""))

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("文书模板", self.url("template_list"))]

    def get_buttons(self) -> list[Button]:
        return [Button("新增设置", self.url("template_letterhead_new"), icon="plus")]


class LetterheadDetail(FoiView, ScopedDetailView):
    model = Letterhead
    action = "foi.configure"
    template_name = "gongkai/foi/notices/letterhead.html"
    select_related = ("organ",)
    fields = (
        ("organ.name", "机关"),
        "valid_from",
        "series",
        "review_body",
        "court",
        "online_review",
        "query_remedy",
        "payee",
    )

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [
            ("文书模板", self.url("template_list")),
            ("文书设置", self.url("template_letterheads")),
        ]

    def get_buttons(self) -> list[Button]:
        head = self.object
        if templates.is_used(head):
            return []
        return [
            Button("修改", self.url("template_letterhead_edit", head.pk), icon="edit"),
            Button("删除", self.url("template_letterhead_remove", head.pk), kind="danger"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        head = self.object
        return super().get_context_data(
            **{
                "used": templates.is_used(head),
                "seal_url": self.url("template_seal", head.pk) if head.seal else "",
                **kwargs,
            }
        )


class _LetterheadForm(FoiView, ServiceFormView):
    action = "foi.configure"
    submit_label = "保存"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [
            ("文书模板", self.url("template_list")),
            ("文书设置", self.url("template_letterheads")),
        ]

    def get_cancel_url(self) -> str:
        if self.object is not None:
            return self.url("template_letterhead", self.object.pk)
        return self.url("template_letterheads")

    def get_success_url(self) -> str:
        return self.url("template_letterhead", self.result.pk)

    def save(self, organ: Organ, form: Any, head: Letterhead | None) -> Letterhead:
        values = dict(form.cleaned_data)
        values.pop("organ", None)
        upload = values.pop("seal")
        seal = upload.read(templates.SEAL_MAX_BYTES + 1) if upload else None
        return templates.save_letterhead(self.actor, organ, letterhead=head, seal=seal, **values)


class LetterheadNew(_LetterheadForm):
    form_class = LetterheadForm
    title = "新增文书设置"
    success_message = "已保存文书设置。"

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"valid_from": timezone.localdate()}
        wanted = self.request.GET.get("organ", "").replace("\x00", "")
        organ = (
            policy.organs_for(self.request.user, self.action).filter(code=wanted).first()
            if wanted
            else None
        )
        head = templates.letterhead_on(organ, timezone.localdate()) if organ else None
        if organ is not None:
            initial["organ"] = organ.code
        if head is not None:
            initial |= {
                name: getattr(head, name)
                for name in templates.LETTERHEAD_FIELDS
                if name != "valid_from"
            }
        return initial

    def perform(self, form: Any) -> Letterhead:
        return self.save(form.cleaned_data["organ"], form, None)


class LetterheadEdit(_LetterheadForm):
    model = Letterhead
    select_related = ("organ",)
    form_class = LetterheadEditForm
    success_message = "已保存文书设置。"

    def get_title(self) -> str:
        return f"修改文书设置 {self.object}"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.object, name) for name in templates.LETTERHEAD_FIELDS}

    def perform(self, form: Any) -> Letterhead:
        return self.save(self.object.organ, form, self.object)


class LetterheadRemove(_LetterheadForm):
    model = Letterhead
    select_related = ("organ",)
    form_class = ConfirmForm
    submit_label = "删除"
    danger = True
    intro = "删除后不能恢复。已有文书印发的设置不能删除。"
    success_message = "已删除。"

    def get_title(self) -> str:
        return f"删除文书设置 {self.object}"

    def perform(self, form: Any) -> None:
        templates.remove_letterhead(self.actor, self.object)

    def get_success_url(self) -> str:
        return self.url("template_letterheads")


class LetterheadSeal(FoiView):
    """The picture of a seal, for those who configure the body alone."""

    action = "foi.configure"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        head = self.get_scoped(Letterhead.objects.all(), pk=pk)
        if not head.seal:
            raise Http404
        response = HttpResponse(bytes(head.seal), content_type="image/png")
        response["Cache-Control"] = "no-store, private"
        response["X-Content-Type-Options"] = "nosniff"
        return response
