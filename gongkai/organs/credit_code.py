"""Unified social credit codes (统一社会信用代码, GB 32100-2015)."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SHAPE = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


def check_character(first_17: str) -> str:
    """The 18th character: weights 3^i mod 31 over the first 17 (GB 32100 §5)."""
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first_17))
    return ALPHABET[(31 - total % 31) % 31]


def validate_credit_code(value: str) -> None:
    """Raise ValidationError (Chinese, says what to do) unless `value` is a valid code."""
    if len(value) != 18:
        raise ValidationError(
            f"统一社会信用代码应为18位，现为{len(value)}位，请核对。", code="credit_code_length"
        )
    if not _SHAPE.fullmatch(value):
        raise ValidationError(
            "统一社会信用代码只能用数字和大写字母（不用 I、O、S、V、Z），第3至8位为行政区划数字，请核对。",
            code="credit_code_shape",
        )
    expected = check_character(value[:17])
    if value[17] != expected:
        raise ValidationError(
            f"统一社会信用代码校验位不符：末位应为“{expected}”，现为“{value[17]}”，请核对前17位。",
            code="credit_code_check",
        )
