"""Requests and remedy cases for tests, written straight to the tables: no ledger entries."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from django.utils import timezone

from gongkai.foi.caseclock import columns_of, read, subtype_in
from gongkai.foi.models import FoiEvent, FoiRequest, RemedyCase
from gongkai.foi.services.requests import stored
from gongkai.organs.models import Organ
from gongkai.statute.clock import event_from_json
from gongkai.workdays.queries import current_calendar
from tests.factories.organs import make_organ

_numbers = count(1)


def make_request(organ: Organ | None = None, **fields: Any) -> FoiRequest:
    """A bare row without events, received on 6 March 2020 and still open."""
    return FoiRequest.objects.create(
        organ=organ or make_organ(),
        **{
            "number": f"测试{next(_numbers)}号",
            "channel": "online",
            "applicant_kind": "natural",
            "subject": "测试申请内容",
            "received_on": date(2020, 3, 6),
            "state": "running",
            **fields,
        },
    )


def make_case(organ: Organ | None = None, *events: dict[str, Any], **fields: Any) -> FoiRequest:
    """A request with these events (as `gongkai clock` reads them), indexed as of today."""
    parsed = [event_from_json(data) for data in events]
    columns = columns_of(read(parsed, current_calendar(), timezone.localdate()), subtype_in(events))
    request = make_request(
        organ,
        **{
            "channel": events[0]["channel"],
            "received_on": parsed[0].on,
            **columns._asdict(),
            **fields,
        },
    )
    for seq, (event, data) in enumerate(zip(parsed, events, strict=True), 1):
        notes = {"subtype": data["subtype"]} if "subtype" in data else {}
        FoiEvent.objects.create(
            request=request,
            seq=seq,
            recorded_at=timezone.now(),
            recorded_by="测试",
            **stored(event, notes),
        )
    return request


def received(on: str, channel: str = "online") -> dict[str, Any]:
    """The first event of a case."""
    return {"type": "received", "on": on, "channel": channel}


def make_remedy(organ: Organ | None = None, **fields: Any) -> RemedyCase:
    """A review filed on 1 June 2021, still pending."""
    number = next(_numbers)
    return RemedyCase.objects.create(
        organ=organ or make_organ(),
        **{
            "number": f"测复〔2021〕{number}号",
            "kind": "review",
            "filed_on": date(2021, 6, 1),
            **fields,
        },
    )
