"""One record of one's own bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.generic.base import TemplateResponseMixin

from gongkai.organs.staff_views.base import ObjectMixin, StaffView
from gongkai.organs.staff_views.columns import as_grouped, attribute


class ScopedDetailView(ObjectMixin, TemplateResponseMixin, StaffView):
    """Shows `fields` of the object; a field is an attribute path or (path, label)."""

    template_name = "gongkai/organs/staff/detail.html"
    fields: ClassVar[Sequence[str | tuple[str, str]]] = ()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_object(self) -> Any:
        """The object of the address (`pk`), 404 outside the scope."""
        return self.get_scoped(self.get_queryset(), pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return self.title or str(self.object)

    def get_rows(self) -> list[tuple[str, str]]:
        """(label, text) of every field; add rows by extending this."""
        rows = []
        for field in self.fields:
            path, label = field if isinstance(field, tuple) else (field, "")
            if not label:
                label = str(self.object._meta.get_field(path.split(".")[0]).verbose_name)
            rows.append((label, as_grouped(attribute(self.object, path))))
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"object": self.object, "rows": self.get_rows(), **kwargs}
        )
