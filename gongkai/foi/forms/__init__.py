"""Forms of this room: they read what was typed, the services judge and save it."""

from gongkai.foi.forms.cases import PENDING, CaseCorrectForm, CaseForm, ConcludeForm, VoidForm

__all__ = ["PENDING", "CaseCorrectForm", "CaseForm", "ConcludeForm", "VoidForm"]
