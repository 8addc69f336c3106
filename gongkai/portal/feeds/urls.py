"""The addresses of this part, in the portal's namespace."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
