"""Files of a case (案卷材料): through the guard's gate, sealed on disk, opened against a ledger entry.

Order of writing: first the sealed file, then the row. A transaction that fails takes the file back
(`whole`), a process that is killed leaves at most a sealed file without a row, never a row without
its file; `gongkai vault sweep` removes such leftovers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePosixPath
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import CaseFile, FoiEvent, FoiRequest, Intake
from gongkai.foi.services.requests import HANDLE
from gongkai.guard.files import FileRefused, accept, clean_name
from gongkai.guard.filetypes import BY_EXTENSION
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise, authorise_public
from gongkai.vault import files as sealed_files
from gongkai.vault.sealing import CannotOpen, open_bytes, seal_bytes

Kind = CaseFile.Kind

REVEAL: Final = "foi.reveal"
VIEW: Final = "foi.view"
_MB: Final = 1024 * 1024

PUBLIC_KINDS: Final = frozenset({Kind.IDENTITY, Kind.APPLICATION, Kind.CORRECTION, Kind.SLIP})
"""What an applicant hands in himself, and may look at again."""

EXTENSIONS: Final[dict[str, tuple[str, ...]]] = {
    Kind.IDENTITY: (".pdf", ".jpg", ".jpeg", ".png"),
    Kind.APPLICATION: (".pdf", ".jpg", ".jpeg", ".png", ".docx", ".doc", ".wps", ".ofd", ".txt"),
    Kind.CORRECTION: (".pdf", ".jpg", ".jpeg", ".png", ".docx", ".doc", ".wps", ".ofd", ".txt"),
    Kind.SLIP: (".pdf", ".jpg", ".jpeg", ".png", ".ofd"),
    Kind.DELIVERY: (".pdf", ".jpg", ".jpeg", ".png", ".ofd"),
}
"""The types a kind may have; every kind that is not named takes whatever the guard lets in."""

MAX_PUBLIC_FILES: Final = 20
"""Files of one filing that come from outside: enough for every lawful purpose, and an end to it."""

_OUTGOING: Final = frozenset({Kind.ORIGINAL})
"""Kinds kept as the guard cleaned them; evidence is kept as it came, byte for byte."""

_written: ContextVar[list[str] | None] = ContextVar("foi_files_written", default=None)


@contextmanager
def whole() -> Iterator[None]:
    """A transaction that takes back the files written inside it when it fails.

    Nests: services that compose `add_file` with other writes wrap the lot in one `whole()`.
    """
    outer = _written.get()
    mine: list[str] = []
    token = _written.set(mine)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for path in mine:
            sealed_files.remove(path)
        raise
    else:
        if outer is not None:
            outer.extend(mine)
    finally:
        _written.reset(token)


def add_file(
    actor: Actor,
    *,
    kind: str,
    content: bytes,
    name: str,
    request: FoiRequest | None = None,
    intake: Intake | None = None,
    original: CaseFile | None = None,
) -> CaseFile:
    """The file lies sealed with the case.

    The guard's gate looks at it first: a program, a macro, a locked or damaged file, a name that
    lies about the content are refused (`FileRefused`, a ValidationError that says what to do).
    """
    organ = _organ(request, intake)
    _authorise_adding(actor, kind, organ)
    if kind not in Kind.values:
        raise ValidationError(f"没有“{kind}”这种材料，请从列表中选择。")
    if kind == Kind.REDACTED:
        raise ValidationError("区分处理后的文件只能由“区分处理”生成，不能上传。")
    if actor.channel == "public":
        _check_public(content, intake, request)
    _check_type(kind, name)
    accepted = accept(content, name)
    with accepted.data:
        kept = accepted.data.read() if kind in _OUTGOING else content
    with whole():
        if kind != Kind.REMEDY:  # a review or a lawsuit comes after the case was put on file
            lock_unarchived(request if request is not None else getattr(intake, "request", None))
        return store(
            actor,
            kind=kind,
            content=kept,
            name=accepted.name,
            request=request,
            intake=intake,
            original=original,
        )


def store(
    actor: Actor,
    *,
    kind: str,
    content: bytes,
    name: str,
    request: FoiRequest | None,
    intake: Intake | None,
    original: CaseFile | None = None,
) -> CaseFile:
    """Seal and save bytes that were checked or that the platform made itself."""
    organ = _organ(request, intake)
    extension = PurePosixPath(name).suffix.lower()
    file = CaseFile(
        kind=kind,
        request=request,
        intake=intake,
        original=original,
        extension=extension,
        media_type=BY_EXTENSION[extension].media_type,
        size=len(content),
        pages=count_pages(content, extension),
        sm3=sm3(content),
        added_at=timezone.now(),
        added_by=actor.name[:150],
    )
    file.name_sealed = seal_bytes(f"{file.belongs_to}:name", name.encode())
    with whole():
        file.path = sealed_files.write(file.belongs_to, content)
        _note_written(file.path)
        file.save()
        record(
            actor,
            "foi.file.add",
            chain=organ.code,
            obj=file,
            changes={"kind": kind, "size": file.size, "pages": file.pages, "sm3": file.sm3},
        )
    return file


def read_file(actor: Actor, file: CaseFile) -> tuple[str, bytes]:
    """Name and content of a file, against a ledger entry.

    What the applicant is given may be read by whoever may look at the case; everything else holds
    or may hold personal data or secrets of others and needs "foi.reveal". An applicant (the caller
    has asked for the query code) gets what is released to him and what he handed in himself.
    """
    organ = organ_of(file)
    if actor.channel == "public":
        authorise_public(actor, "foi.follow")
        if not (file.released or (file.kind in PUBLIC_KINDS)):
            raise PermissionDenied("这份材料不对外提供。")
    else:
        authorise(actor, VIEW if file.released else REVEAL, organ)
    content = content_of(file)
    with transaction.atomic():
        record(actor, "foi.file.read", chain=organ.code, obj=file, changes={"kind": file.kind})
    return name_of(file), content


def content_of(file: CaseFile) -> bytes:
    """The content, for services that have asked the policy themselves. Raises ValidationError."""
    if file.erased_at is not None:
        raise ValidationError(
            f"这份材料已于{timezone.localtime(file.erased_at):%Y年%m月%d日}按保存期限清除。"
        )
    content = opened_file(file.belongs_to, file.path)
    if sm3(content) != file.sm3:
        raise ValidationError("这份材料与登记时的 SM3 不一致，请联系系统管理员从备份恢复。")
    return content


def opened_file(belongs_to: str, path: str) -> bytes:
    """A sealed file. Raises ValidationError when it is gone or damaged, in words for the screen."""
    try:
        content: bytes = sealed_files.read(belongs_to, path)
    except CannotOpen as problem:
        raise ValidationError(f"这份材料打不开：{problem}请联系系统管理员。") from problem
    return content


def name_of(file: CaseFile) -> str:
    """The name under which the file was handed in."""
    if not file.name_sealed:
        return f"{file.get_kind_display()}{file.extension}"
    return open_bytes(f"{file.belongs_to}:name", file.name_sealed).decode()


def organ_of(file: CaseFile) -> Organ:
    """The body whose case the file lies in."""
    return _organ(file.request, file.intake)


def is_given(file: CaseFile, events: Iterable[FoiEvent]) -> bool:
    """Whether the applicant has a released file: the answer it belongs to was delivered.

    `events`: those of its case. After a reopening (责令重新答复) what was added since belongs to the new
    answer and waits for that one's delivery; what was given before stays given.
    """
    answered, reopened_at = False, None
    for event in sorted(events, key=lambda one: one.seq):
        if event.type == "delivered":
            answered, reopened_at = True, None
        elif event.type == "reopened":
            reopened_at = event.recorded_at
    return file.released and answered and (reopened_at is None or file.added_at < reopened_at)


def refuse_archived(request: FoiRequest | None) -> None:
    """Raise ValidationError for a case that has been put on file: nothing changes in it."""
    if request is not None and request.archived_on is not None:
        raise ValidationError(
            f"本案已于{request.archived_on}归档，案卷材料不再变动。确需补充的，请先撤销归档。"
        )


def lock_unarchived(request: FoiRequest | None) -> None:
    """`refuse_archived` of the case as it is now; nobody puts it on file until the transaction ends."""
    if request is not None:
        refuse_archived(FoiRequest.objects.select_for_update(of=("self",)).get(pk=request.pk))


def count_pages(content: bytes, extension: str) -> int | None:
    """Pages of a PDF, 1 for a picture, None where nothing can be said."""
    if extension == ".pdf":
        from gongkai.foi.redacting import page_count

        return page_count(content)
    return 1 if BY_EXTENSION[extension].media_type.startswith("image/") else None


def public_limit_mb() -> int:
    """The largest file that may come from outside, in MB (setting FOI_FILE_MAX_MB)."""
    return min(int(settings.FOI_FILE_MAX_MB), int(settings.UPLOAD_MAX_MB))


# -- checks ------------------------------------------------------------------------------------


def _authorise_adding(actor: Actor, kind: str, organ: Organ) -> None:
    if actor.channel != "public":
        authorise(actor, HANDLE, organ)
        return
    authorise_public(
        actor, "foi.file" if kind in (Kind.IDENTITY, Kind.APPLICATION) else "foi.follow"
    )
    if kind not in PUBLIC_KINDS:
        raise PermissionDenied("申请人不能提交这种材料。")


def _check_public(content: bytes, intake: Intake | None, request: FoiRequest | None) -> None:
    limit = public_limit_mb()
    if len(content) > limit * _MB:
        raise FileRefused(
            f"文件有{-(-len(content) // _MB)} MB，超过{limit} MB 的上限。"
            "请压缩图片或者降低扫描分辨率后重新上传，也可以邮寄纸质材料。"
        )
    # What the body scanned itself leaves the applicant's own room untouched.
    known = CaseFile.objects.filter(kind__in=PUBLIC_KINDS, added_by=Actor.applicant().name)
    known = known.filter(intake=intake) if intake is not None else known.filter(request=request)
    if known.count() >= MAX_PUBLIC_FILES:
        raise FileRefused(
            f"网上最多提交{MAX_PUBLIC_FILES}个文件。请合并为一个 PDF，或者邮寄其余材料。"
        )


def _check_type(kind: str, name: str) -> None:
    allowed = EXTENSIONS.get(kind)
    if allowed is None:
        return
    extension = PurePosixPath(clean_name(name)).suffix
    if extension not in allowed:
        types = "、".join(one[1:].upper() for one in allowed if one != ".jpeg")
        raise FileRefused(f"这里不能上传 {extension} 文件。可以上传：{types}。")


def _organ(request: FoiRequest | None, intake: Intake | None) -> Organ:
    if request is not None:
        return request.organ
    if intake is not None:
        return intake.organ
    raise TypeError("A case file belongs to a request or to an intake.")


def _note_written(path: str) -> None:
    written = _written.get()
    if written is not None:
        written.append(path)
