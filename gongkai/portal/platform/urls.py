"""The addresses of this part, in the portal's namespace. Everything is browsed by path."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from gongkai.portal.platform.views import (
    catalogue,
    columns,
    disclosure,
    fields,
    leaders,
    organs,
    topics,
)


class CodeConverter(StringConverter):
    """A code as somebody gave it: no control characters, which no database would look for."""

    regex = r"[^/\x00-\x1f\x7f]+"


class EntryConverter(StringConverter):
    """The code of an entry, which may hold a stroke."""

    regex = r"[^\x00-\x1f\x7f]+"


register_converter(CodeConverter, "code")
register_converter(EntryConverter, "entry")

PAGE = "page/<int:number>/"
STATUTORY = "fdzdgknr/<slug:heading>/"

urlpatterns = [
    # The disclosure platform of the city, and of each body.
    path("disclosure/", disclosure.front, name="disclosure"),
    path(
        f"disclosure/{STATUTORY}",
        disclosure.part,
        {"part": "fdzdgknr"},
        name="disclosure_statutory",
    ),
    path(f"disclosure/{STATUTORY}{PAGE}", disclosure.part, {"part": "fdzdgknr"}),
    path("disclosure/<slug:part>/", disclosure.part, name="disclosure_part"),
    path(f"disclosure/<slug:part>/{PAGE}", disclosure.part),
    path("organs/", organs.organ_list, name="organ_list"),
    path("organs/<code:code>/", organs.organ, name="organ"),
    path("organs/<code:code>/items/", organs.organ_items, name="organ_items"),
    path(f"organs/<code:code>/items/{PAGE}", organs.organ_items),
    path("organs/<code:code>/disclosure/", disclosure.front, name="organ_disclosure"),
    path(
        f"organs/<code:code>/disclosure/{STATUTORY}",
        disclosure.part,
        {"part": "fdzdgknr"},
        name="organ_statutory",
    ),
    path(f"organs/<code:code>/disclosure/{STATUTORY}{PAGE}", disclosure.part, {"part": "fdzdgknr"}),
    path("organs/<code:code>/disclosure/<slug:part>/", disclosure.part, name="organ_part"),
    path(f"organs/<code:code>/disclosure/<slug:part>/{PAGE}", disclosure.part),
    path("leaders/", leaders.leader_list, name="leader_list"),
    path("leaders/<int:number>/", leaders.leader, name="leader"),
    path(
        "leaders/<int:number>/picture/<int:stored>/", leaders.leader_picture, name="leader_picture"
    ),
    # Columns, topics, key fields.
    path("columns/<slug:slug>/", columns.column, name="column"),
    path(f"columns/<slug:slug>/{PAGE}", columns.column),
    path("columns/<slug:slug>/<year:year>/", columns.column, name="column_year"),
    path(f"columns/<slug:slug>/<year:year>/{PAGE}", columns.column),
    path("topics/", topics.topic_list, name="topic_list"),
    path("topics/<code:code>/", topics.topic, name="topic"),
    path(f"topics/<code:code>/{PAGE}", topics.topic),
    path("fields/", fields.field_list, name="field_list"),
    path("fields/<code:code>/", fields.field, name="field"),
    path("fields/<code:code>/<code:organ>/", fields.field, name="field_organ"),
    # The standard catalogue.
    path("info/catalogue/", catalogue.catalogue, name="catalogue"),
    path("info/catalogue.csv", catalogue.csv_file, name="catalogue_file"),
    path("info/catalogue.xlsx", catalogue.xlsx_file, name="catalogue_workbook"),
    path("info/catalogue/table/", catalogue.table, name="catalogue_table"),
    path("info/catalogue/table/<code:code>/", catalogue.table, name="catalogue_field_table"),
    path("info/catalogue/bodies/", catalogue.bodies, name="catalogue_bodies"),
    path("info/catalogue/bodies/<code:code>/", catalogue.body, name="catalogue_body"),
    path("info/catalogue/audience/", catalogue.audiences, name="catalogue_audiences"),
    path(
        "info/catalogue/audience/all/", catalogue.audiences, {"kind": "all"}, name="catalogue_all"
    ),
    path(
        "info/catalogue/audience/specific/",
        catalogue.audiences,
        {"kind": "specific"},
        name="catalogue_specific",
    ),
    path(f"info/catalogue/entries/<entry:code>/{PAGE}", catalogue.entry),
    path("info/catalogue/entries/<entry:code>/", catalogue.entry, name="catalogue_entry"),
]
