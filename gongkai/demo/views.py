"""Entering the sample city in a role, with one button. These addresses exist in demo mode only."""

from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from gongkai.demo.city import load_city
from gongkai.demo.logins import demo_logins
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.pages import Crumb, Page


@require_safe
def logins(request: HttpRequest) -> HttpResponseBase:
    """The people of the sample city. The forms carry a token of each visitor's own."""
    page = Page(
        title="演示登录",
        description="以演示城市中各种角色的身份进入后台",
        crumbs=(Crumb("演示登录"),),
        robots="noindex",
    )
    return deliver(
        request,
        "gongkai/demo/logins.html",
        {"page": page, "demo": demo_logins()},
        tags=(),
        private=True,
    )


@require_POST
def enter(request: HttpRequest, username: str) -> HttpResponse:
    """Log in as one of the demo's people; anybody else, real users included, is not found."""
    if username not in {person.username for person in load_city().logins}:
        raise Http404
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise Http404
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("wagtailadmin_home")
