from django.apps import AppConfig
from django.core.checks import Tags, register

from probio.checks import check_rate_limits


class ProbioConfig(AppConfig):
    name = "probio"

    def ready(self):
        register(check_rate_limits, Tags.security, deploy=True)
