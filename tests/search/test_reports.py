"""Published annual reports are found, the version in force only."""

from __future__ import annotations

import pytest

from gongkai.reports import services
from gongkai.reports.models import State
from tests.factories.organs import make_organ
from tests.factories.reports import CONSOLE, complete_text, make_report
from tests.search.records import answer, follow, found

pytestmark = pytest.mark.django_db


def test_a_report_is_found_once_published_and_gives_way_to_its_correction() -> None:
    """Given an accepted report, then its text is not found until it is published; when a
    correction is published, then it stands in the place of the first version."""
    organ = make_organ(name="某市水利局")
    report = make_report(organ, 2021, state=State.ACCEPTED)
    follow()
    assert found("水利局年度报告") == []
    report = services.publish(CONSOLE, report)
    follow()
    (hit,) = answer("水利局2021年政府信息公开工作年度报告").hits
    assert (hit.source, hit.key) == ("report", report.pk)
    assert found("水利局", facets={"organ": (organ.code,)}) == [report.pk]

    corrected = services.correct_published(CONSOLE, report, "更正文字。")
    text = corrected.sections["s1"] + "<p>农村饮水安全工程信息已补充公开。</p>"
    services.save_section(CONSOLE, corrected, "s1", text)
    corrected = services.submit(CONSOLE, complete_text(corrected))
    corrected = services.accept(CONSOLE, corrected)
    follow()
    assert found("饮水安全", verbatim=True) == []
    services.publish(CONSOLE, corrected)
    follow()
    assert found("水利局") == [corrected.pk]
    assert found("饮水安全") == [corrected.pk]
