"""One address space: the public portal at the root, the staff under /staff/."""

from django.conf import settings
from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access

from gongkai.organs.views.people import Account

urlpatterns = [
    # Our own account page: Wagtail's asks for a first and a last name and writes no ledger.
    path("staff/account/", require_admin_access(Account.as_view()), name="wagtailadmin_account"),
    path("staff/", include(wagtailadmin_urls)),
    path("", include("gongkai.portal.urls")),
]

if settings.DEMO:
    urlpatterns.insert(0, path("demo/", include("gongkai.demo.urls")))

handler400 = "gongkai.portal.errors.bad_request"
handler403 = "gongkai.portal.errors.permission_denied"
handler404 = "gongkai.portal.errors.not_found"
handler500 = "gongkai.portal.errors.server_error"
