"""What runs in the background."""

from __future__ import annotations

from django_tasks import task


@task()
def run_migration(run_id: int) -> None:
    """Carry a migration run out (see `worker.work`)."""
    from gongkai.disclosure.bulk import worker

    worker.work(run_id)
