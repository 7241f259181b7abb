"""What django-allauth asks of us."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.urls import reverse

from probio.clients import client_hash
from probio.staff import secrets


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the team: nobody signs up."""

    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        """Return what tells addresses apart in the limits, which are kept in the cache: never the address itself."""
        return client_hash(request)

    def get_login_redirect_url(self, request):
        return reverse("admin:index")


class MFAAdapter(DefaultMFAAdapter):
    """The secrets of authenticator apps and recovery codes are encrypted at rest."""

    def encrypt(self, text):
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text):
        return secrets.decrypt(encrypted_text)

    def get_totp_issuer(self):
        return "Probio7 team"
