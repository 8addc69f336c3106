"""What belongs to the site as a whole: the reader's choices, robots.txt, the icon."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from gongkai.portal.display import COOKIE, COOKIE_AGE


@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """Remember one choice of the reader and lead back to the page.

    A link and not a form: it must work on any device, and whoever makes a reader follow it
    changes nothing but the size or colour of the letters, which one more click undoes.
    """
    back = request.GET.get("next", "")
    local = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    if not local:
        back = reverse("portal:home")
    response = HttpResponseRedirect(back)
    choice = request.GET.get("set", "")
    if choice in dict(settings.LANGUAGES):
        name, value = settings.LANGUAGE_COOKIE_NAME, choice
    else:
        name, value = COOKIE, request.display.choose(choice).to_cookie()
    if value:
        response.set_cookie(
            name, value, max_age=COOKIE_AGE, samesite="Lax", httponly=True, secure=settings.HTTPS
        )
    else:
        response.delete_cookie(name, samesite="Lax")
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines are welcome to what is published and to nothing else."""
    lines = ["User-agent: *", "Disallow: /staff/", f"Disallow: {reverse('portal:display')}"]
    if settings.DEMO:
        lines.append("Disallow: /demo/")
    lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('portal:sitemap'))}"]
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers that ask the old address get the icon all the same."""
    response = HttpResponseRedirect(static("gongkai/favicon.ico"))
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
