"""The addresses of this part, in the portal's namespace. Everything is browsed by path."""

from django.urls import URLPattern, path, re_path

from gongkai.portal.finding import paper_views, policies, views

PAGE = "page/<int:number>/"

urlpatterns: list[URLPattern] = [
    path("search/", views.search, name="search"),
    path("search/suggestions/", views.search_suggestions, name="search_suggestions"),
    path("policies/", policies.policy_list, name="policy_list"),
    path(f"policies/{PAGE}", policies.policy_list),
    path("policies/interpretations/", policies.interpretation_list, name="interpretation_list"),
    path(f"policies/interpretations/{PAGE}", policies.interpretation_list),
    path("policies/normative/", policies.normative_list, name="normative_list"),
    path(f"policies/normative/{PAGE}", policies.normative_list),
    path("policies/normative/ended/", policies.normative_ended, name="normative_ended"),
    path(f"policies/normative/ended/{PAGE}", policies.normative_ended),
    re_path(
        r"^info/(?P<number>[0-9]{1,18})/document\.(?P<extension>docx|pdf)$",
        paper_views.item_document,
        name="item_document",
    ),
]
