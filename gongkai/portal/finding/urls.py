"""The addresses of this part, in the portal's namespace."""

from django.urls import URLPattern, path

from gongkai.portal.finding import views

urlpatterns: list[URLPattern] = [
    path("search/", views.search, name="search"),
    path("search/suggestions/", views.search_suggestions, name="search_suggestions"),
]
