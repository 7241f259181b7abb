"""The team changes hours, and decides before that about what would fall outside."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from consultations.models import AvailabilityRule, Booking, Decision, ExtraHours, OutgoingEmail, SlotClaim, TimeOff
from tests.factories import TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

TUESDAY = 1
OFF_ON_TUESDAY = {"off-0-first": "2027-01-05", "off-0-reason": "Training"}


@pytest.fixture
def priya():
    return make_nutritionist(name="Priya Raman", slug="priya", weekdays=[TUESDAY])


@pytest.fixture
def booking(priya):
    return make_booking(make_consultation_type(priya), nutritionist="priya", email="amara@example.com")


def url_of(person, name="hours"):
    return f"/admin/consultations/nutritionist/{person.pk}/{name}/"


def fields_of(response, **changes):
    """Return what a browser would send of the last form of a page, but for its buttons, with changes."""
    form = list(parse(response).find(".//main").iter("form"))[-1]
    fields = {}
    for one in form.iter("input"):
        if one.get("type") in ("submit", "radio", "checkbox") and one.get("checked") is None:
            continue
        fields[one.get("name")] = one.get("value") or ""
    return fields | changes


def row_of(fields, weekday, number=0):
    """Return the prefix of a row of a weekday."""
    rows = [name for name, value in fields.items() if name.endswith("-weekday") and value == str(weekday)]
    return rows[number].removesuffix("-weekday")


def check(client, person, **changes):
    """Open somebody's hours, change fields, and return the page that says what follows."""
    url = url_of(person)
    return client.post(url, fields_of(client.get(url), check="", **changes))


def shorten(client, person):
    """Ask for Tuesdays until ten only."""
    fields = fields_of(client.get(url_of(person)))
    return check(client, person, **{f"{row_of(fields, TUESDAY)}-ends_at": "10:00"})


def save(client, page, **choices):
    return client.post(page.wsgi_request.path, fields_of(page, save="", **choices), follow=True)


def hours_now(person):
    rules = person.availability_rules.order_by("weekday", "starts_at")
    return [(rule.weekday, rule.starts_at, rule.ends_at) for rule in rules]


def test_hours_page_shows_the_week_with_a_spare_row_for_each_day(admin_client, priya):
    fields = fields_of(admin_client.get(url_of(priya)))
    assert fields[f"{row_of(fields, TUESDAY)}-starts_at"] == "09:00"
    assert fields[f"{row_of(fields, TUESDAY, 1)}-starts_at"] == ""
    assert [fields[f"{row_of(fields, day)}-starts_at"] for day in (0, 2, 3, 4, 5, 6)] == [""] * 6


@pytest.mark.parametrize("count", [1, 3])
def test_hours_page_asks_as_often_for_many_rows(admin_client, django_assert_num_queries, count):
    person = make_nutritionist(hours=[(time(9 + n), time(9 + n, 30)) for n in range(count)])
    admin_client.get(url_of(person))
    with django_assert_num_queries(6):
        admin_client.get(url_of(person))


def test_checking_hours_shows_the_free_times_and_saves_nothing(admin_client, priya):
    make_consultation_type(priya, name="Free consultation", booking_horizon=timedelta(days=1000))
    before = hours_now(priya)
    fields = fields_of(admin_client.get(url_of(priya)))
    row = row_of(fields, TUESDAY)
    page = check(admin_client, priya, **{f"{row}-starts_at": "13:00", f"{row}-ends_at": "14:30"})
    assert "No booking would fall outside." in text_of(page)
    assert "Free consultation" in text_of(page)
    assert "13:00 to 14:00 every 30 minutes" in text_of(page)
    assert hours_now(priya) == before


def test_saving_hours_writes_the_week_extra_hours_and_time_off(admin_client, priya):
    fields = fields_of(admin_client.get(url_of(priya)))
    thursday = row_of(fields, 3)
    changes = {f"{row_of(fields, TUESDAY)}-starts_at": "", f"{row_of(fields, TUESDAY)}-ends_at": ""}
    changes |= {f"{thursday}-starts_at": "10:00", f"{thursday}-ends_at": "12:00", f"{thursday}-valid_to": "2027-03-31"}
    changes |= {"extra-0-first": "2027-07-10", "extra-0-starts_at": "09:00", "extra-0-ends_at": "11:00"}
    changes |= {"off-0-first": "2027-07-12", "off-0-last": "2027-07-13", "off-0-reason": "Leave"}
    response = save(admin_client, check(admin_client, priya, **changes))
    assert "The hours of Priya Raman are saved." in response.text
    assert list(AvailabilityRule.objects.values_list("weekday", "starts_at", "ends_at", "valid_to")) == [
        (3, time(10), time(12), date(2027, 3, 31))
    ]
    assert list(ExtraHours.objects.values_list("starts_at", "ends_at")) == [
        (datetime(2027, 7, 10, 8, tzinfo=UTC), datetime(2027, 7, 10, 10, tzinfo=UTC))
    ]
    assert list(TimeOff.objects.values_list("starts_at", "ends_at", "reason")) == [
        (datetime(2027, 7, 11, 23, tzinfo=UTC), datetime(2027, 7, 13, 23, tzinfo=UTC), "Leave")
    ]


