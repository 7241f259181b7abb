"""The pages that belong to no app: home and the errors."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from probio.context import site

SECURITY_CONTACT_FOR = timedelta(days=180)


@require_safe
def home(request):
    """Show the newest articles and the soonest free times (brought by the apps' template tags)."""
    return render(request, "home.html")


@require_safe
def robots(request):
    """Let every robot read what is public. What is not says so itself: naming it here would only point at it."""
    words = f"User-agent: *\nDisallow:\n\nSitemap: {settings.SITE_URL}{reverse('sitemap')}\n"
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


@require_safe
def security(request):
    """Say where to report a weakness (RFC 9116). As long as the site answers, the words stay in force."""
    expires = datetime.combine(timezone.now().date() + SECURITY_CONTACT_FOR, time(), tzinfo=UTC)
    lines = [
        f"Contact: mailto:{settings.TEAM_EMAIL}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{reverse('security')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def bad_request(request, exception):
    """Answer 400 without touching the request: a bad Host header must not become a 500."""
    return HttpResponseBadRequest(render_to_string("400.html", site(request)))


def server_error(request):
    """Answer 500 with a page that asks nothing of the database, the session or the request."""
    return HttpResponseServerError(render_to_string("500.html", site(request)))


def csrf_failure(request, reason=""):
    """Answer 403 in our own words when a form comes without a valid CSRF token."""
    return render(request, "403_csrf.html", status=403)
