"""The screens of this room in the staff shell: bodies and people."""

from django.urls import path

from gongkai.organs.shell import StaffSection
from gongkai.organs.views import organs as organ_views

sections = (
    StaffSection(
        name="organs",
        label="机构",
        icon="group",
        order=800,
        permission="organs.view",
        urls=(
            path("", organ_views.OrganList.as_view(), name="index"),
            path("<int:pk>/", organ_views.OrganDetail.as_view(), name="detail"),
        ),
    ),
)
