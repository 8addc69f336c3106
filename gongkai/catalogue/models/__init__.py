"""What must be published: topics, columns, the standard catalogue, and the duties it makes.

`Topic` is the State Council's two-level subject classification (主题分类) with local aliases;
`Column` the portal's column tree (栏目); `StandardCatalogue` a government's 基层政务公开标准目录 of
one version with its `CatalogueEntry` rows (国办发〔2019〕54号); `Duty`, `Occasion` and
`Publication` are who must publish what by when, and what was published.
"""

from gongkai.catalogue.models.duties import (
    Duty,
    DutyState,
    Occasion,
    OccasionKind,
    Publication,
    PublicationLink,
    SubjectBody,
)
from gongkai.catalogue.models.standard import (
    CHANNELS,
    CYCLES,
    CatalogueEntry,
    Field,
    Matter,
    StandardCatalogue,
)
from gongkai.catalogue.models.tree import Column, ColumnKind, Topic

__all__ = [
    "CHANNELS",
    "CYCLES",
    "CatalogueEntry",
    "Column",
    "ColumnKind",
    "Duty",
    "DutyState",
    "Field",
    "Matter",
    "Occasion",
    "OccasionKind",
    "Publication",
    "PublicationLink",
    "StandardCatalogue",
    "SubjectBody",
    "Topic",
]
