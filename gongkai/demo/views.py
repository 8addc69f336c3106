"""Entering the sample city in a role, with one button. These addresses exist in demo mode only."""

from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gongkai.demo.city import load_city


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
