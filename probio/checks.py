"""What `check --deploy` refuses beside Django's own rules."""

from django.conf import settings
from django.core.checks import Error


def check_rate_limits(app_configs, **kwargs):
    """Without limits one machine could hold every free time."""
    if settings.RATE_LIMIT_SCALE > 0:
        return []
    return [Error("RATE_LIMIT_SCALE is 0, which switches every limit off: for load tests only.", id="probio.E001")]
