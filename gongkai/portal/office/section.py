"""The section of the staff menu."""

from django.urls import path

from gongkai.organs.shell import StaffSection
from gongkai.portal.office import views

section = StaffSection(
    name="site",
    label="网站设置",
    icon="cogs",
    order=650,
    permission="portal.manage",
    urls=(path("", views.PreferencesView.as_view(), name="index"),),
)
