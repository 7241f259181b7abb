"""Close the account of somebody who has left, and help somebody who lost their phone."""

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import Signal

account_closed = Signal()  # sent with `user`, in the transaction that closes the account


@transaction.atomic
def close_account(user) -> None:
    """End all that an account opens: sign-in, sessions, second factors, rights. What they did keeps their name.

    Apps that give accounts something more end it when they hear `account_closed`.
    """
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "is_staff", "is_superuser", "password"])
    user.groups.clear()
    user.user_permissions.clear()
    take_second_factor_off(user)
    account_closed.send(sender=type(user), user=user)


@transaction.atomic
def take_second_factor_off(user) -> None:
    """Delete an account's app, passkeys and recovery codes, and end its sessions: the next sign-in sets up new ones."""
    Authenticator.objects.filter(user=user).delete()
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
