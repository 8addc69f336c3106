"""Taking in files: checked by `guard`, cleaned, and stored once by content."""

from __future__ import annotations

from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from gongkai.disclosure.guarding import lexicon_for
from gongkai.disclosure.models import MAX_FILE_TEXT, FileText, StoredFile
from gongkai.disclosure.services.common import EDIT
from gongkai.guard.engine import scan_file
from gongkai.guard.files import accept
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise


def store_file(actor: Actor, organ: Organ, upload: IO[bytes] | Any, name: str) -> StoredFile:
    """The file is stored, without macros, hidden data and doubles; PermissionDenied otherwise.

    Raises `guard.files.FileRefused` (a ValidationError) for what must not be published: a type
    that its content belies, an executable, macros, a bomb, a password, too large a file.
    """
    authorise(actor, EDIT, organ)
    accepted = accept(upload, name)
    known = uploaded_again(accepted.sha256)
    if known is not None:
        return known
    scan = scan_file(accepted.data, accepted.name, lexicon_for(organ), keep=MAX_FILE_TEXT + 1)
    accepted.data.seek(0)
    with transaction.atomic():
        stored, created = StoredFile.objects.get_or_create(
            sha256=accepted.sha256,
            defaults={
                "original_sha256": accepted.original_sha256,
                "extension": accepted.extension,
                "media_type": accepted.media_type,
                "size": accepted.size,
                "text_state": scan.state,
            },
        )
        if created:
            stored.file.save(accepted.name, File(accepted.data), save=True)
            keep_text(stored, scan.text)
            record(
                actor,
                "disclosure.file.store",
                chain=organ.code,
                obj=stored,
                changes={"sha256": stored.sha256, "size": stored.size, "notes": accepted.notes},
            )
    return stored


def keep_text(stored: StoredFile, text: str) -> None:
    """What the file says is kept for the search; `text` as `scan_file` handed it back."""
    values = {"text": text[:MAX_FILE_TEXT], "cut": len(text) > MAX_FILE_TEXT}
    FileText.objects.update_or_create(stored=stored, defaults=values)


def uploaded_again(sha256: str) -> StoredFile | None:
    """The file of this content if it is stored already, uploaded now: tidying leaves it alone."""
    if not StoredFile.objects.filter(sha256=sha256).update(created_at=timezone.now()):
        return None
    return StoredFile.objects.filter(sha256=sha256).first()
