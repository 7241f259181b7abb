import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from consultations.models import ConsultationType, Nutritionist
from tests.factories import make_booking, make_consultation_type, make_nutritionist
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def test_booking_page_shows_the_booking_its_mail_and_its_history(admin_client):
    booking = make_booking(make_consultation_type(), email="amara@example.com")
    words = text_of(admin_client.get(f"/admin/consultations/booking/{booking.pk}/change/"))
    assert booking.reference in words
    assert "Tue 5 Jan 2027, 10:00 GMT" in words
    assert "amara@example.com" in words
    assert "booking confirmation" in words
    assert "booked" in words


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
def test_booking_is_neither_added_nor_deleted_by_hand(admin_client, page):
    booking = make_booking(make_consultation_type())
    url = f"/admin/consultations/booking/{page.format(pk=booking.pk)}"
    assert admin_client.get(f"/admin/consultations/booking/{booking.pk}/change/").status_code == 200
    assert admin_client.get(url).status_code == 403
    assert admin_client.post(url, {"post": "yes"}).status_code == 403


def test_create_staff_makes_the_account_once_with_the_given_password(monkeypatch):
    monkeypatch.setenv("STAFF_PASSWORD", "first-password-of-the-team")
    call_command("create_staff", username="staff", password_from_env="STAFF_PASSWORD")
    monkeypatch.setenv("STAFF_PASSWORD", "another-password-entirely")
    call_command("create_staff", username="staff", password_from_env="STAFF_PASSWORD")
    [user] = get_user_model().objects.all()
    assert user.check_password("first-password-of-the-team")
    assert user.is_staff


def test_create_staff_without_a_password_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("STAFF_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="Set STAFF_PASSWORD"):
        call_command("create_staff", username="staff", password_from_env="STAFF_PASSWORD")


def test_load_sample_content_twice_keeps_what_the_team_changed(capsys):
    call_command("load_sample_content")
    Nutritionist.objects.filter(slug="priya-raman").update(name="Priya R.")
    ConsultationType.objects.update(is_active=False)
    capsys.readouterr()
    call_command("load_sample_content")
    assert capsys.readouterr().out == ""
    assert Nutritionist.objects.get(slug="priya-raman").name == "Priya R."
    assert not ConsultationType.objects.get().is_active


def test_load_sample_content_in_a_dry_run_writes_nothing(capsys):
    call_command("load_sample_content", dry_run=True)
    assert "Would load the sample consultation type" in capsys.readouterr().out
    assert not ConsultationType.objects.exists()


def test_nutritionist_sees_hours_without_being_able_to_change_them(client, django_user_model):
    user = django_user_model.objects.create_user("priya", is_staff=True)
    user.groups.add(Group.objects.get(name="Nutritionist"))
    client.force_login(user)
    person = make_nutritionist(weekdays=[1])
    assert "Tuesday 09:00 to 17:00" in text_of(client.get(f"/admin/consultations/nutritionist/{person.pk}/change/"))


def test_deputies_are_chosen_from_those_who_may_read_answers(admin_client, django_user_model):
    for name, role in (("priya", "Nutritionist"), ("lena", "Editor")):
        user = django_user_model.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
    form = admin_client.get("/admin/consultations/nutritionist/add/").context["adminform"].form
    assert {user.username for user in form.fields["deputies"].queryset} == {"priya", "admin"}
