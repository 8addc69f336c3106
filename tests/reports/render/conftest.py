import pytest

from gongkai.reports.document import ReportDocument
from tests.reports.render.documents import DOCUMENTS


@pytest.fixture(params=DOCUMENTS.values(), ids=DOCUMENTS.keys())
def document(request: pytest.FixtureRequest) -> ReportDocument:
    """Each report in turn."""
    return request.param
