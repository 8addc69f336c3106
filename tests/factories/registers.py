"""Register records for tests, written straight to the tables: no ledger entries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from gongkai.organs.models import Organ
from gongkai.registers.models import (
    ActItem,
    Decision,
    FeeIncome,
    NormativeDocument,
    ProcurementProject,
    RegisterRecord,
)
from tests.factories.organs import make_organ

_numbers = count(1)


def _make(
    model: type[RegisterRecord], organ: Organ | None, void: bool, defaults: dict[str, Any]
) -> Any:
    if void:
        defaults |= {"voided_at": timezone.now(), "void_reason": "测试作废"}
    return model.objects.create(organ=organ or make_organ(), **defaults)


def make_item(organ: Organ | None = None, *, void: bool = False, **fields: Any) -> ActItem:
    """An item of permit, valid since 2019 until further notice."""
    number = next(_numbers)
    return _make(
        ActItem,
        organ,
        void,
        {
            "kind": "permit",
            "code": f"ITEM-{number}",
            "name": f"测试事项{number}",
            "valid_from": date(2019, 1, 1),
            **fields,
        },
    )


def make_decision(organ: Organ | None = None, *, void: bool = False, **fields: Any) -> Decision:
    """A permit decided on 5 March 2020."""
    number = next(_numbers)
    return _make(
        Decision,
        organ,
        void,
        {
            "kind": "permit",
            "document_number": f"测许〔2020〕{number}号",
            "title": f"测试决定{number}",
            "decided_on": date(2020, 3, 5),
            **fields,
        },
    )


def make_document(
    organ: Organ | None = None, *, void: bool = False, **fields: Any
) -> NormativeDocument:
    """A normative document issued on 1 April 2020, not published yet."""
    number = next(_numbers)
    return _make(
        NormativeDocument,
        organ,
        void,
        {
            "kind": "normative",
            "document_number": f"测政〔2020〕{number}号",
            "title": f"测试文件{number}",
            "issued_on": date(2020, 4, 1),
            **fields,
        },
    )


def make_fee(organ: Organ | None = None, *, void: bool = False, **fields: Any) -> FeeIncome:
    """100 yuan collected on 30 June 2021."""
    return _make(
        FeeIncome,
        organ,
        void,
        {
            "receipt_number": f"R{next(_numbers)}",
            "collected_on": date(2021, 6, 30),
            "amount": Decimal("100.00"),
            **fields,
        },
    )


def make_project(
    organ: Organ | None = None, *, void: bool = False, **fields: Any
) -> ProcurementProject:
    """A contract over 10,000 yuan signed on 20 August 2020."""
    number = next(_numbers)
    return _make(
        ProcurementProject,
        organ,
        void,
        {
            "project_number": f"测采〔2020〕{number}号",
            "title": f"测试采购{number}",
            "contracted_on": date(2020, 8, 20),
            "amount": Decimal("10000.00"),
            **fields,
        },
    )
