"""What the screens of all registers share."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from gongkai.organs.staff_views.base import StaffView
from gongkai.registers.registry import REGISTERS, Register


class RegisterView(StaffView):
    """A screen of one register, which `as_view(register=…)` or the class names."""

    register: ClassVar[Register] = None  # type: ignore[assignment]

    def get_queryset(self) -> QuerySet[Any]:
        related = ["organ", "item"] if self.register.has_item else ["organ"]
        return self.register.model._default_manager.select_related(*related)

    def place(self, what: str, *args: Any) -> str:
        """The address of a screen of this register: list, detail, create, edit, void …"""
        return self.url(f"{self.register.name}_{what}", *args)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [
            {
                "label": register.label,
                "url": self.url(f"{register.name}_list"),
                "current": register is self.register,
            }
            for register in REGISTERS.values()
        ]
        return super().get_context_data(**{"tabs": tabs, **kwargs})
