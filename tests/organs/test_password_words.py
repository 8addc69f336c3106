"""A refused password is explained in Chinese, each reason once."""

import re

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


def test_a_weak_password_is_refused_in_chinese() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("123")
    assert len(refused.value.messages) >= 2
    for words in refused.value.messages:
        assert not re.search(r"[A-Za-z]{2,}", words), words
