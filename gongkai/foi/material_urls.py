"""Addresses of the screens about files, striking out, filing, conversion and the answers library."""

from __future__ import annotations

from django.urls import path

from gongkai.foi.views import answers, closing, files, redaction

urls = (
    path("<int:pk>/files/", files.FileList.as_view(), name="file_list"),
    path("<int:pk>/files/new/", files.FileAdd.as_view(), name="file_add"),
    path("files/<int:pk>/", files.FileDownload.as_view(), name="file_download"),
    path("files/<int:pk>/release/", files.FileRelease.as_view(), name="file_release"),
    path("files/<int:pk>/hold-back/", files.FileHoldBack.as_view(), name="file_hold_back"),
    path("files/<int:pk>/redact/", redaction.Redact.as_view(), name="redact"),
    path(
        "files/<int:pk>/redact/<int:page>.png", redaction.RedactPage.as_view(), name="redact_page"
    ),
    path(
        "files/<int:pk>/redact/preview/", redaction.RedactPreview.as_view(), name="redact_preview"
    ),
    path(
        "files/<int:pk>/redact/preview/<int:page>.png",
        redaction.RedactPage.as_view(result=True),
        name="redact_result",
    ),
    path(
        "files/<int:pk>/redact/discard/", redaction.RedactDiscard.as_view(), name="redact_discard"
    ),
    path("files/<int:pk>/log/", redaction.RedactionLog.as_view(), name="redaction_log"),
    path("<int:pk>/archive/", closing.Archive.as_view(), name="archive"),
    path("<int:pk>/disclose/", closing.ConversionView.as_view(), name="conversion"),
    path("<int:pk>/disclose/suggest/", closing.SuggestionAdd.as_view(), name="suggestion_add"),
    path(
        "<int:pk>/disclose/suggestions/<int:number>/",
        closing.SuggestionDecide.as_view(),
        name="suggestion_decide",
    ),
    path("answers/", answers.AnswerList.as_view(), name="answer_list"),
    path("answers/new/", answers.AnswerCreate.as_view(), name="answer_create"),
    path("answers/cases/", answers.AnswerCases.as_view(), name="answer_cases"),
    path("answers/find/", answers.AnswerFind.as_view(), name="answer_find"),
    path("answers/<int:pk>/", answers.AnswerDetail.as_view(), name="answer_detail"),
    path("answers/<int:pk>/change/", answers.AnswerChange.as_view(), name="answer_change"),
    path("answers/<int:pk>/retire/", answers.AnswerRetire.as_view(), name="answer_retire"),
    path(
        "answers/<int:pk>/bring-back/",
        answers.AnswerRetire.as_view(back=True),
        name="answer_bring_back",
    ),
)
