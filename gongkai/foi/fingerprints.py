"""The SM3 of an event, by which its ledger entry and its row vouch for one another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from gongkai.ledger.chain import sm3


def fingerprint(kind: str, on: date, data: Mapping[str, Any]) -> str:
    """SM3 over type, day and content of an event, the same on both databases."""
    whole = [kind, on.isoformat(), data]
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sm3(text.encode("utf-8", "surrogatepass"))
