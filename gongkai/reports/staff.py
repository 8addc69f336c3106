"""The screens of annual reports in the staff shell."""

from django.urls import path

from gongkai.organs.shell import StaffSection
from gongkai.reports.screens import compare, editing, files, overview, records, steps, workbench

sections = (
    StaffSection(
        name="reports",
        label="年度报告",
        icon="doc-full",
        order=100,
        permission="reports.view",
        urls=(
            path("", overview.Overview.as_view(), name="index"),
            path("compare/", compare.Compare.as_view(), name="compare"),
            path("accept/", overview.AcceptMany.as_view(), name="accept_many"),
            path("new/<str:code>/<int:year>/", overview.CreateReport.as_view(), name="create"),
            path("preview/<str:code>/<int:year>/", workbench.Preview.as_view(), name="preview"),
            path(
                "figure/<str:code>/<int:year>/<str:scope>/<str:cell>/",
                records.FigureRecords.as_view(),
                name="figure",
            ),
            path("<int:pk>/", workbench.Workbench.as_view(), name="detail"),
            path("<int:pk>/section/<str:section>/", editing.EditSection.as_view(), name="section"),
            path("<int:pk>/declare/<str:cell>/", editing.Declare.as_view(), name="declare"),
            path("<int:pk>/answer/", workbench.AnswerQuestion.as_view(), name="answer"),
            path("<int:pk>/submit/", steps.Submit.as_view(), name="submit"),
            path("<int:pk>/return/", steps.Return.as_view(), name="return"),
            path("<int:pk>/accept/", steps.Accept.as_view(), name="accept"),
            path("<int:pk>/publish/", steps.Publish.as_view(), name="publish"),
            path("<int:pk>/correct/", steps.Correct.as_view(), name="correct"),
            path("<int:pk>/explain/", editing.ExplainCorrection.as_view(), name="explain"),
            path("<int:pk>/changes/", steps.Changes.as_view(), name="changes"),
            path("<int:pk>/file.<str:extension>", files.Download.as_view(), name="download"),
        ),
    ),
)
