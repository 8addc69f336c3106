"""Why a file cannot be worked on, in words that lead to one that can."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class RedactionRefused(ValidationError):
    """Nothing was struck out and nothing may be given out; the message says what to do."""
