"""Base views of the staff shell: login, permission, scope and appearance in one place.

A room writes what is its own and nothing else:

    # gongkai/registers/staff_views.py (any module name will do)
    import django_filters
    from gongkai.organs.staff_views import (
        Button, Column, ScopedDetailView, ScopedListView, ServiceFormView, StaffFilterSet,
        StaffModelForm, OrganChoiceField, date_from, date_until,
    )

    class DecisionFilters(StaffFilterSet):          # gets an "organ" filter by itself
        since = date_from("decided_on", "决定日期自")
        until = date_until("decided_on", "决定日期至")

        class Meta:
            model = Decision
            fields = ["kind"]

    class DecisionList(ScopedListView):
        model = Decision
        action = "registers.view"                   # whose records: policy.organs_for(user, action)
        organ_field = "organ"                       # path from the model to its organ
        title = "行政处罚决定"
        columns = (
            Column("document_number", "文号", sort="document_number", link=True),
            Column("organ", "机关", sort="organ__path"),
            Column("title", "标题"),
            Column("decided_on", "决定日期", sort="decided_on"),
        )
        search_fields = ("document_number", "title")
        filterset_class = DecisionFilters
        select_related = ("organ",)                 # everything the columns touch
        ordering = ("-decided_on",)
        detail_url_name = "detail"                  # within the section's namespace
        empty_text = "还没有记录。"

        def get_buttons(self):                      # right of the title
            if self.allows("registers.edit"):
                return [Button("登记决定", self.url("create"), icon="plus")]
            return []

    class DecisionDetail(ScopedDetailView):
        model = Decision
        action = "registers.view"
        fields = ("document_number", "organ", "title", "decided_on")

    class DecisionEdit(ServiceFormView):
        model = Decision                            # with <int:pk>: self.object, 404 outside the scope
        action = "registers.edit"
        form_class = DecisionForm                   # StaffForm / StaffModelForm; field organ =
                                                    # OrganChoiceField(action="registers.edit")
        title = "编辑决定"
        submit_label = "保存"
        success_message = "已保存。"

        def perform(self, form):                    # the service does the work and may raise
            return services.update_decision(self.actor, self.object, **form.cleaned_data)

        def get_success_url(self):
            return self.url("detail", self.object.pk)

`ServiceFormView` without `model` has no object (a creation). ValidationError raised by the
service appears at the field it names or above the form, PermissionDenied above the form, and
what was typed stays. Templates extend "gongkai/organs/staff/base.html" (blocks `main`,
`buttons`, `aside`); the default ones of the three views are list.html, detail.html and
form.html beside it, each with blocks to add to.

`ImportView` (see `importing`) brings files in with a preview: choose, look, confirm.

An object outside the user's scope answers exactly like one that does not exist: 404. A screen
whose action the user holds nowhere sends him to the start page with a message, as Wagtail does.
"""

from gongkai.organs.staff_views.base import Button, StaffView
from gongkai.organs.staff_views.columns import Column
from gongkai.organs.staff_views.detail import ScopedDetailView
from gongkai.organs.staff_views.filters import StaffFilterSet, date_from, date_until
from gongkai.organs.staff_views.forms import (
    OrganChoiceField,
    ServiceFormView,
    StaffForm,
    StaffModelForm,
)
from gongkai.organs.staff_views.importing import ImportForm, ImportView
from gongkai.organs.staff_views.lists import ScopedListView

__all__ = [
    "Button",
    "Column",
    "ImportForm",
    "ImportView",
    "OrganChoiceField",
    "ScopedDetailView",
    "ScopedListView",
    "ServiceFormView",
    "StaffFilterSet",
    "StaffForm",
    "StaffModelForm",
    "StaffView",
    "date_from",
    "date_until",
]
