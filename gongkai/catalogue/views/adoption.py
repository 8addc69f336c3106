"""Taking on by one click what level and subject give a body, and which bodies a subject means."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic.base import TemplateResponseMixin

from gongkai.catalogue import services
from gongkai.catalogue.forms import (
    SubjectForm,
)
from gongkai.catalogue.models import (
    Duty,
    StandardCatalogue,
)
from gongkai.catalogue.queries.visible import visible_catalogues
from gongkai.catalogue.services.adoption import Proposal, assigned_bodies
from gongkai.catalogue.subjects import bodies_by_subject
from gongkai.catalogue.views.base import CatalogueView
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import (
    ServiceFormView,
)

STATE = StandardCatalogue.State
PAGE = 50


class Adopt(CatalogueView, TemplateResponseMixin):
    """What level and subject give each of the user's bodies and nobody has answered yet.

    GET lists it body by body; POST takes on one body's entries, the chosen ones, or everybody's.
    """

    tab = "duties"
    action = "catalogue.adopt"
    title = "认领事项"
    template_name = "gongkai/catalogue/adopt.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data(**kwargs))

    @property
    def catalogue(self) -> StandardCatalogue | None:
        if not hasattr(self, "_catalogue"):
            found = visible_catalogues(self.request.user).filter(state=STATE.IN_FORCE)
            wanted = self.request.GET.get("version", "")
            listed = list(found.order_by("-organ__depth"))
            chosen = next((c for c in listed if str(c.pk) == wanted), None)
            self._catalogue = chosen or (listed[0] if listed else None)
            self.catalogues = listed
        return self._catalogue

    def bodies(self) -> list[Organ]:
        assert self.catalogue is not None
        found = policy.organs_for(self.request.user, self.action).in_subtree(self.catalogue.organ)
        return list(found.active_on(timezone.localdate()).order_by("path"))

    def proposals(self) -> list[Proposal]:
        return services.propose(self.catalogue, self.bodies()) if self.catalogue else []

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        proposals = self.proposals()
        wanted = request.POST.get("organ", "")
        chosen = {int(pk) for pk in request.POST.getlist("entry") if pk.isdigit()}
        if wanted != "all":
            proposals = [p for p in proposals if p.organ.code == wanted]
            if chosen:
                proposals = self._chosen(proposals, wanted, chosen)
        if not proposals:
            messages.info(request, "没有新的事项可以认领。")
            return HttpResponseRedirect(request.get_full_path())
        try:
            number = services.adopt_many(self.actor, proposals)
        except (ValidationError, PermissionDenied) as error:
            text = " ".join(getattr(error, "messages", None) or [str(error)])
            messages.error(request, text)
            return HttpResponseRedirect(request.get_full_path())
        messages.success(request, f"已为{len(proposals)}个机关认领{number}项。")
        return HttpResponseRedirect(request.get_full_path())

    def _chosen(self, proposals: list[Proposal], code: str, chosen: set[int]) -> list[Proposal]:
        """The chosen entries alone, also ones that the subject does not give the body."""
        assert self.catalogue is not None
        organ = next((o for o in self.bodies() if o.code == code), None)
        if organ is None:
            return []
        entries = self.catalogue.entries.filter(pk__in=chosen)
        return [Proposal(organ, tuple(entries))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        proposals = self.proposals()
        bodies = self.bodies() if self.catalogue is not None else []
        code = self.request.GET.get("organ", "")
        if not code and len(bodies) == 1:
            code = bodies[0].code
        organ = next((body for body in bodies if body.code == code), None)
        page = Paginator(proposals, PAGE).get_page(self.request.GET.get("page"))
        context = {
            "catalogue": self.catalogue,
            "catalogues": getattr(self, "catalogues", []),
            "proposals": page.object_list,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "ellipsis": Paginator.ELLIPSIS,
            "number": sum(len(p.entries) for p in proposals),
            "bodies": len(proposals),
            "single": next((p for p in proposals if organ and p.organ.pk == organ.pk), None),
            "others": self._others(organ),
            "code": organ.code if organ else "",
        }
        return super().get_context_data(**{**context, **kwargs})

    def _others(self, organ: Organ | None) -> list[Any]:
        """For one body: entries that neither level nor subject gives it, to choose from."""
        q = self.request.GET.get("q", "").strip()[:60]
        if self.catalogue is None or organ is None or not q:
            return []
        answered = Duty.objects.filter(organ=organ).values("entry")
        named = Q(level1__contains=q) | Q(level2__contains=q) | Q(code__istartswith=q)
        entries = self.catalogue.entries.filter(named).exclude(pk__in=answered)
        return list(entries.select_related("field").order_by("field__order", "seq")[:PAGE])


class SubjectList(CatalogueView, TemplateResponseMixin):
    """Which bodies each 公开主体 of the catalogue in force means."""

    tab = "duties"
    action = "catalogue.manage"
    title = "公开主体对应的机关"
    template_name = "gongkai/catalogue/subjects.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        managed = policy.scope(
            StandardCatalogue.objects.filter(state=STATE.IN_FORCE), self.request.user, self.action
        )
        catalogue = managed.select_related("organ").order_by("organ__depth").first()
        rows: list[dict[str, Any]] = []
        if catalogue is not None:
            organs = list(
                Organ.objects.in_subtree(catalogue.organ)
                .active_on(timezone.localdate())
                .order_by("path")
            )
            assigned = assigned_bodies(catalogue)
            subjects = catalogue.entries.values_list("subject", flat=True)
            for subject, bodies in bodies_by_subject(subjects, organs, assigned).items():
                rows.append(
                    {
                        "subject": subject,
                        "bodies": bodies[:6],
                        "number": len(bodies),
                        "assigned": subject in assigned,
                    }
                )
        context = {"catalogue": catalogue, "subjects": rows}
        return super().get_context_data(**{**context, **kwargs})


class SubjectEdit(CatalogueView, ServiceFormView):
    tab = "duties"
    action = "catalogue.manage"
    form_class = SubjectForm
    submit_label = "保存"
    success_message = "已保存。"

    def check_access(self) -> None:
        super().check_access()
        managed = policy.scope(
            StandardCatalogue.objects.select_related("organ"), self.request.user, self.action
        )
        self.catalogue = get_object_or_404(managed, pk=self.kwargs["version"])

    @property
    def subject(self) -> str:
        return self.request.GET.get("subject", "").strip()

    def get_title(self) -> str:
        return f"“{self.subject}”对应的机关"

    def get_cancel_url(self) -> str:
        return self.url("subjects")

    def get_initial(self) -> dict[str, Any]:
        organs = assigned_bodies(self.catalogue).get(self.subject, [])
        return {"organs": "\n".join(organ.code for organ in organs)}

    def perform(self, form: Any) -> Any:
        return services.assign_subject(
            self.actor, self.catalogue, self.subject, form.cleaned_data["organs"]
        )
