"""The screens of this room in the staff shell."""

from __future__ import annotations

from django.urls import path

from gongkai.catalogue.views import (
    adoption,
    columns,
    coverage,
    duties,
    entries,
    occasions,
    versions,
)
from gongkai.organs.shell import StaffSection

_ENTRIES = (
    path("", entries.EntryList.as_view(), name="index"),
    path("entries/<int:pk>/", entries.EntryDetail.as_view(), name="entry_detail"),
    path("entries/<int:pk>/edit/", entries.EntryEdit.as_view(), name="entry_edit"),
    path("entries/<int:pk>/columns/", entries.EntryColumns.as_view(), name="entry_columns"),
    path("entries/<int:pk>/remove/", entries.EntryRemove.as_view(), name="entry_remove"),
)
_VERSIONS = (
    path("versions/", versions.VersionList.as_view(), name="versions"),
    path("versions/new/", versions.VersionCreate.as_view(), name="version_create"),
    path("versions/<int:pk>/", versions.VersionDetail.as_view(), name="version_detail"),
    path("versions/<int:pk>/copy/", versions.VersionCopy.as_view(), name="version_copy"),
    path("versions/<int:pk>/in-force/", versions.VersionInForce.as_view(),
         name="version_in_force"),
    path("versions/<int:pk>/delete/", versions.VersionDelete.as_view(), name="version_delete"),
    path("versions/<int:pk>/import/", versions.VersionImport.as_view(), name="version_import"),
    path("versions/<int:pk>/diff/<int:other>/", versions.VersionDiff.as_view(),
         name="version_diff"),
    path("versions/<int:pk>/export/<slug:kind>/", versions.VersionExport.as_view(),
         name="version_export"),
    path("versions/<int:version>/entries/new/", entries.EntryCreate.as_view(),
         name="entry_create"),
    path("versions/<int:version>/subject/", adoption.SubjectEdit.as_view(), name="subject_edit"),
)  # fmt: skip
_DUTIES = (
    path("duties/", duties.DutyList.as_view(), name="duties"),
    path("duties/adopt/", adoption.Adopt.as_view(), name="adopt"),
    path("duties/rule/", duties.DutyRule.as_view(), name="duty_rule"),
    path("duties/subjects/", adoption.SubjectList.as_view(), name="subjects"),
    path("duties/<int:pk>/", duties.DutyDetail.as_view(), name="duty_detail"),
    path("duties/<int:pk>/state/", duties.DutyStatement.as_view(), name="duty_state"),
    path("duties/<int:pk>/take-up/", duties.DutyTakeUp.as_view(), name="duty_take_up"),
    path("duties/<int:pk>/column/", duties.DutyColumn.as_view(), name="duty_column"),
    path("duties/<int:pk>/review/", duties.DutyReview.as_view(), name="duty_review"),
    path("duties/<int:pk>/release/", duties.DutyRelease.as_view(), name="duty_release"),
    path("duties/<int:pk>/occasion/", occasions.OccasionCreate.as_view(), name="occasion_create"),
)
_OCCASIONS = (
    path("occasions/", occasions.OccasionList.as_view(), name="occasions"),
    path("occasions/<int:pk>/", occasions.OccasionDetail.as_view(), name="occasion_detail"),
    path("occasions/<int:pk>/void/", occasions.OccasionVoid.as_view(), name="occasion_void"),
    path("occasions/<int:pk>/empty/", occasions.OccasionEmpty.as_view(), name="occasion_empty"),
    path("occasions/<int:pk>/reopen/", occasions.OccasionReopen.as_view(), name="occasion_reopen"),
    path("coverage/", coverage.Coverage.as_view(), name="coverage"),
)
_COLUMNS = (
    path("columns/", columns.ColumnTree.as_view(), name="columns"),
    path("columns/new/", columns.ColumnCreate.as_view(), name="column_create"),
    path("columns/<int:pk>/", columns.ColumnDetail.as_view(), name="column_detail"),
    path("columns/<int:pk>/edit/", columns.ColumnEdit.as_view(), name="column_edit"),
    path("columns/<int:pk>/close/", columns.ColumnClose.as_view(), name="column_close"),
    path("columns/<int:pk>/reopen/", columns.ColumnReopen.as_view(), name="column_reopen"),
    path("topics/", columns.TopicList.as_view(), name="topics"),
    path("topics/<int:pk>/", columns.TopicEdit.as_view(), name="topic_edit"),
    path("fields/new/", columns.FieldCreate.as_view(), name="field_create"),
)

sections = (
    StaffSection(
        name="catalogue",
        label="公开目录",
        icon="clipboard-list",
        order=250,
        permission="catalogue.view",
        urls=(*_ENTRIES, *_VERSIONS, *_DUTIES, *_OCCASIONS, *_COLUMNS),
    ),
)
