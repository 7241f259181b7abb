from datetime import UTC, time, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from consultations.briefing import brief
from consultations.models import AvailabilityRule, BookingStatus, Decision, ExtraHours, SlotClaim, TimeOff
from consultations.services.changes import cancel_booking
from consultations.services.outcomes import record_outcome
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

MORNING = TUESDAY_TEN.replace(hour=8)


def test_brief_lists_todays_in_order_and_the_next():
    consultation_type = make_consultation_type()
    later = make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(hours=2))
    sooner = make_booking(consultation_type)
    make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=1))
    cancel_booking(make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(hours=3)).pk, now=NOW)
    briefing = brief(MORNING)
    assert briefing.today == [sooner, later]
    assert briefing.following == sooner
    assert brief(TUESDAY_TEN).following == later


def test_brief_names_what_came_since_yesterday_newest_first():
    consultation_type = make_consultation_type()
    make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=5), now=NOW - timedelta(days=2))
    first = make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=6), now=NOW)
    second = make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=7), now=NOW + timedelta(hours=1))
    assert brief(MORNING).new == [second, first]


def test_brief_asks_for_an_answer_until_the_request_runs_out():
    booking = make_booking(make_consultation_type(needs_approval=True), starts_at=TUESDAY_TEN + timedelta(days=2))
    assert brief(NOW).requests == [booking]
    assert brief(booking.respond_by).requests == []


def test_brief_asks_for_an_outcome_once_it_is_over_until_it_is_recorded():
    booking = make_booking()
    assert brief(TUESDAY_TEN).unrecorded == []
    over = booking.ends_at
    assert brief(over).unrecorded == [booking]
    record_outcome(booking.pk, BookingStatus.NO_SHOW, by=None, now=over)
    assert brief(over).unrecorded == []


def names_outside(now=NOW):
    return [one.reference for one in brief(now).outside]


def test_booking_in_new_time_off_is_outside_hours():
    nutritionist = make_nutritionist()
    booking = make_booking(make_consultation_type(nutritionist))
    assert names_outside() == []
    TimeOff.objects.create(starts_at=TUESDAY_TEN + timedelta(minutes=20), ends_at=TUESDAY_TEN + timedelta(hours=1))
    assert names_outside() == [booking.reference]
    TimeOff.objects.update(applies=False)
    assert names_outside() == []


def test_booking_whose_hours_were_taken_away_is_outside_until_extra_hours_hold_it():
    nutritionist = make_nutritionist()
    booking = make_booking(make_consultation_type(nutritionist))
    AvailabilityRule.objects.all().delete()
    assert names_outside() == [booking.reference]
    ExtraHours.objects.create(nutritionist=nutritionist, starts_at=TUESDAY_TEN, ends_at=booking.ends_at)
    assert names_outside() == []


def test_booking_whose_client_was_asked_to_move_waits_for_them_while_they_can():
    booking = make_booking(make_consultation_type(cancellation_cutoff=timedelta(hours=2)))
    AvailabilityRule.objects.all().delete()
    SlotClaim.objects.update(decision=Decision.ASKED)
    briefing = brief(NOW)
    assert ([one.reference for one in briefing.asked], briefing.outside) == ([booking.reference], [])
    assert not briefing.has_decisions
    later = brief(TUESDAY_TEN - timedelta(hours=2))
    assert (later.asked, [one.reference for one in later.outside]) == ([], [booking.reference])


def test_booking_across_hours_that_meet_is_inside():
    nutritionist = make_nutritionist(hours=[(time(9), time(10, 15)), (time(10, 15), time(12))])
    make_booking(make_consultation_type(nutritionist))
    assert names_outside() == []


def test_brief_counts_this_week():
    consultation_type = make_consultation_type()
    booking = make_booking(consultation_type)
    record_outcome(booking.pk, BookingStatus.COMPLETED, by=None, now=booking.ends_at)
    cancel_booking(make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=1)).pk, now=NOW)
    make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=7))
    week = {"booked": 1, "took_place": 1, "no_show": 0, "cancelled": 1, "waiting": 0}
    assert brief(booking.ends_at).week == week


def test_start_page_of_an_empty_site_says_so(admin_client):
    words = text_of(admin_client.get("/admin/"))
    assert "No consultations today." in words
    assert "Nothing is waiting for you." in words
    assert "Nobody has booked since yesterday morning." in words


def test_start_page_is_silent_on_bookings_to_staff_who_may_not_see_them(client):
    client.force_login(get_user_model().objects.create_user("editor", is_staff=True))
    assert "Needs a decision" not in text_of(client.get("/admin/"))


@pytest.mark.parametrize("count", [1, 12])
def test_start_page_takes_the_same_queries_however_many_bookings(client, count, django_assert_num_queries):
    user = get_user_model().objects.create_user("nell", is_staff=True)
    seen = ["view_booking", "view_outgoingemail", "view_article", "view_reference", "view_figure"]
    user.user_permissions.set(Permission.objects.filter(codename__in=seen))
    client.force_login(user)
    now = timezone.now()
    tomorrow = (now + timedelta(days=1)).astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    for _ in range(count):
        make_booking(make_consultation_type(make_nutritionist()), starts_at=tomorrow, now=now)
    with django_assert_num_queries(12):
        page = client.get("/admin/")
    assert text_of(page).count("Amara Whitfield") == min(count, 8)


def test_start_page_leads_from_some_new_bookings_to_all_of_them(admin_client):
    now = timezone.now()
    later = (now + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
    new = [make_booking(starts_at=later, now=now) for _ in range(9)]
    old = make_booking(starts_at=later + timedelta(hours=2), now=now - timedelta(days=4))
    links = parse(admin_client.get("/admin/")).iter("a")
    [everything] = [link.get("href") for link in links if link.text == "All 9 new bookings"]
    words = text_of(admin_client.get(everything))
    assert [booking.reference in words for booking in [*new, old]] == [*[True] * 9, False]
