"""Addresses of the screens about notices, their templates and messages."""

from django.urls import path

from gongkai.foi.views import messages, notices, templates

urls = (
    path("<int:pk>/notices/", notices.CaseNotices.as_view(), name="notice_case"),
    path("<int:pk>/notices/new/<str:kind>/", notices.NoticeDraft.as_view(), name="notice_draft"),
    path("notices/", notices.NoticeList.as_view(), name="notice_list"),
    path("notices/print/", notices.NoticePrint.as_view(), name="notice_print"),
    path("notices/<int:pk>/", notices.NoticeDetail.as_view(), name="notice_detail"),
    path("notices/<int:pk>/edit/", notices.NoticeEdit.as_view(), name="notice_edit"),
    path("notices/<int:pk>/preview/", notices.NoticePreview.as_view(), name="notice_preview"),
    path("notices/<int:pk>/issue/", notices.NoticeIssue.as_view(), name="notice_issue"),
    path("notices/<int:pk>/discard/", notices.NoticeDiscard.as_view(), name="notice_discard"),
    path("notices/<int:pk>/replace/", notices.NoticeReplace.as_view(), name="notice_replace"),
    path("notices/<int:pk>/deliver/", notices.NoticeDeliver.as_view(), name="notice_deliver"),
    path("notices/<int:pk>/file/<str:form>/", notices.NoticeFile.as_view(), name="notice_file"),
    path("deliveries/<int:pk>/signed/", notices.DeliverySigned.as_view(), name="delivery_signed"),
    path(
        "deliveries/<int:pk>/returned/",
        notices.DeliveryReturned.as_view(),
        name="delivery_returned",
    ),
    path(
        "deliveries/<int:pk>/receipt/", notices.DeliveryReceipt.as_view(), name="delivery_receipt"
    ),
    path("templates/", templates.TemplateList.as_view(), name="template_list"),
    path(
        "templates/<int:pk>/<str:kind>/",
        templates.TemplateDetail.as_view(),
        name="template_detail",
    ),
    path(
        "templates/<int:pk>/<str:kind>/preview/",
        templates.TemplatePreview.as_view(),
        name="template_preview",
    ),
    path(
        "templates/<int:pk>/<str:kind>/reset/",
        templates.TemplateReset.as_view(),
        name="template_reset",
    ),
    path(
        "templates/<int:pk>/<str:kind>/file/<str:version>/",
        templates.TemplateFile.as_view(),
        name="template_file",
    ),
    path(
        "templates/<int:pk>/<str:kind>/restore/<str:version>/",
        templates.TemplateRestore.as_view(),
        name="template_restore",
    ),
    path("letterheads/", templates.LetterheadList.as_view(), name="template_letterheads"),
    path("letterheads/new/", templates.LetterheadNew.as_view(), name="template_letterhead_new"),
    path("letterheads/<int:pk>/", templates.LetterheadDetail.as_view(), name="template_letterhead"),
    path(
        "letterheads/<int:pk>/edit/",
        templates.LetterheadEdit.as_view(),
        name="template_letterhead_edit",
    ),
    path(
        "letterheads/<int:pk>/remove/",
        templates.LetterheadRemove.as_view(),
        name="template_letterhead_remove",
    ),
    path("letterheads/<int:pk>/seal/", templates.LetterheadSeal.as_view(), name="template_seal"),
    path("messages/", messages.MessageList.as_view(), name="message_list"),
    path("messages/retry/", messages.MessageRetryAll.as_view(), name="message_retry_all"),
    path("messages/<int:pk>/", messages.MessageDetail.as_view(), name="message_detail"),
    path("messages/<int:pk>/retry/", messages.MessageRetry.as_view(), name="message_retry"),
    path("messages/<int:pk>/cancel/", messages.MessageCancel.as_view(), name="message_cancel"),
)
