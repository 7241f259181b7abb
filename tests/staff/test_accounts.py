from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from consultations.links import feed_url
from consultations.models import EmailState, FeedShows, Nutritionist, OutgoingEmail
from consultations.services.feeds import open_feed
from probio.staff.roles import bring_back_roles
from tests.factories import TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist
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


def test_closing_an_account_ends_what_it_had_as_a_nutritionists(admin_client, leaver, client):
    leaver.email = "tomos@private.example"
    leaver.save()
    nutritionist = make_nutritionist(user=leaver)
    consultation_type = make_consultation_type(nutritionist)
    make_booking(consultation_type)
    feed = open_feed(nutritionist, FeedShows.FIRST_NAME)
    admin_client.post(f"/admin/auth/user/{leaver.pk}/close/")
    make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(hours=1))
    theirs = OutgoingEmail.objects.filter(to="tomos@private.example")
    assert [email.state for email in theirs] == [EmailState.OBSOLETE]
    Nutritionist.objects.update(user=None)
    assert client.get(feed_url(feed)).status_code == 404


def form_of(admin, user):
    return admin.get(f"/admin/auth/user/{user.pk}/change/").context["adminform"].form


def test_nobody_shuts_themselves_out_by_the_form(client):
    bring_back_roles()
    owner = get_user_model().objects.create_user("olu", is_staff=True)
    owner.groups.add(Group.objects.get(name="Owner"))
    client.force_login(owner)
    form = form_of(client, owner)
    typed = {name: form[name].value() for name in form.fields if name not in ("is_active", "groups", "password")}
    response = client.post(f"/admin/auth/user/{owner.pk}/change/", {k: v or "" for k, v in typed.items()})
    words = text_of(response)
    assert "You cannot close your own account" in words
    assert "You cannot take the role of owner from yourself" in words
    owner.refresh_from_db()
    assert (owner.is_active, owner.groups.count()) == (True, 1)


@pytest.mark.parametrize(
    "address",
    [
        "consultations/booking/?starts_at__year=9999&starts_at__month=12",
        "consultations/timeoff/?starts_at__year=9999&starts_at__month=12",
        "consultations/booking/?status__exact=%00",
        "articles/reference/?kind__exact=%00",
    ],
)
def test_list_asked_for_what_no_row_can_be_shows_all(admin_client, address):
    response = admin_client.get(f"/admin/{address}")
    assert response["Location"] == f"/admin/{address.partition('?')[0]}?e=1"


def test_admin_refuses_what_none_of_its_pages_sends(admin_client):
    path = "/admin/consultations/booking/"
    for key in ("abc", "1 OR 1", "-1"):
        assert admin_client.post(path, {"action": "took_place", "_selected_action": key}).status_code == 400
