"""Forms of disclosed items: they read what was typed, the services judge and save it."""

from gongkai.disclosure.forms.acts import (
    ConfirmForm,
    DecisionForm,
    OverrideForm,
    ReasonForm,
    RepealForm,
)
from gongkai.disclosure.forms.item import ItemForm
from gongkai.disclosure.forms.sections import SECTIONS

__all__ = [
    "SECTIONS",
    "ConfirmForm",
    "DecisionForm",
    "ItemForm",
    "OverrideForm",
    "ReasonForm",
    "RepealForm",
]
