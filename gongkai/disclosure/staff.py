"""The screens of this room in the staff shell."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path

from gongkai.disclosure.bulk import urls as bulk_urls
from gongkai.disclosure.views import (
    acts,
    chains,
    detail,
    editing,
    leaders,
    lists,
    reports,
    reviewing,
    uploads,
)
from gongkai.organs.shell import QuickAction, StaffSection


def _urls() -> Iterator[URLPattern]:
    yield path("", lists.ItemList.as_view(), name="index")
    yield path("awaiting/", reviewing.Awaiting.as_view(), name="awaiting")
    yield path("awaiting/batch/", reviewing.Batch.as_view(), name="batch")
    yield path("handover/<int:pk>/", reviewing.HandOver.as_view(), name="hand_over")
    yield path("gaps/", reports.Gaps.as_view(), name="gaps")
    yield path("assessments/", reports.Assessments.as_view(), name="assessments")
    yield path("chains/", chains.ChainList.as_view(), name="chains")
    yield path("chains/<int:pk>/", chains.ChainEdit.as_view(), name="chain_edit")
    yield path("new/", editing.ItemCreate.as_view(), name="create")
    yield path("hints/", editing.ItemHints.as_view(), name="hints")
    yield path("find/entries/", editing.FindEntries.as_view(), name="find_entries")
    yield path("find/items/", editing.FindItems.as_view(), name="find_items")
    yield path("upload/", uploads.UploadFile.as_view(), name="upload")
    yield path("upload/view/", uploads.StagedFile.as_view(), name="staged")
    yield path("leaders/", leaders.LeaderList.as_view(), name="leaders")
    yield path("leaders/new/", leaders.LeaderCreate.as_view(), name="leader_create")
    for name, address, one in (
        ("leader_detail", "", leaders.LeaderDetail),
        ("leader_edit", "edit/", leaders.LeaderEdit),
        ("leader_decide", "decide/", leaders.LeaderDecide),
        ("leader_take_back", "take-back/", leaders.LeaderTakeBack),
        ("leader_move", "move/", leaders.LeaderMove),
        ("leader_end", "end/", leaders.LeaderEnd),
        ("leader_picture", "picture/<int:version>/", leaders.LeaderPicture),
    ):
        yield path(f"leaders/<int:pk>/{address}", one.as_view(), name=name)
    yield from bulk_urls.urlpatterns
    for name, address, view in (
        ("item_detail", "", detail.ItemDetail),
        ("edit", "edit/", editing.ItemEdit),
        ("preview", "preview/", detail.ItemPreview),
        ("compare", "compare/", detail.ItemCompare),
        ("version", "versions/<int:revision>/", detail.VersionDetail),
        ("item_file", "files/<int:stored>/", uploads.ItemFile),
        ("submit", "submit/", acts.Submit),
        ("recall", "recall/", acts.Recall),
        ("mask", "mask/", acts.Mask),
        ("override", "override/", acts.Override),
        ("review", "review/", reviewing.Review),
        ("reply", "reply/", acts.Reply),
        ("withdraw", "withdraw/", acts.Withdraw),
        ("restore", "restore/", acts.Restore),
        ("repeal", "repeal/", acts.Repeal),
        ("reassess", "reassess/", acts.Reassess),
        ("discard", "discard/", acts.Discard),
        ("delete", "delete/", acts.Delete),
    ):
        yield path(f"<int:pk>/{address}", view.as_view(), name=name)


sections = (
    StaffSection(
        name="disclosure",
        label="主动公开",
        icon="doc-full",
        order=50,
        permission="disclosure.view",
        quick_actions=(QuickAction("起草信息", "create", "disclosure.edit"),),
        urls=tuple(_urls()),
    ),
)
