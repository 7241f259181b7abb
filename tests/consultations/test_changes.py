import threading
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from consultations.exceptions import AlreadyBooked, NotActive, SlotUnavailable, TooLate
from consultations.links import row_of, token_of
from consultations.models import Booking, BookingStatus, EmailState, SlotClaim
from consultations.services.booking import Slot
from consultations.services.changes import (
    Details,
    ask_for_address,
    cancel_booking,
    correct_details,
    move_booking,
    prove_address,
    resend_confirmation,
)
from consultations.services.requests import decline_request
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist

pytestmark = pytest.mark.django_db

HALF_HOUR = timedelta(minutes=30)
ELEVEN = TUESDAY_TEN + 2 * HALF_HOUR


def move(booking, starts_at, *, nutritionist=None, now=NOW, **options):
    return move_booking(booking.pk, Slot(booking.consultation_type, starts_at, nutritionist), now=now, **options)


def mails(booking):
    return [(email.kind, email.state) for email in booking.emails.order_by("pk")]


# Moving


def test_moved_booking_has_the_new_time_alone_and_its_client_is_told():
    booking = make_booking()
    moved = move(booking, ELEVEN)
    moved.refresh_from_db()
    assert (moved.pk, moved.starts_at, moved.ends_at) == (booking.pk, ELEVEN, ELEVEN + HALF_HOUR)
    assert [claim.starts_at for claim in SlotClaim.objects.live()] == [ELEVEN]
    assert (moved.calendar_sequence, moved.status) == (1, BookingStatus.CONFIRMED)
    assert mails(booking) == [("booked", EmailState.OBSOLETE), ("moved", EmailState.OWED)]
    event = moved.events.get(kind="moved")
    assert event.detail.startswith("from Tuesday 5 January 2027 at 10:00, London time (GMT), with Nia Sample")


def test_move_to_a_time_that_overlaps_the_old_one_is_possible():
    booking = make_booking(make_consultation_type(step=timedelta(minutes=15)))
    assert move(booking, TUESDAY_TEN + timedelta(minutes=15)).starts_at == TUESDAY_TEN + timedelta(minutes=15)


def test_move_to_a_time_that_somebody_else_has_leaves_the_booking_as_it_is():
    consultation_type = make_consultation_type()
    booking = make_booking(consultation_type)
    make_booking(consultation_type, starts_at=ELEVEN)
    with pytest.raises(SlotUnavailable):
        move(booking, ELEVEN)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.claim.released_at, booking.calendar_sequence) == (TUESDAY_TEN, None, 0)
    assert mails(booking) == [("booked", EmailState.OWED)]


def test_move_to_another_nutritionist_gives_the_first_one_the_time_back():
    priya, tomos = make_nutritionist(), make_nutritionist()
    consultation_type = make_consultation_type(priya, tomos)
    booking = make_booking(consultation_type, nutritionist=priya.slug)
    assert move(booking, TUESDAY_TEN, nutritionist=tomos.slug).nutritionist == tomos
    assert make_booking(consultation_type, nutritionist=priya.slug).nutritionist == priya


def test_move_to_the_time_it_has_changes_nothing_and_tells_nobody():
    booking = make_booking()
    move(booking, TUESDAY_TEN)
    assert mails(booking) == [("booked", EmailState.OWED)]


def test_move_to_a_time_of_another_type_is_refused():
    booking = make_booking()
    with pytest.raises(SlotUnavailable):
        move_booking(booking.pk, Slot(make_consultation_type(), ELEVEN), now=NOW)


def test_move_to_where_the_client_is_elsewhere_is_refused():
    priya, tomos = make_nutritionist(), make_nutritionist()
    make_booking(make_consultation_type(priya), starts_at=ELEVEN, email="amara@example.com")
    booking = make_booking(make_consultation_type(tomos), email="amara@example.com")
    with pytest.raises(AlreadyBooked):
        move(booking, ELEVEN)


