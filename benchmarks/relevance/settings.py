"""The platform's settings, with the framework's search app that it does not use itself."""

from gongkai.config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "wagtail.search"]  # noqa: F405
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
