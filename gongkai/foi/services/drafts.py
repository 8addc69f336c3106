"""Requests that somebody is still filling in (未提交的申请): kept sealed, found by a key, for days.

The key stays with the visitor; here lies its digest. A draft is nobody's act yet, so the ledger
says nothing of its changes; it ends as a request (`file_draft`), by its owner's will (`discard`) or
by time (`sweep`, daily). Files are written before the row that names them and removed after it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import CaseFile, Draft
from gongkai.foi.persons import Person, Wish
from gongkai.foi.services.files import (
    EXTENSIONS,
    MAX_PUBLIC_FILES,
    public_limit_mb,
    whole,
)
from gongkai.foi.services.intake import Filed, Incoming, file_request
from gongkai.guard.files import FileRefused, accept, clean_name
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise_public
from gongkai.vault import files as sealed_files
from gongkai.vault.sealing import CannotOpen, open_json, seal_json

KINDS: Final = (CaseFile.Kind.IDENTITY, CaseFile.Kind.APPLICATION)
MAX_FILES: Final = MAX_PUBLIC_FILES
_MB: Final = 1024 * 1024
_PERSON: Final = frozenset(field.name for field in fields(Person))
_WISH: Final = frozenset(field.name for field in fields(Wish))


class DraftGone(Exception):
    """There is no such draft (any more): filed, discarded, or older than it is kept."""


@dataclass(frozen=True)
class DraftFile:
    """A file of a draft; `mark` tells it from the others."""

    mark: str
    kind: str
    name: str
    size: int
    path: str

    @property
    def kind_label(self) -> str:
        """What it is, in the words of the case file."""
        return str(CaseFile.Kind(self.kind).label)


@dataclass(frozen=True)
class Typed:
    """What stands in a draft: answers by field name, files, and when it was begun."""

    answers: dict[str, Any]
    files: tuple[DraftFile, ...]
    begun_at: datetime
    changed_at: datetime

    @property
    def person(self) -> Person:
        """Who asks, as far as it was typed."""
        return Person(**{k: v for k, v in self.answers.items() if k in _PERSON})

    @property
    def wish(self) -> Wish:
        """What is asked for, as far as it was typed."""
        return Wish(**{k: v for k, v in self.answers.items() if k in _WISH})

    def text(self, name: str) -> str:
        """The answer of that name; "" where there is none."""
        return str(self.answers.get(name, ""))


def begin(answers: dict[str, Any] | None = None) -> str:
    """A new draft; the key by which it is found."""
    authorise_public(Actor.applicant(), "foi.file")
    key = secrets.token_urlsafe(32)
    now = timezone.now()
    draft = Draft(key_hash=_digest(key), changed_at=now)
    _seal(draft, {"begun_at": now.isoformat(), "answers": answers or {}, "files": []})
    draft.save()
    return key


def read_draft(key: str) -> Typed:
    """What was typed. Raises `DraftGone`."""
    return _typed(_found(key))


def write_answers(key: str, answers: dict[str, Any]) -> Typed:
    """These answers replace those of the same names; the others stay. Raises `DraftGone`."""

    def put(content: dict[str, Any]) -> None:
        content["answers"] |= answers

    return _change(key, put)


def attach(key: str, *, kind: str, name: str, content: bytes) -> Typed:
    """A file more, once the guard has looked at it. Raises `FileRefused`, `DraftGone`."""
    check_upload(kind, name, len(content))
    accept(content, name).data.close()
    draft = _found(key)
    mark = secrets.token_hex(8)
    path = sealed_files.write(f"{draft.belongs_to}:{mark}", content)
    row = {
        "mark": mark,
        "kind": kind,
        "name": clean_name(name),
        "size": len(content),
        "path": path,
    }

    def put(changed: dict[str, Any]) -> None:
        if len(changed["files"]) >= MAX_FILES:
            raise FileRefused(
                f"网上最多提交{MAX_FILES}个文件。请合并为一个 PDF，或者邮寄其余材料。"
            )
        changed["files"].append(row)

    try:
        return _change(key, put)
    except BaseException:
        sealed_files.remove(path)
        raise


def detach(key: str, mark: str) -> Typed:
    """The file is gone; one that is gone already does not matter. Raises `DraftGone`."""
    dropped: list[str] = []

    def drop(content: dict[str, Any]) -> None:
        dropped.extend(one["path"] for one in content["files"] if one["mark"] == mark)
        content["files"] = [one for one in content["files"] if one["mark"] != mark]

    typed = _change(key, drop)
    for path in dropped:
        sealed_files.remove(path)
    return typed


def discard(key: str) -> None:
    """The owner wants nothing of it kept; one that is gone already does not matter."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(key_hash=_digest(key)).first()
        if draft is not None:
            _remove(draft)


