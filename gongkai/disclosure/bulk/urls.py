"""Addresses of bulk work, below /staff/disclosure/."""

from django.urls import path

from gongkai.disclosure.bulk.views import (
    imports,
    interpretations,
    migration,
    reclassify,
    rounds,
)

urlpatterns = (
    path("bulk/", interpretations.Bulk.as_view(), name="bulk"),
    path("import/", imports.ItemImportView.as_view(), name="import"),
    path("imports/", imports.ImportList.as_view(), name="imports"),
    path("imports/<int:pk>/", imports.ImportDetail.as_view(), name="import_detail"),
    path("migration/", migration.SourceList.as_view(), name="sources"),
    path("migration/new/", migration.SourceEdit.as_view(), name="source_create"),
    path("migration/<int:pk>/", migration.SourceDetail.as_view(), name="source"),
    path("migration/<int:pk>/edit/", migration.SourceEdit.as_view(), name="source_edit"),
    path("migration/<int:pk>/preview/", migration.SourcePreview.as_view(), name="source_preview"),
    path("migration/<int:pk>/run/", migration.SourceRun.as_view(), name="source_run"),
    path("migration/<int:pk>/stop/", migration.SourceStop.as_view(), name="source_stop"),
    path("migration/<int:pk>/close/", migration.SourceClose.as_view(), name="source_close"),
    path("migration/<int:pk>/pages/", migration.SourcePages.as_view(), name="source_pages"),
    path("reclassify/", reclassify.Reclassify.as_view(), name="reclassify"),
    path("reclassified/", reclassify.BatchList.as_view(), name="reclassified"),
    path("reclassified/<int:pk>/", reclassify.BatchDetail.as_view(), name="reclassified_detail"),
    path("reclassified/<int:pk>/undo/", reclassify.BatchUndo.as_view(), name="reclassified_undo"),
    path("rounds/", rounds.RoundList.as_view(), name="rounds"),
    path("rounds/new/", rounds.RoundCreate.as_view(), name="round_create"),
    path("rounds/<int:pk>/", rounds.RoundDetail.as_view(), name="round"),
    path("rounds/<int:pk>/accept/", rounds.RoundAccept.as_view(), name="round_accept"),
    path("rounds/<int:pk>/gather/", rounds.RoundGather.as_view(), name="round_gather"),
    path("rounds/<int:pk>/close/", rounds.RoundClose.as_view(), name="round_close"),
    path("rounds/<int:pk>/result/", rounds.RoundResult.as_view(), name="round_result"),
    path("rounds/<int:pk>/list.<str:kind>", rounds.RoundDownload.as_view(), name="round_list"),
    path("reviews/<int:pk>/propose/", rounds.ReviewPropose.as_view(), name="review_propose"),
    path("reviews/<int:pk>/decide/", rounds.ReviewDecide.as_view(), name="review_decide"),
    path("reviews/<int:pk>/back/", rounds.ReviewBack.as_view(), name="review_back"),
    path("interpretations/", interpretations.Owed.as_view(), name="interpretations"),
    path(
        "interpretations/exempt/",
        interpretations.Exempted.as_view(),
        name="interpretations_exempt",
    ),
    path("<int:pk>/exempt/", interpretations.Exempt.as_view(), name="interpretation_exempt"),
    path("<int:pk>/require/", interpretations.Require.as_view(), name="interpretation_require"),
    path("<int:pk>/link/", interpretations.Link.as_view(), name="interpretation_link"),
    path("<int:pk>/unlink/", interpretations.Unlink.as_view(), name="interpretation_unlink"),
)
