"""The addresses as they are in demo mode, which is decided when the addresses are read."""

from django.urls import include, path

from gongkai.config.urls import urlpatterns as ordinary

urlpatterns = [path("demo/", include("gongkai.demo.urls")), *ordinary]