def test_moved_request_stays_a_request_that_is_answered_before_it_starts():
    booking = make_booking(make_consultation_type(needs_approval=True, answer_within=timedelta(days=1)))
    moved = move(booking, NOW + timedelta(hours=2))
    assert (moved.status, moved.respond_by) == (BookingStatus.REQUESTED, NOW + timedelta(hours=2))


# Cancelling


def test_cancelled_booking_gives_its_time_back_and_keeps_its_row_and_reason():
    booking = make_booking()
    cancel_booking(booking.pk, reason="Away that week", now=NOW)
    booking.refresh_from_db()
    assert (booking.status, booking.claim.released_at) == (BookingStatus.CANCELLED_BY_CLIENT, NOW)
    assert (booking.events.get(kind="cancelled").reason, booking.calendar_sequence) == ("Away that week", 1)
    assert mails(booking) == [("booked", EmailState.OBSOLETE), ("cancelled", EmailState.OWED)]
    assert make_booking(booking.consultation_type).starts_at == TUESDAY_TEN


def test_booking_cancelled_by_the_team_says_who_did_it():
    user = get_user_model().objects.create_user("priya")
    booking = cancel_booking(make_booking().pk, by=user, now=NOW)
    assert (booking.status, booking.events.get(kind="cancelled").actor) == (BookingStatus.CANCELLED_BY_TEAM, user)


def test_booking_cancelled_twice_is_cancelled_once():
    booking = make_booking()
    for _ in range(2):
        cancel_booking(booking.pk, now=NOW)
    assert [email.kind for email in booking.emails.order_by("pk")] == ["booked", "cancelled"]


@pytest.mark.parametrize("change", [cancel_booking, lambda pk, now: move(Booking.objects.get(pk=pk), ELEVEN, now=now)])
def test_client_inside_the_cut_off_is_too_late(change):
    booking = make_booking(make_consultation_type(cancellation_cutoff=timedelta(hours=24)))
    change(booking.pk, now=TUESDAY_TEN - timedelta(hours=24))
    booking = make_booking(booking.consultation_type, starts_at=TUESDAY_TEN + 4 * HALF_HOUR)
    with pytest.raises(TooLate):
        change(booking.pk, now=booking.starts_at - timedelta(hours=24) + timedelta(seconds=1))


def test_team_inside_the_cut_off_is_in_time():
    booking = make_booking()
    user = get_user_model().objects.create_user("priya")
    assert cancel_booking(booking.pk, by=user, now=TUESDAY_TEN - timedelta(minutes=1)).is_cancelled


@pytest.mark.parametrize("now", [TUESDAY_TEN, TUESDAY_TEN + timedelta(days=1)])
def test_booking_that_has_begun_is_neither_moved_nor_cancelled(now):
    booking = make_booking()
    with pytest.raises(NotActive):
        cancel_booking(booking.pk, now=now)
    with pytest.raises(NotActive):
        move(booking, ELEVEN, now=now)


def test_cancelled_or_declined_booking_is_not_moved():
    cancelled = make_booking()
    cancel_booking(cancelled.pk, now=NOW)
    declined = make_booking(make_consultation_type(needs_approval=True))
    decline_request(declined.pk, by=None, now=NOW)
    for booking in (cancelled, declined):
        with pytest.raises(NotActive):
            move(booking, ELEVEN)


# Correcting


def test_corrected_details_are_confirmed_in_a_new_mail():
    booking = make_booking()
    correct_details(booking.pk, Details("Amara W. Whitfield", "phone", "+442079460018"), now=NOW)
    booking.refresh_from_db()
    assert (booking.client_name, booking.channel, booking.phone) == ("Amara W. Whitfield", "phone", "+442079460018")
    assert mails(booking) == [("booked", EmailState.OBSOLETE), ("booked", EmailState.OWED)]


def test_same_details_again_send_nothing():
    booking = make_booking()
    correct_details(booking.pk, Details(booking.client_name, booking.channel), now=NOW)
    assert mails(booking) == [("booked", EmailState.OWED)]


