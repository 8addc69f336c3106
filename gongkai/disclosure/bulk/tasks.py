"""What runs in the background."""

from __future__ import annotations

from django_tasks import task


@task()
def run_migration(run_id: int) -> None:
    """Carry a migration run out (see `migration.work`)."""
    from gongkai.disclosure.bulk import migration

    migration.work(run_id)
