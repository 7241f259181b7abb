from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from consultations.models import Booking
from tests.consultations.test_admin_acting import act, page
from tests.factories import TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

ELEVEN = TUESDAY_TEN + timedelta(hours=1)


@pytest.fixture
def people():
    return make_nutritionist(name="Priya Raman", slug="priya"), make_nutritionist(name="Tomos Bevan", slug="tomos")


@pytest.fixture
def booking(people):
    return make_booking(make_consultation_type(*people), nutritionist="priya", email="amara@example.com")


def options(admin_client, booking, day=""):
    """Return {label: value} of the times offered."""
    url = page(booking, "move/") + (f"?day={day}" if day else "")
    labels = [label for label in parse(admin_client.get(url)).iter("label") if label.find("input") is not None]
    return {" ".join("".join(label.itertext()).split()): label.find("input").get("value") for label in labels}


def test_team_moves_a_booking_and_the_client_is_told_why(admin_client, booking):
    times = options(admin_client, booking)
    fields = {"slot": times["11:00 with Priya Raman"], "reason": "Priya has a training."}
    response = act(admin_client, page(booking, "move/"), fields, follow=True)
    assert "is moved to Tuesday 5 January 2027 at 11:00" in text_of(response)
    booking.refresh_from_db()
    assert booking.starts_at == ELEVEN
    assert booking.emails.filter(kind="moved", to="amara@example.com", state="owed").exists()
    moved = booking.events.get(kind="moved")
    assert (moved.actor.username, moved.reason) == ("admin", "Priya has a training.")


def test_team_gives_a_booking_to_a_colleague_at_the_same_time(admin_client, booking, people):
    times = options(admin_client, booking)
    assert "10:00 with Priya Raman" not in times
    act(admin_client, page(booking, "move/"), {"slot": times["10:00 with Tomos Bevan"]})
    booking.refresh_from_db()
    assert (booking.starts_at, booking.nutritionist) == (TUESDAY_TEN, people[1])


def test_team_is_not_bound_by_notice_and_horizon(admin_client, booking):
    type(booking.consultation_type).objects.update(
        minimum_notice=timedelta(days=900), booking_horizon=timedelta(days=901)
    )
    times = options(admin_client, booking)
    act(admin_client, page(booking, "move/"), {"slot": times["11:00 with Priya Raman"]})
    booking.refresh_from_db()
    assert booking.starts_at == ELEVEN


def test_team_cannot_move_a_booking_onto_another(admin_client, booking):
    times = options(admin_client, booking)
    make_booking(booking.consultation_type, starts_at=ELEVEN, nutritionist="priya")
    assert "11:00 with Priya Raman" not in options(admin_client, booking)
    response = act(admin_client, page(booking, "move/"), {"slot": times["11:00 with Priya Raman"]})
    assert response.status_code == 422
    assert "That time is not free any more. Choose another." in text_of(response)
    booking.refresh_from_db()
    assert booking.starts_at == TUESDAY_TEN


@pytest.mark.parametrize("slot", ["", "nonsense", "load.20270105T1100Z.priya:forged"])
def test_moving_to_no_time_of_ours_is_refused_with_words(admin_client, booking, slot):
    response = act(admin_client, page(booking, "move/"), {"slot": slot, "reason": "Kept."})
    assert response.status_code == 422
    assert "Kept." in response.text
    assert Booking.objects.get().starts_at == TUESDAY_TEN


def test_day_without_a_free_time_says_so(admin_client, booking, people):
    people[0].availability_rules.all().delete()
    people[1].availability_rules.all().delete()
    words = text_of(admin_client.get(page(booking, "move/") + "?day=2027-01-06"))
    assert "has a free time on Wednesday 6 January 2027" in words


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "soon", "\x00"])
def test_day_that_is_none_is_answered_with_a_page(admin_client, booking, day):
    assert "Move the booking" in text_of(admin_client.get(page(booking, "move/"), {"day": day}))


def test_moving_is_closed_to_staff_who_may_only_look(client, booking):
    user = get_user_model().objects.create_user("nell", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_booking"))
    client.force_login(user)
    assert client.get(page(booking, "move/")).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="change_booking"))
    assert client.get(page(booking, "move/")).status_code == 200


def test_moving_a_booking_that_is_not_there_is_not_found(admin_client):
    assert admin_client.get("/admin/consultations/booking/4242/move/").status_code == 404