def test_new_address_counts_when_it_is_proven_and_the_old_one_is_told():
    booking = make_booking(email="amara@example.com")
    old_token = token_of(booking)
    ask_for_address(booking.pk, "amara@example.org", now=NOW)
    booking.refresh_from_db()
    assert (booking.client_email, booking.pending_email) == ("amara@example.com", "amara@example.org")
    prove_address(booking.pk, now=NOW)
    booking.refresh_from_db()
    assert (booking.client_email, booking.pending_email) == ("amara@example.org", "")
    assert [(email.kind, email.to) for email in booking.emails.exclude(state=EmailState.OBSOLETE).order_by("pk")] == [
        ("address_check", "amara@example.org"),
        ("booked", "amara@example.org"),
        ("address_changed", "amara@example.com"),
    ]
    assert row_of(old_token, Booking.objects.all()) is None


def test_new_address_of_a_client_with_a_booking_is_refused_by_mail_only():
    consultation_type = make_consultation_type()
    other = make_booking(consultation_type, starts_at=ELEVEN, email="ben@example.com")
    booking = make_booking(consultation_type)
    ask_for_address(booking.pk, "ben@example.com", now=NOW)
    with pytest.raises(AlreadyBooked):
        prove_address(booking.pk, now=NOW)
    assert [email.kind for email in other.emails.order_by("pk")] == ["booked", "already_booked"]


def test_confirmation_is_sent_again_once_a_day():
    booking = make_booking()
    for _ in range(3):
        resend_confirmation(booking.pk, now=NOW)
    assert mails(booking) == [("booked", EmailState.OWED)] * 2


# Many at once


def race(*acts):
    """Call every act at the same moment, each in a thread of its own; return the outcomes in their order."""
    barrier, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(n):
        barrier.wait()
        try:
            outcomes[n] = acts[n]()
        except Exception as error:  # whatever it was, the assertion names it
            outcomes[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[n]) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_clients_who_would_swap_their_times_both_keep_what_they_have():
    priya, tomos = make_nutritionist(), make_nutritionist()
    consultation_type = make_consultation_type(priya, tomos)
    first = make_booking(consultation_type, nutritionist=priya.slug)
    second = make_booking(consultation_type, starts_at=ELEVEN, nutritionist=tomos.slug)
    for _ in range(10):
        outcomes = race(
            lambda: move(first, ELEVEN, nutritionist=tomos.slug),
            lambda: move(second, TUESDAY_TEN, nutritionist=priya.slug),
        )
        assert [type(outcome) for outcome in outcomes] == [SlotUnavailable, SlotUnavailable]
    assert sorted(SlotClaim.objects.live().values_list("starts_at", flat=True)) == [TUESDAY_TEN, ELEVEN]


@pytest.mark.django_db(transaction=True)
def test_clients_who_move_past_each_other_are_all_moved_without_a_deadlock():
    people = [make_nutritionist(), make_nutritionist()]
    consultation_type = make_consultation_type(*people)
    bookings = [make_booking(consultation_type, nutritionist=one.slug) for one in people]
    for n in range(10):
        at = ELEVEN + n * HALF_HOUR
        outcomes = race(
            lambda at=at, n=n: move(bookings[0], at, nutritionist=people[(n + 1) % 2].slug),
            lambda at=at, n=n: move(bookings[1], at, nutritionist=people[n % 2].slug),
        )
        assert [type(outcome) for outcome in outcomes] == [Booking, Booking]


@pytest.mark.django_db(transaction=True)
def test_move_against_cancel_ends_in_one_of_them_and_strands_nothing():
    consultation_type = make_consultation_type()
    for n in range(10):
        booking = make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=n))
        race(
            lambda booking=booking: move(booking, booking.starts_at + HALF_HOUR),
            lambda booking=booking: cancel_booking(booking.pk, now=NOW),
        )
        booking.refresh_from_db()
        assert (booking.is_cancelled, booking.claim.released_at) == (True, NOW)
    assert not SlotClaim.objects.live().exists()
