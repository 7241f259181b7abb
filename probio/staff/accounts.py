"""Close the account of somebody who has left, and help somebody who lost their phone."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.module_loading import import_string


@transaction.atomic
def close_account(user) -> None:
    """End all that an account opens: sign-in, sessions, second factors, rights. What they did keeps their name.

    What apps give accounts beside that is ended by the functions named in settings.STAFF_LEAVE.
    """
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "is_staff", "is_superuser", "password"])
    user.groups.clear()
    user.user_permissions.clear()
    take_second_factor_off(user)
    for name in settings.STAFF_LEAVE:
        import_string(name)(user)


@transaction.atomic
def take_second_factor_off(user) -> None:
    """Delete an account's app, passkeys and recovery codes, and end its sessions: the next sign-in sets up new ones."""
    Authenticator.objects.filter(user=user).delete()
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
