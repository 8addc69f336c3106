"""This room's section of the staff shell."""

from django.urls import path

from gongkai.organs.shell import StaffSection
from gongkai.workdays import staff_views

sections = (
    StaffSection(
        name="workdays",
        label="工作日历",
        icon="calendar",
        order=700,
        permission="calendar.manage",
        urls=(
            path("", staff_views.CalendarView.as_view(), name="index"),
            path("import/", staff_views.NoticeImport.as_view(), name="import"),
            path("notices/<int:pk>/", staff_views.NoticeView.as_view(), name="notice"),
        ),
    ),
)
