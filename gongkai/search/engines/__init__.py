"""The two engines behind one interface, chosen by the site's database."""

from __future__ import annotations

from django.db import connection

from gongkai.search.engines.base import SHAPE, Engine, Expression
from gongkai.search.engines.postgres import PostgresEngine
from gongkai.search.engines.sqlite import SqliteEngine

__all__ = ["SHAPE", "Engine", "Expression", "engine"]


def engine() -> Engine:
    """The engine of the site's database."""
    return PostgresEngine() if connection.vendor == "postgresql" else SqliteEngine()
