"""The screens of this room in the staff shell."""

from django.urls import path

from gongkai.organs.shell import StaffSection
from gongkai.search.views import asked, synonyms, trying
from gongkai.search.views.base import VIEW

sections = (
    StaffSection(
        name="search",
        label="站内检索",
        icon="search",
        order=620,
        permission=VIEW,
        urls=(
            path("", asked.EmptyList.as_view(), name="index"),
            path("asked/", asked.AskedList.as_view(), name="asked"),
            path("synonyms/", synonyms.SynonymList.as_view(), name="synonyms"),
            path("synonyms/new/", synonyms.SynonymCreate.as_view(), name="synonym_create"),
            path("synonyms/import/", synonyms.SynonymImport.as_view(), name="synonym_import"),
            path("synonyms/<int:pk>/", synonyms.SynonymEdit.as_view(), name="synonym_edit"),
            path(
                "synonyms/<int:pk>/switch/", synonyms.SynonymSwitch.as_view(), name="synonym_switch"
            ),
            path(
                "synonyms/<int:pk>/delete/", synonyms.SynonymDelete.as_view(), name="synonym_delete"
            ),
            path("curated/", synonyms.CuratedEdit.as_view(), name="curated"),
            path("try/", trying.TryView.as_view(), name="try"),
        ),
    ),
)
