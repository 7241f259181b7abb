import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from tests.pages import text_of
from tests.staff.test_sign_in import INDEX, PASSWORD, set_up_an_app, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaver():
    user = get_user_model().objects.create_user("tomos", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.create(name="Bakers"))
    return user


@pytest.fixture
def theirs(leaver):
    """A browser in which the leaver is signed in."""
    browser = Client()
    sign_in(browser, "tomos")
    set_up_an_app(browser)
    assert browser.get(INDEX).status_code == 200
    return browser


def test_closing_an_account_ends_all_it_opened_at_once(admin_client, leaver, theirs):
    page = f"/admin/auth/user/{leaver.pk}/close/"
    assert "are signed out everywhere and lose every right" in text_of(admin_client.get(page))
    assert theirs.get(INDEX).status_code == 200
    assert "can no longer sign in" in text_of(admin_client.post(page, follow=True))
    assert theirs.get(INDEX).status_code == 302
    sign_in(theirs, "tomos")
    assert theirs.get(INDEX).status_code == 302
    leaver.refresh_from_db()
    assert (leaver.is_active, leaver.is_staff, leaver.groups.count()) == (False, False, 0)
    assert not Authenticator.objects.filter(user=leaver).exists()


@pytest.mark.django_db(transaction=True)
def test_taking_a_second_factor_off_signs_out_and_lets_them_set_up_another(admin_client, leaver, theirs, settings):
    admin_client.post(f"/admin/auth/user/{leaver.pk}/second-factor/")
    assert theirs.get(INDEX).status_code == 302
    settings.STAFF_NEED_SECOND_FACTOR = True
    sign_in(theirs, "tomos")
    assert theirs.get(INDEX)["Location"] == "/admin/account/second-factor/"
    set_up_an_app(theirs)
    assert theirs.get(INDEX).status_code == 200


def test_nobody_closes_their_own_account(admin_client, admin_user):
    admin_client.post(f"/admin/auth/user/{admin_user.pk}/close/")
    admin_user.refresh_from_db()
    assert admin_user.is_active


def test_closing_is_for_those_who_may_change_accounts(client, leaver):
    other = get_user_model().objects.create_user("nia", is_staff=True)
    client.force_login(other)
    client.post(f"/admin/auth/user/{leaver.pk}/close/")
    leaver.refresh_from_db()
    assert leaver.is_active


def test_accounts_are_not_deleted(admin_client, leaver):
    assert admin_client.post(f"/admin/auth/user/{leaver.pk}/delete/", {"post": "yes"}).status_code == 403
