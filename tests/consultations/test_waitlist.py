from datetime import time, timedelta

import pytest

from consultations.exceptions import AlreadyBooked, OfferGone, SlotUnavailable
from consultations.models import (
    BookingStatus,
    ClaimKind,
    EmailState,
    OfferOutcome,
    OutgoingEmail,
    PartOfDay,
    SlotClaim,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistState,
)
from consultations.services import waitlist
from consultations.services.booking import Slot
from consultations.services.changes import cancel_booking, move_booking
from consultations.services.requests import decline_request
from tests.consultations.test_changes import race
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_hold, make_nutritionist

pytestmark = pytest.mark.django_db

HALF_HOUR = timedelta(minutes=30)
ALWAYS = {"weekdays": list(range(7)), "parts_of_day": PartOfDay.values}


def wait(consultation_type, email="amara@example.com", *, now=NOW, **wish):
    wish = waitlist.Wish("Amara Whitfield", email, **{**ALWAYS, **wish})
    waitlist.join(consultation_type, wish, client_hash="", now=now)
    return WaitlistEntry.objects.get(client_email=email)


@pytest.fixture
def consultation_type():
    """A type whose only time on a day is ten o'clock."""
    return make_consultation_type(make_nutritionist(hours=((time(10), time(10, 30)),)))


@pytest.fixture
def booking(consultation_type):
    return make_booking(consultation_type)


def offers():
    return [(offer.entry.client_email, offer.outcome) for offer in WaitlistOffer.objects.order_by("pk")]


# Joining


def test_joining_owes_one_mail_and_joining_again_changes_nothing(consultation_type):
    entry = wait(consultation_type, weekdays=[1])
    wait(consultation_type, weekdays=[2, 3])
    entry.refresh_from_db()
    assert (entry.weekdays, entry.state) == ([1], WaitlistState.WAITING)
    assert [(email.kind, email.to) for email in entry.emails.all()] == [("waitlist_joined", "amara@example.com")]


# Being offered a time


def test_time_of_a_cancelled_booking_is_kept_for_the_first_in_line(consultation_type, booking):
    wait(consultation_type, "first@example.com")
    wait(consultation_type, "second@example.com", now=NOW + timedelta(minutes=1))
    cancel_booking(booking.pk, now=NOW)
    offer = WaitlistOffer.objects.get()
    assert (offer.entry.client_email, offer.claim.starts_at) == ("first@example.com", TUESDAY_TEN)
    assert (offer.claim.kind, offer.claim.expires_at) == (ClaimKind.OFFER, NOW + timedelta(hours=2))
    email = offer.entry.emails.get(kind="waitlist_offer")
    assert (email.to, email.not_after) == ("first@example.com", NOW + timedelta(hours=2))


def test_offered_time_is_nobody_elses_while_the_offer_lives(consultation_type, booking):
    wait(consultation_type)
    cancel_booking(booking.pk, now=NOW)
    with pytest.raises(SlotUnavailable):
        make_booking(consultation_type)
    with pytest.raises(SlotUnavailable):
        make_hold(consultation_type)


@pytest.mark.parametrize(
    "wish",
    [
        {"weekdays": [0, 2, 3, 4, 5, 6]},  # not on a Tuesday
        {"parts_of_day": [PartOfDay.AFTERNOON, PartOfDay.EVENING]},
        {"time_zone": "Asia/Tokyo", "parts_of_day": [PartOfDay.MORNING]},  # seven in the evening there
    ],
)
def test_time_that_does_not_suit_is_not_offered(consultation_type, booking, wish):
    wait(consultation_type, **wish)
    cancel_booking(booking.pk, now=NOW)
    assert offers() == []
    assert make_booking(consultation_type).starts_at == TUESDAY_TEN


