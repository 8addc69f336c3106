"""Published reports and the reference formats, where they lie beside the project."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[3] / "shared"


def load(path: Path) -> dict[str, Any]:
    """Amounts as printed: a decimal in the file is a ``Decimal``, never a binary fraction."""
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
