from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = "Consultations"

    def ready(self):
        # Both want the models to be there.
        from consultations.services.leavers import let_go  # noqa: PLC0415
        from probio.staff.accounts import account_closed  # noqa: PLC0415

        account_closed.connect(let_go, dispatch_uid="consultations.let_go")
