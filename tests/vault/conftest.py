"""A folder and keys of its own for every test."""

from __future__ import annotations

import pytest

from gongkai.vault import keys


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAULT_MASTER_KEY = ""
    keys.forget()
    yield tmp_path
    keys.forget()
