"""Addresses of the steps of a case and of approvals."""

from __future__ import annotations

from django.urls import path

from gongkai.foi.views import steps

urls = (
    path("<int:pk>/steps/<slug:step>/", steps.StepView.as_view(), name="step"),
    path("<int:pk>/texts/", steps.CaseTexts.as_view(), name="texts"),
    path(
        "consultations/<int:pk>/<slug:step>/",
        steps.ConsultationStep.as_view(),
        name="consultation_step",
    ),
    path("approvals/", steps.ApprovalList.as_view(), name="approval_list"),
    path("approvals/<int:pk>/", steps.ApprovalDetail.as_view(), name="approval_detail"),
    path(
        "approvals/<int:pk>/take-back/",
        steps.ApprovalTakeBack.as_view(),
        name="approval_take_back",
    ),
    path(
        "approvals/<int:pk>/carry-out/",
        steps.ApprovalCarryOut.as_view(),
        name="approval_carry_out",
    ),
)
