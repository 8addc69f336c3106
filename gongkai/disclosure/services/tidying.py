"""Files that nobody needs any more: uploaded for a form that was never saved, or of a deleted draft.

A file that a version of any item has ever named stays for good: versions can be compared, and what
was published can be shown. Whoever uploads the same content again makes the file young again
(`services.files`), so that none is taken from under a form in which it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from wagtail.models import Revision

from gongkai.disclosure.models import Attachment, DisclosedItem, LeaderVersion, StoredFile
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record

KEPT_DAYS: Final = 30
"""A form's files are good for eight days after their upload (`forms.files.MAX_AGE`); the rest is for
whoever comes back from leave and asks where his file is."""

_LISTED: Final = 20


@dataclass(frozen=True)
class Tidied:
    """What a run removed (or, dry, would have removed)."""

    files: int
    size: int


def tidy_files(actor: Actor, now: datetime | None = None, *, dry_run: bool = False) -> Tidied:
    """Remove the files older than `KEPT_DAYS` to which no item and no version refers.

    For the schedule (actor `system` or `command`). Each file is a transaction of its own, in which
    it is looked at again under its lock.
    """
    if actor.user is not None:
        raise PermissionDenied("文件由系统定期清理。")
    before = (now or timezone.now()) - timedelta(days=KEPT_DAYS)
    old = _unattached().filter(created_at__lt=before)
    if not old.exists():
        return Tidied(0, 0)
    newest = _versions().aggregate(newest=Max("pk"))["newest"] or 0
    named = _named_in(_versions())
    found = [one for one in old.order_by("pk") if one.pk not in named]
    if dry_run:
        return Tidied(len(found), sum(one.size for one in found))
    gone = [one for one in found if _removed(one, before, newest)]
    if gone:
        with transaction.atomic():
            record(
                actor,
                "disclosure.file.tidy",
                chain="site",
                changes={
                    "files": len(gone),
                    "size": sum(one.size for one in gone),
                    "sha256": [one.sha256[:12] for one in gone[:_LISTED]],
                },
            )
    return Tidied(len(gone), sum(one.size for one in gone))


def _unattached() -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(
        ~Exists(Attachment.objects.filter(stored=OuterRef("pk"))),
        ~Exists(LeaderVersion.objects.filter(portrait=OuterRef("pk"))),
    )


def _versions() -> QuerySet[Revision]:
    """The versions of items that name files."""
    kind = ContentType.objects.get_for_model(DisclosedItem)
    found: QuerySet[Revision] = Revision.objects.filter(base_content_type=kind)
    return found.exclude(content__attachments=[])


def _named_in(versions: QuerySet[Revision]) -> set[int]:
    """The files that these versions name, of each version its list of files only."""
    lists: Iterable[Any] = versions.values_list("content__attachments", flat=True)
    return {row["stored"] for rows in lists.iterator(2000) for row in rows or ()}  # type: ignore[attr-defined]


def _removed(one: StoredFile, before: datetime, newest: int) -> bool:
    """Whether the file is gone; what was uploaded or named again meanwhile stays."""
    with transaction.atomic():
        waiting = StoredFile.objects.select_for_update(skip_locked=True, of=("self",))
        locked = waiting.filter(pk=one.pk, created_at__lt=before).first()
        if (
            locked is None
            or not _unattached().filter(pk=one.pk).exists()
            or one.pk in _named_in(_versions().filter(pk__gt=newest))
        ):
            return False
        storage, name = locked.file.storage, locked.file.name
        locked.delete()

        def discard() -> None:
            # Content that came again lies under a name of its own: the old one was still taken.
            if name and not StoredFile.objects.filter(file=name).exists():
                storage.delete(name)

        transaction.on_commit(discard)
    return True
