"""Two people change the tree at once: no ring, no stale path."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from gongkai.ledger.actor import Actor
from gongkai.organs import services
from gongkai.organs.models import Organ
from tests.factories.organs import make_organ

OPERATOR = Actor.command("gongkai test")


def together(*jobs) -> list[BaseException]:
    """Run the jobs in threads that start at once; what they raised."""
    barrier = threading.Barrier(len(jobs))
    failures: list[BaseException] = []

    def body(job) -> None:
        try:
            barrier.wait(30)
            job()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def assert_sound_tree() -> None:
    by_pk = Organ.objects.in_bulk()
    for organ in by_pk.values():
        above = by_pk.get(organ.parent_id)
        assert organ.path == f"{above.path if above else '/'}{organ.code}/"
        assert organ.depth == (above.depth + 1 if above else 0)


@pytest.mark.django_db(transaction=True)
def test_two_moves_cannot_close_a_ring() -> None:
    top = make_organ("TOP")
    a, b = make_organ("A", parent=top), make_organ("B", parent=top)

    failures = together(
        lambda: services.move_organ(OPERATOR, a, b), lambda: services.move_organ(OPERATOR, b, a)
    )

    assert [type(f) for f in failures] == [ValidationError]
    assert "不能作为上级" in str(failures[0])
    assert_sound_tree()


@pytest.mark.django_db(transaction=True)
def test_a_body_created_below_one_that_moves_gets_the_right_path() -> None:
    top = make_organ("TOP")
    a, b = make_organ("A", parent=top), make_organ("B", parent=top)

    failures = together(
        lambda: services.move_organ(OPERATOR, a, b),
        *(
            lambda n=n: services.create_organ(
                OPERATOR, code=f"N{n}", name="新", kind="department", level="county", parent=a
            )
            for n in range(3)
        ),
    )

    assert failures == []
    assert Organ.objects.filter(path__startswith="/TOP/B/A/N").count() == 3
    assert_sound_tree()
