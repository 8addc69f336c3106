"""The addresses of this part, in the portal's namespace."""

from django.urls import URLPattern, path, re_path

from gongkai.portal.finding import paper_views, views

urlpatterns: list[URLPattern] = [
    path("search/", views.search, name="search"),
    path("search/suggestions/", views.search_suggestions, name="search_suggestions"),
    re_path(
        r"^info/(?P<number>[0-9]{1,18})/document\.(?P<extension>docx|pdf)$",
        paper_views.item_document,
        name="item_document",
    ),
]