def file_draft(actor: Actor, key: str, organ: Organ) -> Filed:
    """The draft becomes an intake of this body, whole or not at all.

    Who presses the button twice files once: the second finds no draft. Raises ValidationError by
    field, `FileRefused`, `DraftGone`.
    """
    with whole():
        draft = _found(key, lock=True)
        typed = _typed(draft)
        incoming = [Incoming(one.kind, one.name, _content(draft, one)) for one in typed.files]
        filed = file_request(
            actor,
            organ,
            person=typed.person,
            wish=typed.wish,
            files=incoming,
            needs_help=bool(typed.answers.get("needs_help")),
        )
        _remove(draft)
    return filed


def sweep(actor: Actor, now: datetime | None = None) -> int:
    """Drafts older than they are kept are gone with their files; how many were."""
    before = (now or timezone.now()) - _kept()
    count = 0
    for key in list(Draft.objects.filter(changed_at__lt=before).values_list("pk", flat=True)):
        with transaction.atomic():
            draft = Draft.objects.select_for_update().filter(pk=key, changed_at__lt=before).first()
            if draft is not None:
                _remove(draft)
                count += 1
    if count:
        with transaction.atomic():
            record(actor, "foi.draft.sweep", chain="site", changes={"drafts": count})
    return count


def check_upload(kind: str, name: str, size: int) -> None:
    """Raise `FileRefused` for what is refused before its content is looked at."""
    if kind not in KINDS:
        raise FileRefused(f"没有“{kind}”这种材料，请从列表中选择。")
    check_public_file(kind, name, size)


def check_public_file(kind: str, name: str, size: int) -> None:
    """Raise `FileRefused` for a size or a type that is not taken from outside."""
    limit = public_limit_mb()
    if size > limit * _MB:
        raise FileRefused(
            f"文件有{-(-size // _MB)} MB，超过{limit} MB 的上限。"
            "请压缩图片或者降低扫描分辨率后重新上传，也可以邮寄纸质材料。"
        )
    extension = PurePosixPath(clean_name(name)).suffix
    if extension not in EXTENSIONS[kind]:
        types = "、".join(one[1:].upper() for one in EXTENSIONS[kind] if one != ".jpeg")
        raise FileRefused(f"这里不能上传 {extension} 文件。可以上传：{types}。")


def keep_until(typed: Typed) -> datetime:
    """When the draft is gone unless it is touched again."""
    return typed.changed_at + _kept()


# -- inside ------------------------------------------------------------------------------------


def _kept() -> timedelta:
    return timedelta(days=max(int(settings.FOI_DRAFT_DAYS), 1))


def _digest(key: str) -> str:
    return sm3(f"foi.draft\x00{key}".encode())


def _found(key: str, *, lock: bool = False) -> Draft:
    if not key:
        raise DraftGone
    rows = Draft.objects.select_for_update() if lock else Draft.objects.all()
    draft = rows.filter(key_hash=_digest(key), changed_at__gte=timezone.now() - _kept()).first()
    if draft is None:
        raise DraftGone
    return draft


def _change(key: str, how: Callable[[dict[str, Any]], None]) -> Typed:
    with transaction.atomic():
        draft = _found(key, lock=True)
        content = _opened(draft)
        how(content)
        draft.changed_at = timezone.now()
        _seal(draft, content)
        draft.save(update_fields=["sealed", "changed_at"])
    return _typed(draft)


def _seal(draft: Draft, content: dict[str, Any]) -> None:
    draft.sealed = seal_json(draft.belongs_to, content)


def _opened(draft: Draft) -> dict[str, Any]:
    """The content. A draft whose key was destroyed meanwhile is as good as gone."""
    try:
        content = open_json(draft.belongs_to, draft.sealed)
    except CannotOpen:
        raise DraftGone from None
    return content


def _typed(draft: Draft) -> Typed:
    content = _opened(draft)
    return Typed(
        answers=content["answers"],
        files=tuple(DraftFile(**one) for one in content["files"]),
        begun_at=datetime.fromisoformat(content["begun_at"]),
        changed_at=draft.changed_at,
    )


def _content(draft: Draft, file: DraftFile) -> bytes:
    try:
        return sealed_files.read(f"{draft.belongs_to}:{file.mark}", file.path)
    except CannotOpen:
        raise ValidationError({"files": f"“{file.name}”没有保存好，请删去后重新上传。"}) from None


def _remove(draft: Draft) -> None:
    """The row now, the files once it is certain that the row is gone."""
    try:
        paths: Sequence[str] = [one["path"] for one in _opened(draft)["files"]]
    except DraftGone:
        paths = ()
    draft.delete()
    for path in paths:
        transaction.on_commit(partial(sealed_files.remove, path))
