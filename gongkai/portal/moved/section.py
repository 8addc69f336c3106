"""The place of the moved addresses in the staff shell."""

from django.urls import path

from gongkai.organs.shell import StaffSection
from gongkai.portal.moved import services, views

section = StaffSection(
    name="moved",
    label="旧网址",
    icon="redirect",
    order=735,
    permission=services.MANAGE,
    urls=(
        path("", views.MovedList.as_view(), name="index"),
        path("new/", views.MovedCreate.as_view(), name="create"),
        path("import/", views.MovedImport.as_view(), name="import"),
        path("complete/", views.MovedComplete.as_view(), name="complete"),
        path("<int:pk>/remove/", views.MovedRemove.as_view(), name="remove"),
    ),
)