def test_hours_are_of_the_zone_on_the_page(admin_client, priya):
    changes = {"time_zone": "Asia/Dubai", "off-0-first": "2027-07-12", "off-0-starts_at": "10:00"}
    changes |= {"off-0-ends_at": "12:00"}
    save(admin_client, check(admin_client, priya, **changes))
    priya.refresh_from_db()
    assert priya.time_zone == "Asia/Dubai"
    assert TimeOff.objects.get().starts_at == datetime(2027, 7, 12, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_at": ""}, "Give both times, or clear the row."),
        ({"ends_at": "08:00"}, "Working hours end after they start."),
        ({"valid_from": "2027-02-01", "valid_to": "2027-01-01"}, "The last day cannot be before the first."),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_what_was_typed(admin_client, priya, changes, words):
    row = row_of(fields_of(admin_client.get(url_of(priya))), TUESDAY)
    page = check(
        admin_client, priya, **{"off-0-reason": "Kept", **{f"{row}-{name}": text for name, text in changes.items()}}
    )
    assert page.status_code == 422
    assert words in text_of(page)
    assert fields_of(page)["off-0-reason"] == "Kept"


def test_rows_of_a_day_that_overlap_are_refused(admin_client, priya):
    row = row_of(fields_of(admin_client.get(url_of(priya))), TUESDAY, 1)
    page = check(admin_client, priya, **{f"{row}-starts_at": "16:00", f"{row}-ends_at": "18:00"})
    assert page.status_code == 422
    assert "Tuesday: 09:00 to 17:00 and 16:00 to 18:00 overlap." in text_of(page)


def test_another_row_keeps_what_was_typed(admin_client, priya):
    fields = fields_of(admin_client.get(url_of(priya)), add=str(TUESDAY), **{"off-0-reason": "Kept"})
    page = admin_client.post(url_of(priya), fields)
    assert page.status_code == 200
    assert fields_of(page)["off-0-reason"] == "Kept"
    assert fields_of(page)[f"{row_of(fields_of(page), TUESDAY, 2)}-starts_at"] == ""


def test_going_back_from_the_decision_keeps_what_was_typed(admin_client, priya, booking):
    page = shorten(admin_client, priya)
    back = admin_client.post(url_of(priya), fields_of(page, edit=""))
    assert back.status_code == 200
    assert fields_of(back)[f"{row_of(fields_of(back), TUESDAY)}-ends_at"] == "10:00"


def test_going_back_from_the_decision_keeps_what_was_decided(admin_client, priya, booking):
    page = shorten(admin_client, priya)
    chosen = {f"choice-{booking.pk}": "ask", "reason_for_clients": "Training"}
    back = admin_client.post(url_of(priya), fields_of(page, edit="", **chosen))
    again = admin_client.post(url_of(priya), fields_of(back, check=""))
    assert fields_of(again)[f"choice-{booking.pk}"] == "ask"
    assert parse(again).find(".//textarea[@name='reason_for_clients']").text.strip() == "Training"
    assert save(admin_client, again, **chosen).status_code == 200
    assert booking.emails.filter(kind="please_move").exists()


def test_many_bookings_are_decided_together_but_for_those_chosen_one_by_one(admin_client, priya):
    kind = make_consultation_type(priya)
    bookings = [make_booking(kind, starts_at=TUESDAY_TEN + timedelta(hours=n)) for n in range(4)]
    page = shorten(admin_client, priya)
    assert "All others" in text_of(page)
    save(admin_client, page, **{f"choice-{bookings[0].pk}": "keep", "for_the_rest": "ask"})
    asked = [booking.emails.filter(kind="please_move").exists() for booking in bookings]
    assert asked == [False, True, True, True]
    assert SlotClaim.objects.get(pk=bookings[0].claim_id).decision == Decision.KEPT


def test_few_bookings_are_decided_one_by_one(admin_client, priya, booking):
    page = shorten(admin_client, priya)
    assert "All others" not in text_of(page)
    save(admin_client, page, for_the_rest="keep")
    assert SlotClaim.objects.get(pk=booking.claim_id).decision == Decision.NONE


def test_a_booking_that_would_fall_outside_is_shown_first_and_nothing_is_saved(admin_client, priya, booking):
    before = hours_now(priya)
    page = shorten(admin_client, priya)
    assert "1 booking would fall outside" in text_of(page)
    assert "Amara Whitfield, Tuesday 5 January 2027, 10:00" in text_of(page)
    assert hours_now(priya) == before


def test_saving_without_a_decision_is_refused(admin_client, priya, booking):
    response = save(admin_client, shorten(admin_client, priya))
    assert response.status_code == 422
    assert "Choose what becomes of this booking." in text_of(response)
    assert hours_now(priya) == [(TUESDAY, time(9), time(17))]


def test_a_booking_kept_stands_and_is_not_asked_about_again(admin_client, priya, booking):
    save(admin_client, shorten(admin_client, priya), **{f"choice-{booking.pk}": "keep"})
    assert hours_now(priya) == [(TUESDAY, time(9), time(10))]
    assert Booking.objects.get().starts_at == TUESDAY_TEN
    assert SlotClaim.objects.get().decision == Decision.KEPT
    assert booking.events.get(kind="kept").actor.username == "admin"
    assert not OutgoingEmail.objects.filter(kind="please_move").exists()


def test_a_client_asked_to_move_is_sent_the_link_and_the_reason(admin_client, priya, booking):
    choices = {f"choice-{booking.pk}": "ask", "reason_for_clients": "Priya has a training."}
    save(admin_client, shorten(admin_client, priya), **choices)
    assert booking.emails.filter(kind="please_move", to="amara@example.com", state="owed").exists()
    assert booking.events.get(kind="asked_to_move").reason == "Priya has a training."
    assert Booking.objects.get().starts_at == TUESDAY_TEN


def test_a_booking_is_given_to_a_colleague_who_is_free(admin_client, priya, booking):
    tomos = make_nutritionist(name="Tomos Bevan", slug="tomos")
    booking.consultation_type.nutritionists.add(tomos)
    page = shorten(admin_client, priya)
    assert "Give it to Tomos Bevan" in text_of(page)
    save(admin_client, page, **{f"choice-{booking.pk}": "give:tomos"})
    booking.refresh_from_db()
    assert (booking.nutritionist, booking.starts_at) == (tomos, TUESDAY_TEN)
    assert booking.emails.filter(kind="moved", to="amara@example.com").exists()


def test_a_booking_made_meanwhile_is_shown_before_anything_is_saved(admin_client, priya, booking):
    page = shorten(admin_client, priya)
    make_booking(booking.consultation_type, starts_at=TUESDAY_TEN + timedelta(hours=1), nutritionist="priya")
    response = save(admin_client, page, **{f"choice-{booking.pk}": "keep"})
    assert response.status_code == 422
    assert "not those you were shown" in text_of(response)
    assert "2 bookings would fall outside" in text_of(response)
    assert hours_now(priya) == [(TUESDAY, time(9), time(17))]


def test_a_colleague_who_is_not_free_any_more_changes_nothing(admin_client, priya, booking):
    tomos = make_nutritionist(name="Tomos Bevan", slug="tomos")
    booking.consultation_type.nutritionists.add(tomos)
    page = shorten(admin_client, priya)
    make_booking(booking.consultation_type, nutritionist="tomos")
    response = save(admin_client, page, **{f"choice-{booking.pk}": "give:tomos"})
    assert response.status_code == 422
    assert hours_now(priya) == [(TUESDAY, time(9), time(17))]


def test_hours_a_colleague_changed_meanwhile_are_not_overwritten(admin_client, priya):
    page = shorten(admin_client, priya)
    priya.availability_rules.update(starts_at=time(8))
    response = save(admin_client, page)
    assert response.status_code == 422
    assert "A colleague has changed these hours" in text_of(response)
    assert hours_now(priya) == [(TUESDAY, time(8), time(17))]


def test_time_off_of_one_person_asks_as_well(admin_client, priya, booking):
    page = check(admin_client, priya, **OFF_ON_TUESDAY)
    assert "It would be in time off." in text_of(page)
    save(admin_client, page, **{f"choice-{booking.pk}": "keep"})
    assert TimeOff.objects.get().nutritionist == priya


def test_taking_extra_hours_away_asks_as_well(admin_client):
    person = make_nutritionist(slug="saturday", weekdays=[])
    ten_to_noon = (TUESDAY_TEN, TUESDAY_TEN + timedelta(hours=2))
    ExtraHours.objects.create(nutritionist=person, starts_at=ten_to_noon[0], ends_at=ten_to_noon[1])
    make_booking(make_consultation_type(person))
    names = ("first", "starts_at", "last", "ends_at")
    page = check(admin_client, person, **{f"extra-0-{name}": "" for name in names})
    assert "1 booking would fall outside" in text_of(page)
    assert ExtraHours.objects.count() == 1


EVERYBODY = {"nutritionist": "", "starts_at": "2027-01-05T00:00", "reason": "Founders’ day"}
EVERYBODY |= {"ends_at": "2027-01-06T00:00", "applies": "on"}


def test_a_day_off_of_everybody_asks_about_bookings_before_it_is_saved(admin_client, booking):
    page = admin_client.post("/admin/consultations/timeoff/add/", EVERYBODY)
    assert "1 booking would fall outside" in text_of(page)
    assert TimeOff.objects.count() == 0
    response = save(admin_client, page, **{f"choice-{booking.pk}": "ask"})
    assert "The time off is saved." in response.text
    assert TimeOff.objects.get().reason == "Founders’ day"
    assert booking.emails.filter(kind="please_move").exists()


def test_a_day_off_that_concerns_nobody_is_saved_at_once(admin_client, booking):
    later = {"starts_at": "2027-01-12T00:00", "ends_at": "2027-01-13T00:00"}
    response = admin_client.post("/admin/consultations/timeoff/add/", EVERYBODY | later, follow=True)
    assert "The time off is saved." in response.text
    assert TimeOff.objects.count() == 1


def test_a_bank_holiday_that_applies_again_asks_about_bookings(admin_client, booking):
    day = TimeOff.objects.create(
        starts_at=TUESDAY_TEN - timedelta(hours=10), ends_at=TUESDAY_TEN + timedelta(hours=14), applies=False
    )
    page = admin_client.post(f"/admin/consultations/timeoff/{day.pk}/change/", EVERYBODY)
    assert "1 booking would fall outside" in text_of(page)
    day.refresh_from_db()
    assert day.applies is False
    save(admin_client, page, **{f"choice-{booking.pk}": "keep"})
    day.refresh_from_db()
    assert day.applies is True


def test_going_back_to_time_off_keeps_what_was_typed_and_decided(admin_client, booking):
    page = admin_client.post("/admin/consultations/timeoff/add/", EVERYBODY)
    chosen = {f"choice-{booking.pk}": "ask"}
    back = admin_client.post("/admin/consultations/timeoff/add/", fields_of(page, edit="", **chosen))
    assert fields_of(back)["reason"] == "Founders’ day"
    again = admin_client.post("/admin/consultations/timeoff/add/", fields_of(back, _save="", applies="on"))
    assert fields_of(again)[f"choice-{booking.pk}"] == "ask"
    assert TimeOff.objects.count() == 0


def test_making_somebody_inactive_asks_about_their_bookings(admin_client, priya, booking):
    page = admin_client.get(url_of(priya, "deactivate"))
    assert "It would be with somebody who is inactive." in text_of(page)
    save(admin_client, page, **{f"choice-{booking.pk}": "keep"})
    priya.refresh_from_db()
    assert priya.is_active is False
    assert Booking.objects.get().is_active


def test_the_plain_form_cannot_strand_bookings(admin_client, priya, booking):
    fields = {"name": "Priya Raman", "slug": "priya", "credentials": "RNutr", "time_zone": "Asia/Dubai"}
    admin_client.post(f"/admin/consultations/nutritionist/{priya.pk}/change/", fields)
    priya.refresh_from_db()
    assert (priya.credentials, priya.is_active, priya.time_zone) == ("RNutr", True, "Europe/London")


def sign_in(client, *permissions):
    user = get_user_model().objects.create_user("kim", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)


@pytest.mark.parametrize("name", ["hours", "activate", "deactivate"])
def test_who_may_only_look_changes_no_hours(client, priya, name):
    sign_in(client, "view_nutritionist", "change_booking")
    assert client.get(url_of(priya, name)).status_code == 403


def test_who_may_not_change_bookings_decides_about_none(client, priya, booking):
    sign_in(client, "view_nutritionist", "change_nutritionist")
    page = shorten(client, priya)
    assert "You may change hours but not bookings." in text_of(page)
    assert save(client, page, **{f"choice-{booking.pk}": "keep"}).status_code == 403
    assert hours_now(priya) == [(TUESDAY, time(9), time(17))]


def test_time_off_of_a_year_that_is_none_is_refused(admin_client):
    values = {"starts_at": "2027-01-05T09:00", "ends_at": "9999-12-31T23:59", "applies": "on"}
    response = admin_client.post("/admin/consultations/timeoff/add/", values)
    assert "Give a year from 2000 to 2999." in text_of(response)
    assert not TimeOff.objects.exists()
