"""The screens of this room in the staff shell."""

from django.urls import path

from gongkai.foi.material_urls import urls as material_urls
from gongkai.foi.notice_urls import urls as notice_urls
from gongkai.foi.step_urls import urls as step_urls
from gongkai.foi.views import (
    case,
    cases,
    complaints,
    dashboard,
    intake,
    linking,
    lists,
    retention,
)
from gongkai.organs.shell import QuickAction, StaffSection

sections = (
    StaffSection(
        name="foi",
        label="依申请公开",
        icon="mail",
        order=200,
        permission="foi.view",
        quick_actions=(
            QuickAction("登记来件", "intake_create", "foi.handle"),
            QuickAction("登记复议诉讼", "case_create", "foi.handle"),
            QuickAction("依申请公开统计", "dashboard", "foi.view", icon="table"),
        ),
        urls=(
            # Intake, lists and how cases go together
            path("", lists.RequestList.as_view(), name="index"),
            path("calendar/", lists.DueCalendar.as_view(), name="calendar"),
            path("dashboard/", dashboard.Dashboard.as_view(), name="dashboard"),
            path("covers/", lists.CoverSheets.as_view(), name="covers"),
            path("personal/", lists.PersonalExport.as_view(), name="personal_export"),
            path("filters/save/", lists.FilterSave.as_view(), name="filter_save"),
            path("filters/<int:pk>/remove/", lists.FilterRemove.as_view(), name="filter_remove"),
            path("assign/", linking.Assign.as_view(), name="assign"),
            path("intakes/", intake.IntakeList.as_view(), name="intake_list"),
            path("intakes/new/", intake.IntakeCreate.as_view(), name="intake_create"),
            path("intakes/<int:pk>/", intake.IntakeDetail.as_view(), name="intake_detail"),
            path(
                "intakes/<int:pk>/confirm/", intake.IntakeConfirm.as_view(), name="intake_confirm"
            ),
            path(
                "intakes/<int:pk>/contact/",
                intake.IntakeContactView.as_view(),
                name="intake_contact",
            ),
            path(
                "intakes/<int:pk>/correct/", intake.IntakeCorrect.as_view(), name="intake_correct"
            ),
            path("intakes/<int:pk>/files/", intake.IntakeAddFiles.as_view(), name="intake_files"),
            path(
                "intakes/<int:pk>/forward/", intake.IntakeForward.as_view(), name="intake_forward"
            ),
            path(
                "intakes/<int:pk>/receipt/", intake.IntakeReceipt.as_view(), name="intake_receipt"
            ),
            path(
                "intakes/<int:pk>/set-aside/",
                intake.IntakeSetAside.as_view(),
                name="intake_set_aside",
            ),
            path("intakes/<int:pk>/erase/", retention.IntakeErase.as_view(), name="intake_erase"),
            path("compare/<int:pk>/<int:other>/", linking.Compare.as_view(), name="compare"),
            path("<int:pk>/links/", linking.RequestLinks.as_view(), name="request_links"),
            path("<int:pk>/merge/", linking.RequestMerge.as_view(), name="request_merge"),
            path("<int:pk>/split/", linking.RequestSplit.as_view(), name="request_split"),
            path("<int:pk>/triage/", linking.RequestTriage.as_view(), name="request_triage"),
            path("<int:pk>/help/", linking.RequestHelp.as_view(), name="request_help"),
            path("links/<int:pk>/remove/", linking.LinkRemove.as_view(), name="link_remove"),
            path("help/", linking.HelpList.as_view(), name="help_list"),
            path("help/<int:pk>/", linking.HelpDetail.as_view(), name="help_detail"),
            path("help/<int:pk>/answer/", linking.HelpAnswer.as_view(), name="help_answer"),
            path("hand-over/", linking.HandOverList.as_view(), name="hand_over"),
            path("hand-over/<str:code>/", linking.HandOverList.as_view(), name="hand_over_body"),
            path("<int:pk>/", case.RequestDetail.as_view(), name="request_detail"),
            *step_urls,
            *material_urls,
            *notice_urls,
            path("complaints/", complaints.ComplaintList.as_view(), name="complaint_list"),
            path(
                "complaints/<int:pk>/",
                complaints.ComplaintDetail.as_view(),
                name="complaint_detail",
            ),
            path("cases/", cases.CaseList.as_view(), name="case_list"),
            path("cases/new/", cases.CaseCreate.as_view(), name="case_create"),
            path("cases/<int:pk>/", cases.CaseDetail.as_view(), name="case_detail"),
            path("cases/<int:pk>/conclude/", cases.CaseConclude.as_view(), name="case_conclude"),
            path("cases/<int:pk>/advance/", cases.CaseAdvance.as_view(), name="case_advance"),
            path("cases/<int:pk>/fulfil/", cases.CaseFulfil.as_view(), name="case_fulfil"),
            path("cases/<int:pk>/correct/", cases.CaseCorrect.as_view(), name="case_correct"),
            path("cases/<int:pk>/void/", cases.CaseVoid.as_view(), name="case_void"),
        ),
    ),
)