@pytest.mark.parametrize("give_back", ["move", "decline"])
def test_time_given_back_in_another_way_is_offered_too(give_back):
    consultation_type = make_consultation_type(needs_approval=give_back == "decline")
    booking = make_booking(consultation_type)
    wait(consultation_type)
    if give_back == "move":
        move_booking(booking.pk, Slot(consultation_type, TUESDAY_TEN + HALF_HOUR), now=NOW)
    else:
        decline_request(booking.pk, by=None, now=NOW)
    assert WaitlistOffer.objects.get().claim.starts_at == TUESDAY_TEN


def test_offer_near_the_start_ends_before_the_minimum_notice():
    consultation_type = make_consultation_type(minimum_notice=timedelta(hours=12))
    booking = make_booking(consultation_type)
    wait(consultation_type)
    cancel_booking(booking.pk, now=TUESDAY_TEN - timedelta(hours=13))
    assert WaitlistOffer.objects.get().claim.expires_at == TUESDAY_TEN - timedelta(hours=12)


def test_time_that_leaves_no_time_to_answer_is_not_offered():
    consultation_type = make_consultation_type(minimum_notice=timedelta(hours=12))
    booking = make_booking(consultation_type)
    wait(consultation_type)
    cancel_booking(booking.pk, now=TUESDAY_TEN - timedelta(hours=12, minutes=14))
    assert offers() == []


def test_client_with_a_booking_of_the_type_is_not_asked(consultation_type, booking):
    wait(consultation_type)
    make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=1), email="amara@example.com")
    cancel_booking(booking.pk, now=NOW)
    assert offers() == []


def test_client_who_has_an_offer_open_is_not_made_another():
    consultation_type = make_consultation_type()
    first, second = make_booking(consultation_type), make_booking(consultation_type, starts_at=TUESDAY_TEN + HALF_HOUR)
    wait(consultation_type)
    cancel_booking(first.pk, now=NOW)
    cancel_booking(second.pk, now=NOW)
    assert offers() == [("amara@example.com", OfferOutcome.OPEN)]


def test_long_time_that_comes_free_serves_two_who_wait_for_shorter_ones():
    nutritionist = make_nutritionist()
    long, short = (
        make_consultation_type(nutritionist, duration=timedelta(hours=1)),
        make_consultation_type(nutritionist),
    )
    booking = make_booking(long)
    for n in range(3):
        wait(short, f"client-{n}@example.com", now=NOW + timedelta(minutes=n))
    cancel_booking(booking.pk, now=NOW)
    starts = [offer.claim.starts_at for offer in WaitlistOffer.objects.order_by("pk")]
    assert starts == [TUESDAY_TEN, TUESDAY_TEN + HALF_HOUR]


# Answering


def test_accepted_offer_is_a_booking_with_its_confirmation(consultation_type, booking):
    entry = wait(consultation_type)
    cancel_booking(booking.pk, now=NOW)
    accepted = waitlist.accept_offer(entry.pk, now=NOW + timedelta(hours=1))
    assert (accepted.starts_at, accepted.client_email) == (TUESDAY_TEN, "amara@example.com")
    assert (accepted.status, accepted.claim.kind) == (BookingStatus.CONFIRMED, ClaimKind.BOOKING)
    assert [email.kind for email in accepted.emails.all()] == ["booked"]
    entry.refresh_from_db()
    assert (entry.state, entry.booking) == (WaitlistState.BOOKED, accepted)
    assert offers() == [("amara@example.com", OfferOutcome.ACCEPTED)]
    assert waitlist.accept_offer(entry.pk, now=NOW + timedelta(hours=1)) == accepted


def test_offer_that_has_run_out_is_not_accepted_even_before_it_is_swept_up(consultation_type, booking):
    entry = wait(consultation_type)
    cancel_booking(booking.pk, now=NOW)
    with pytest.raises(OfferGone):
        waitlist.accept_offer(entry.pk, now=NOW + timedelta(hours=2))
    assert make_booking(consultation_type, now=NOW + timedelta(hours=2)).starts_at == TUESDAY_TEN


