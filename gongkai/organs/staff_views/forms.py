"""Forms that hand what was typed to a service, and show what the service answers."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.generic.base import TemplateResponseMixin
from django.views.generic.edit import FormMixin

from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views.base import ObjectMixin, StaffView

MANY_ORGANS = 200
UNCHOSEN = "请选择"


class OrganChoiceField(forms.ModelChoiceField):
    """One of the bodies upon which the user may do `action` (those that still exist).

    Up to MANY_ORGANS a list to choose from, above that a box with suggestions in which the
    code, or "code name", is typed.
    """

    default_error_messages = {
        "invalid_choice": "没有这个机构，或者您没有它的权限。请填写机构代码，例如 411281-003。",
    }

    def __init__(self, *, action: str, include_abolished: bool = False, **kwargs: Any) -> None:
        self.action = action
        self.include_abolished = include_abolished
        kwargs.setdefault("label", "机关")
        kwargs.setdefault("empty_label", UNCHOSEN)
        super().__init__(queryset=Organ.objects.none(), to_field_name="code", **kwargs)

    def narrow(self, user: Any) -> None:
        """Offer the bodies of `user` (done by the staff forms)."""
        organs = policy.organs_for(user, self.action).order_by("path")
        if not self.include_abolished:
            organs = organs.filter(abolished_on=None)
        self.queryset = organs
        first = list(organs.values_list("code", flat=True)[: MANY_ORGANS + 1])
        if len(first) == 1 and self.required:
            self.initial = first[0]
            self.empty_label = None
        elif len(first) > MANY_ORGANS:
            widget = OrganTextWidget(attrs=self.widget_attrs(OrganTextWidget()))
            widget.is_required = self.required
            widget.choices = self.widget.choices
            self.widget = widget

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().split(" ")[0].upper()
        return super().to_python(value)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}"


class OrganTextWidget(forms.TextInput):
    """A text box whose suggestions are the choices."""

    template_name = "gongkai/organs/staff/organ_input.html"
    choices: Any = ()

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}_list"
        context["suggestions"] = [label for key, label in self.choices if str(key)]
        return context


class _StaffFormMixin:
    """Knows the user, so that organ fields offer his bodies."""

    fields: dict[str, forms.Field]
    required_css_class = "required"

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for name, field in self.fields.items():
            if (
                field.error_messages.get("required")
                == forms.Field.default_error_messages["required"]
            ):
                verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
                field.error_messages["required"] = f"请{verb}{field.label or name}。"
            if isinstance(field, OrganChoiceField):
                field.narrow(user)
            elif isinstance(field, forms.ModelChoiceField):
                field.empty_label = field.empty_label and UNCHOSEN
            elif isinstance(field, forms.ChoiceField) and isinstance(field.choices, list):
                field.choices = [(k, UNCHOSEN if k == "" else v) for k, v in field.choices]
            if isinstance(field.widget, forms.DateInput):
                field.widget.input_type = "date"
                field.widget.format = "%Y-%m-%d"


class StaffForm(_StaffFormMixin, forms.Form):
    """A form of the staff shell."""


class StaffModelForm(_StaffFormMixin, forms.ModelForm):
    """A model form of the staff shell: it validates, the service saves."""


class ServiceFormView(ObjectMixin, FormMixin, TemplateResponseMixin, StaffView):
    """Form → service → message → next page. See the package's example.

    With `model` (or `queryset`) and `pk` in the address there is an object; its organ must
    lie in the user's scope for `action`.
    """

    template_name = "gongkai/organs/staff/form.html"
    submit_label: ClassVar[str] = "保存"
    danger: ClassVar[bool] = False
    intro: ClassVar[str] = ""
    success_message: ClassVar[str] = ""

    def check_access(self) -> None:
        super().check_access()
        self.object = self.get_object()

    def get_object(self) -> Any:
        """The object of the address; None for a creation."""
        if "pk" not in self.kwargs or (self.model is None and self.queryset is None):
            return None
        return self.get_scoped(self.get_queryset(), pk=self.kwargs["pk"])

    def perform(self, form: Any) -> Any:
        """Call the service with `self.actor`; what it returns is kept as `self.result`."""
        raise TypeError(f"{type(self).__name__} must say what its form does (perform).")

    def get_intro(self) -> str:
        """A sentence above the form: what this does."""
        return self.intro

    def get_success_message(self, result: Any) -> str:
        return self.success_message

    def get_cancel_url(self) -> str:
        return self.section.url if self.section is not None else ""

    def get_success_url(self) -> str:
        return self.get_cancel_url()

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        form_class = self.get_form_class()
        if issubclass(form_class, _StaffFormMixin):
            kwargs["user"] = self.request.user
        if self.object is not None and issubclass(form_class, forms.ModelForm):
            # A copy: validation writes into the instance, and the service must see the old one.
            kwargs["instance"] = type(self.object)._default_manager.get(pk=self.object.pk)
        return kwargs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.result = self.perform(form)
        except ValidationError as error:
            add_errors(form, error)
        except PermissionDenied as error:
            form.add_error(None, str(error) or "您没有此项权限。")
        else:
            message = self.get_success_message(self.result)
            if message:
                messages.success(self.request, message)
            return super().form_valid(form)
        return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "object": self.object,
            "submit_label": self.submit_label,
            "danger": self.danger,
            "intro": self.get_intro(),
            "cancel_url": self.get_cancel_url(),
        }
        return super().get_context_data(**{**context, **kwargs})


def add_errors(form: Any, error: ValidationError) -> None:
    """Put a service's ValidationError where it belongs: at its field, else above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, found in error.error_dict.items():
        known = name if name in form.fields and name != NON_FIELD_ERRORS else None
        for each in found:
            form.add_error(known, each)
