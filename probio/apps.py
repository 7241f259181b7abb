from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Tags, register

from probio.checks import check_rate_limits
from probio.provider import stop_if_half_configured


class ProbioConfig(AppConfig):
    name = "probio"

    def ready(self):
        register(check_rate_limits, Tags.security, deploy=True)
        if settings.EMAIL_PROVIDER:
            stop_if_half_configured()
