"""Reading published annual reports back (条例第五十条; the layouts found in the wild).

Public: ``read_report(data, filename) -> ReadReport``, ``NotAReport``, ``check_report``.
"""

from gongkai.reports.reading.checking import CheckedReport, check_report
from gongkai.reports.reading.document import NotAReport
from gongkai.reports.reading.reader import ReadReport, read_report

__all__ = ["CheckedReport", "NotAReport", "ReadReport", "check_report", "read_report"]
