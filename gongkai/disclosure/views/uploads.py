"""Taking files in before the form is saved, and showing stored ones safely."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from gongkai.disclosure import services
from gongkai.disclosure.forms.files import about, sign, unsign
from gongkai.disclosure.forms.item import UploadForm
from gongkai.disclosure.guarding import lexicon_for
from gongkai.disclosure.models import DisclosedItem, StoredFile
from gongkai.disclosure.panel import IN_FILE
from gongkai.disclosure.views.base import ItemView, words_of
from gongkai.guard.engine import scan_file
from gongkai.guard.files import clean_name
from gongkai.guard.readers import read
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views.base import StaffView

INLINE: Final = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}
)
"""What a browser shows by itself without running anything; everything else is downloaded."""

NOTES: Final = 5
SEGMENTS: Final = 2000


def plain_name(name: str) -> str:
    """The last part of a name, whatever path a browser sent with it."""
    return name.replace("\\", "/").rsplit("/", 1)[-1].strip()[:160]


def take_in(actor: Actor, organ: Organ, upload: Any) -> tuple[StoredFile, str, list[str]]:
    """Store an upload: the file, its name without a path, and what the guard thinks of it."""
    stored = services.store_file(actor, organ, upload, upload.name)
    name = clean_name(upload.name)
    with stored.file.open("rb") as stream:
        scan = scan_file(stream, name, lexicon_for(organ))
    notes = []
    serious = [finding for finding in scan.findings if finding.blocks]
    for finding in serious[:NOTES]:
        notes.append(f"{finding.where}：{finding.label}“{finding.masked}”。{finding.message}")
    if len(serious) > NOTES:
        notes.append(f"还有{len(serious) - NOTES}处，保存后在审查结果中列出。")
    if serious:
        notes.append(IN_FILE)
    if scan.state != "read":
        notes.append(f"没有检查内容：{scan.note or '无法读取'}请人工核对有无个人信息。")
    return stored, name, notes


def stage(actor: Actor, organ: Organ | None, request: HttpRequest, data: Any) -> list[str]:
    """Files that travelled with the form become rows of it; what was refused, in words."""
    problems = []
    for upload in request.FILES.getlist("files"):
        try:
            if organ is None:
                raise PermissionDenied("请先选择公开责任机关，再上传附件。")
            stored, name, notes = take_in(actor, organ, upload)
        except (ValidationError, PermissionDenied) as error:
            problems.append(f"“{plain_name(upload.name)}”没有上传：{words_of(error)}")
            continue
        data.appendlist("attachment_token", sign(stored, request.user, notes=notes))
        data.appendlist("attachment_name", name)
    return problems


class UploadFile(StaffView):
    """One file, sent by the form's script."""

    action = "disclosure.edit"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return _refused(" ".join(form.errors["file"]))
        organs = policy.organs_for(request.user, self.action)
        code = request.POST.get("organ", "").strip().split(" ")[0].upper()
        organ = organs.filter(code=code).first() or organs.order_by("path").first()
        upload = form.cleaned_data["file"]
        try:
            if organ is None:
                raise PermissionDenied
            stored, name, notes = take_in(self.actor, organ, upload)
        except (ValidationError, PermissionDenied) as error:
            return _refused(words_of(error))
        token = sign(stored, request.user, notes=notes)
        return JsonResponse(
            {
                "token": token,
                "name": name,
                "about": about(stored),
                "notes": notes,
                "url": f"{reverse('disclosure:staged')}?token={token}",
            }
        )


def _refused(words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=422)


class StagedFile(StaffView):
    """A file that stands in the person's own form."""

    action = "disclosure.edit"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        said = unsign(request.GET.get("token", ""), request.user)
        stored = StoredFile.objects.filter(pk=said["s"]).first() if said else None
        if stored is None:
            raise Http404
        name = plain_name(request.GET.get("name", "")) or f"附件{stored.extension}"
        return answer(stored, name)


class ItemFile(ItemView):
    """A file of an item: of its newest version, the public one, or the version named."""

    action = "disclosure.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        stored, name = self._find(int(kwargs["stored"]))
        if "text" in request.GET:
            return self._as_text(request, stored, name)
        return answer(stored, name, download="download" in request.GET)

    def _find(self, number: int) -> tuple[StoredFile, str]:
        for version in self._versions():
            for attachment in version.attachments.all():
                if attachment.stored_id == number:
                    return attachment.stored, attachment.name
        raise Http404

    def _versions(self) -> list[DisclosedItem]:
        revision = self.request.GET.get("version", "")
        versions = [self.version, self.object]
        if revision.isdigit() and len(revision) < 19:
            named = self.object.revisions.filter(pk=int(revision)).first()
            if named is not None:
                versions.append(self.object.with_content_json(named.content))
        return versions

    def _as_text(self, request: HttpRequest, stored: StoredFile, name: str) -> HttpResponseBase:
        """What the guard reads in the file, place by place."""
        with stored.file.open("rb") as stream:
            document = read(stream, name)
        context = self.get_context_data(
            title=f"《{name}》的文字",
            segments=document.segments[:SEGMENTS],
            more=max(0, len(document.segments) - SEGMENTS),
            note=document.note,
            state=document.state,
        )
        return render(request, "gongkai/disclosure/file_text.html", context)


def answer(stored: StoredFile, name: str, *, download: bool = False) -> FileResponse:
    """The content, shown in the browser only where nothing in it can run."""
    inline = stored.media_type in INLINE and not download
    response = FileResponse(
        stored.file.open("rb"),
        content_type=stored.media_type if inline else "application/octet-stream",
    )
    response["Content-Disposition"] = content_disposition_header(not inline, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    # A PDF viewer of the browser does not start in a sandbox.
    limits = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'"
    if stored.media_type != "application/pdf":
        limits += "; sandbox"
    response["Content-Security-Policy"] = limits
    return response