def test_declined_offer_goes_to_the_next_in_line_and_never_comes_back(consultation_type, booking):
    first = wait(consultation_type, "first@example.com")
    second = wait(consultation_type, "second@example.com", now=NOW + timedelta(minutes=1))
    cancel_booking(booking.pk, now=NOW)
    waitlist.decline_offer(first.pk, now=NOW)
    waitlist.decline_offer(second.pk, now=NOW)
    waitlist.decline_offer(second.pk, now=NOW)
    assert offers() == [("first@example.com", OfferOutcome.DECLINED), ("second@example.com", OfferOutcome.DECLINED)]
    assert not SlotClaim.objects.live().exists()
    assert WaitlistEntry.objects.waiting().count() == 2


def test_unanswered_offer_goes_to_the_next_in_line_when_it_runs_out(consultation_type, booking):
    wait(consultation_type, "first@example.com")
    wait(consultation_type, "second@example.com", now=NOW + timedelta(minutes=1))
    cancel_booking(booking.pk, now=NOW)
    assert waitlist.expire_offers(now=NOW + timedelta(hours=1, minutes=59)) == 0
    assert waitlist.expire_offers(now=NOW + timedelta(hours=2)) == 1
    assert offers() == [("first@example.com", OfferOutcome.EXPIRED), ("second@example.com", OfferOutcome.OPEN)]


def test_unanswered_offer_whose_time_somebody_booked_meanwhile_only_ends(consultation_type, booking):
    wait(consultation_type)
    cancel_booking(booking.pk, now=NOW)
    make_booking(consultation_type, now=NOW + timedelta(hours=2))
    assert waitlist.expire_offers(now=NOW + timedelta(hours=2)) == 1
    assert offers() == [("amara@example.com", OfferOutcome.EXPIRED)]


def test_leaving_ends_the_waiting_and_passes_the_offer_on(consultation_type, booking):
    first = wait(consultation_type, "first@example.com")
    wait(consultation_type, "second@example.com", now=NOW + timedelta(minutes=1))
    cancel_booking(booking.pk, now=NOW)
    for _ in range(2):
        waitlist.leave(first.pk, now=NOW)
    first.refresh_from_db()
    assert first.state == WaitlistState.LEFT
    assert offers() == [("first@example.com", OfferOutcome.DECLINED), ("second@example.com", OfferOutcome.OPEN)]


def test_client_who_booked_elsewhere_meanwhile_hears_of_it_by_mail_when_accepting(consultation_type, booking):
    entry = wait(consultation_type)
    cancel_booking(booking.pk, now=NOW)
    other = make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=1), email="amara@example.com")
    with pytest.raises(AlreadyBooked):
        waitlist.accept_offer(entry.pk, now=NOW)
    assert [email.kind for email in other.emails.order_by("pk")] == ["booked", "already_booked"]
    assert OutgoingEmail.objects.filter(state=EmailState.OWED, kind="already_booked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_times_given_back_at_the_same_moment_are_each_offered_to_somebody():
    people = [make_nutritionist(), make_nutritionist()]
    consultation_type = make_consultation_type(*people)
    for n in range(5):
        at = TUESDAY_TEN + timedelta(days=n)
        bookings = [make_booking(consultation_type, starts_at=at, nutritionist=one.slug) for one in people]
        for m in range(2):
            wait(consultation_type, f"waiting-{n}-{m}@example.com", now=NOW + timedelta(minutes=n))
        race(*(lambda booking=booking: cancel_booking(booking.pk, now=NOW) for booking in bookings))
        assert WaitlistOffer.objects.filter(claim__starts_at=at).count() == 2


@pytest.mark.django_db(transaction=True)
def test_cancelling_against_booking_the_same_time_cancels_in_any_case():
    consultation_type = make_consultation_type()
    for n in range(10):
        at = TUESDAY_TEN + timedelta(days=n)
        booking = make_booking(consultation_type, starts_at=at)
        wait(consultation_type, f"waiting-{n}@example.com")
        cancelled, _ = race(
            lambda booking=booking: cancel_booking(booking.pk, now=NOW),
            lambda at=at: make_booking(consultation_type, starts_at=at),
        )
        assert cancelled.is_cancelled
