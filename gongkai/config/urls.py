"""One address space: the public portal at the root, the staff under /staff/."""

from django.conf import settings
from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("staff/", include(wagtailadmin_urls)),
    path("", include("gongkai.portal.urls")),
]

if settings.DEMO:
    urlpatterns.insert(0, path("demo/", include("gongkai.demo.urls")))
