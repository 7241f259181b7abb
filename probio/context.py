"""What every template may use."""

from django.conf import settings


def site(request):
    """Return the site's own address and the team's e-mail address."""
    return {"site_url": settings.SITE_URL, "team_email": settings.TEAM_EMAIL}
