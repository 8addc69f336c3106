"""The screens of this room in the staff shell: five registers under one menu item."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from gongkai.organs.shell import QuickAction, StaffSection
from gongkai.registers.registry import DOCUMENTS, ITEMS, REGISTERS
from gongkai.registers.views import records
from gongkai.registers.views.imports import RegisterImportView
from gongkai.registers.views.lists import LISTS, DecisionList


def _urls() -> Iterator[URLPattern]:
    yield path("", DecisionList.as_view(), name="index")
    for register in REGISTERS.values():
        name = register.name
        yield path(f"{name}/", LISTS[name].as_view(), name=f"{name}_list")
        for what, address, view in (
            ("create", "new/", records.RecordCreate),
            ("import", "import/", RegisterImportView),
            ("detail", "<int:pk>/", records.RecordDetail),
            ("edit", "<int:pk>/edit/", records.RecordEdit),
            ("void", "<int:pk>/void/", records.RecordVoid),
            ("restore", "<int:pk>/restore/", records.RecordRestore),
        ):
            yield path(f"{name}/{address}", view.as_view(register=register), name=f"{name}_{what}")
    yield path(
        f"{ITEMS.name}/<int:pk>/end/", records.ItemEnd.as_view(register=ITEMS), name="items_end"
    )
    yield path(
        f"{DOCUMENTS.name}/<int:pk>/repeal/",
        records.DocumentRepeal.as_view(register=DOCUMENTS),
        name="documents_repeal",
    )


sections = (
    StaffSection(
        name="registers",
        label="行政行为登记",
        icon="list-ul",
        order=300,
        permission="registers.view",
        quick_actions=(
            QuickAction("登记处理决定", "decisions_create", "registers.edit"),
            QuickAction("导入处理决定", "decisions_import", "registers.import", icon="upload"),
        ),
        urls=tuple(_urls()),
    ),
)
