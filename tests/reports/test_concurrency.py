"""Two people at once, truly: separate connections, the same report."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from gongkai.reports import content, services
from gongkai.reports.models import AnnualReport, ReportTransition, State
from gongkai.reports.services import StaleReport
from tests.factories.organs import make_organ
from tests.factories.reports import CONSOLE, complete_text, make_report

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same time; their results or errors, in order."""
    barrier = Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_of_two_submissions_at_once_exactly_one_goes_through() -> None:
    report = complete_text(make_report(make_organ(), 2021))
    results = together(*(lambda: services.submit(CONSOLE, report, report.lock) for _ in range(2)))
    assert sorted(type(one).__name__ for one in results) == ["AnnualReport", "StaleReport"]
    assert ReportTransition.objects.filter(report=report, to_state=State.SUBMITTED).count() == 1


def test_of_two_texts_at_once_one_is_saved_and_the_other_told() -> None:
    report = make_report(make_organ(), 2021)
    base = content.fingerprint(report.sections["s6"])
    texts = ("<p>甲的文字。</p>", "<p>乙的文字。</p>")
    results = together(
        *(
            lambda text=text: services.save_section(CONSOLE, report, "s6", text, base)
            for text in texts
        )
    )
    stale = [one for one in results if isinstance(one, StaleReport)]
    stored = AnnualReport.objects.get(pk=report.pk).sections["s6"]
    assert len(stale) == 1
    assert stored in texts
    assert stale[0].current == stored


def test_of_two_drafts_at_once_one_is_made() -> None:
    organ = make_organ()
    results = together(*(lambda: services.create_draft(CONSOLE, organ, 2021) for _ in range(2)))
    assert sum(isinstance(one, AnnualReport) for one in results) == 1
    assert AnnualReport.objects.filter(organ=organ).count() == 1
    (refused,) = [one for one in results if not isinstance(one, AnnualReport)]
    assert "已经建立" in str(refused) or "刚刚建立" in str(refused)
