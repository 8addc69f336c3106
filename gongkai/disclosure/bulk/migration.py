"""Runs of a migration as people see them: started, stopped, taken up again, looked at.

`worker` carries them out, portion by portion, with a state for every address.
"""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from gongkai.disclosure.bulk.resolve import IMPORT
from gongkai.disclosure.models import MigrationPage, MigrationRun, MigrationSource
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs import policy
from gongkai.organs.models import User

ABANDONED_AFTER: Final = 600
"""Seconds without a sign of life after which a running run counts as dead."""
Kind, State = MigrationPage.Kind, MigrationPage.State


def start(
    actor: Actor,
    source: MigrationSource,
    *,
    as_published: bool = False,
    dry_run: bool = False,
    anew: bool = False,
) -> MigrationRun:
    """A run waits for a worker; it goes on where earlier ones stopped and tries failures again.

    `anew` walks the lists again, to find what the old site published since. A run that gave no
    sign of life for ten minutes counts as dead and is closed.
    """
    from gongkai.disclosure.bulk.tasks import run_migration

    policy.authorise(actor, IMPORT, source.organ)
    with transaction.atomic():
        current = MigrationSource.objects.select_for_update().get(pk=source.pk)
        if current.closed_at is not None:
            raise ValidationError("这个来源已停用，不能再发起任务。")
        for other in current.runs.filter(state__in=["waiting", "running"]):
            if not abandoned(other):
                raise ValidationError("这个来源已有任务在进行，请等它结束或先停止它。")
            end(other, MigrationRun.State.FAILED, "运行中断，由新任务接着做。")
        pages = current.pages.all()
        pages.filter(kind=Kind.LIST, state=State.FAILED).update(state=State.FOUND, reason="")
        if anew:
            pages.filter(kind=Kind.LIST).update(state=State.FOUND, reason="")
        items = pages.filter(kind=Kind.ITEM, state=State.FAILED)
        items.exclude(record={}).update(state=State.READ, reason="")
        items.filter(record={}).update(state=State.FOUND, reason="")
        run = MigrationRun.objects.create(
            source=current,
            as_published=as_published,
            dry_run=dry_run,
            started_by=actor.user if isinstance(actor.user, User) else None,
        )
        record(
            actor,
            "disclosure.migration.start",
            chain=current.organ.code,
            obj=current,
            changes={"run": run.pk, "as_published": as_published, "dry_run": dry_run},
        )
        transaction.on_commit(lambda: run_migration.enqueue(run.pk))
    return run


def stop(actor: Actor, run: MigrationRun) -> MigrationRun:
    """The run ends after the portion it is at; what it did stays."""
    policy.authorise(actor, IMPORT, run.source.organ)
    with transaction.atomic():
        current = MigrationRun.objects.select_for_update().get(pk=run.pk)
        if current.state not in (MigrationRun.State.WAITING, MigrationRun.State.RUNNING):
            raise ValidationError("这个任务已经结束。")
        end(current, MigrationRun.State.STOPPED, "由人停止，可以再次发起，接着做。")
        record(
            actor,
            "disclosure.migration.stop",
            chain=run.source.organ.code,
            obj=run.source,
            changes={"run": run.pk},
        )
    return current


def progress(source: MigrationSource) -> dict[str, int]:
    """How many pages of items stand where; `lists` how many list pages were read. One statement."""
    told = source.pages.aggregate(
        lists=Count("pk", filter=Q(kind=Kind.LIST, state=State.READ)),
        **{state: Count("pk", filter=Q(kind=Kind.ITEM, state=state)) for state in State.values},
    )
    told["total"] = sum(told[state] for state in State.values)
    return told


def abandoned(run: MigrationRun) -> bool:
    """Whether a run that counts as running gave no sign of life for a while."""
    silent = (timezone.now() - run.beat_at).total_seconds()
    return run.state == MigrationRun.State.RUNNING and silent > ABANDONED_AFTER


def end(run: MigrationRun, state: str, message: str) -> None:
    """The run is over, for this reason."""
    run.state, run.message, run.phase = state, message[:300], ""
    run.finished_at = run.beat_at = timezone.now()
    run.save(update_fields=["state", "message", "phase", "finished_at", "beat_at"])
