"""The screens of this room in the staff shell."""

from django.urls import path

from gongkai.foi.views import cases, requests
from gongkai.organs.shell import QuickAction, StaffSection

sections = (
    StaffSection(
        name="foi",
        label="依申请公开",
        icon="mail",
        order=200,
        permission="foi.view",
        quick_actions=(QuickAction("登记复议诉讼", "case_create", "foi.handle"),),
        urls=(
            path("", requests.RequestList.as_view(), name="index"),
            path("<int:pk>/", requests.RequestDetail.as_view(), name="request_detail"),
            path("cases/", cases.CaseList.as_view(), name="case_list"),
            path("cases/new/", cases.CaseCreate.as_view(), name="case_create"),
            path("cases/<int:pk>/", cases.CaseDetail.as_view(), name="case_detail"),
            path("cases/<int:pk>/conclude/", cases.CaseConclude.as_view(), name="case_conclude"),
            path("cases/<int:pk>/correct/", cases.CaseCorrect.as_view(), name="case_correct"),
            path("cases/<int:pk>/void/", cases.CaseVoid.as_view(), name="case_void"),
        ),
    ),
)
