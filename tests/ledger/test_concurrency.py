"""Many writers at once: no fork, no loss, no deadlock, chain by chain in order."""

import threading

import pytest
from django.db import connection, connections, transaction

from gongkai.ledger import queries, services
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerChain, LedgerEntry

OPERATOR = Actor.command("gongkai test")
WRITERS = 6
ROUNDS = 12


def run(work) -> list[BaseException]:
    """Run `work(n)` in WRITERS threads that start together; what they raised."""
    barrier = threading.Barrier(WRITERS)
    failures: list[BaseException] = []

    def body(number: int) -> None:
        try:
            barrier.wait(30)
            work(number)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return failures


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_neither_fork_nor_lose_entries() -> None:
    def work(number: int) -> None:
        for round_ in range(ROUNDS):
            # A chain of one's own, one shared by all, both opened in the race; and two at once
            # in opposite orders, which would wait for each other without the fixed order.
            names = ["SHARED", f"OWN{number}", "A", "B"]
            if number % 2:
                names.reverse()
            with transaction.atomic():
                services.record_many(
                    OPERATOR,
                    [services.Act("t.t", name, changes={"r": round_}) for name in names],
                )

    assert run(work) == []

    run_ = queries.Verification()
    assert list(run_.findings()) == []
    assert run_.entries == WRITERS * ROUNDS * 4
    shared = LedgerEntry.objects.filter(chain__name="SHARED").order_by("seq")
    assert list(shared.values_list("seq", flat=True)) == list(range(1, WRITERS * ROUNDS + 1))
    times = list(shared.values_list("at", flat=True))
    assert times == sorted(times)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_writers_of_different_chains_do_not_wait_for_each_other() -> None:
    with transaction.atomic():
        services.record_many(OPERATOR, [services.Act("t.t", "X"), services.Act("t.t", "Y")])
    written = threading.Event()

    def other() -> None:
        with transaction.atomic():
            services.record(OPERATOR, "t.t", chain="Y")
        written.set()
        connections.close_all()

    with transaction.atomic():
        services.record(OPERATOR, "t.t", chain="X")
        thread = threading.Thread(target=other)
        thread.start()
        assert written.wait(30), "a writer of chain Y waited for the lock of chain X"
    thread.join(30)
    assert connection.vendor == "postgresql"
    assert set(LedgerChain.objects.values_list("name", "last_seq")) == {("X", 2), ("Y", 2)}
