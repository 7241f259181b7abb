import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.fixture
def admin_client():
    """A superuser without a password: hashing one takes half a second, and there are many tests here."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin"))
    return client
