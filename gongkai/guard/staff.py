"""The screens of this room in the staff shell."""

from django.urls import path

from gongkai.guard.queries import VIEW
from gongkai.guard.views import packaged, terms, trying
from gongkai.organs.shell import StaffSection

sections = (
    StaffSection(
        name="guard",
        label="内容审查",
        icon="view",
        order=600,
        permission=VIEW,
        urls=(
            path("", terms.TermList.as_view(), name="index"),
            path("new/", terms.TermCreate.as_view(), name="create"),
            path("import/", terms.TermImport.as_view(), name="import"),
            path("<int:pk>/", terms.TermDetail.as_view(), name="detail"),
            path("<int:pk>/edit/", terms.TermEdit.as_view(), name="edit"),
            path("<int:pk>/end/", terms.TermEnd.as_view(), name="end"),
            path("<int:pk>/restore/", terms.TermRestore.as_view(), name="restore"),
            path("packaged/", packaged.PackagedList.as_view(), name="packaged"),
            path("packaged/term/", packaged.PackagedTerm.as_view(), name="packaged_term"),
            path("try/", trying.TryView.as_view(), name="try"),
        ),
    ),
)
