from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from probio.checks import check_rate_limits
from probio.provider import stop_if_half_configured
from probio.staff.roles import bring_back_roles


class ProbioConfig(AppConfig):
    name = "probio"
    verbose_name = "Exports and imports"

    def ready(self):
        autodiscover_modules("exporting")
        post_migrate.connect(bring_back_roles, sender=self)
        register(check_rate_limits, Tags.security, deploy=True)
        if settings.EMAIL_PROVIDER:
            stop_if_half_configured()
