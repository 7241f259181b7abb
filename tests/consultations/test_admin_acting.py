from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.utils import timezone

from consultations.models import Booking, BookingStatus, EmailState, FollowUp
from consultations.services.changes import cancel_booking
from tests.articles.factories import make_live_article
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking():
    """A booking in the future of the real clock."""
    return make_booking()


@pytest.fixture
def over(booking):
    """The same, when its time has come."""
    Booking.objects.filter(pk=booking.pk).update(created_at=timezone.now() - timedelta(days=9))
    started = timezone.now() - timedelta(hours=1)
    booking.claim.__class__.objects.filter(pk=booking.claim_id).update(
        starts_at=started, blocked_until=started + timedelta(minutes=30)
    )
    Booking.objects.filter(pk=booking.pk).update(starts_at=started, ends_at=started + timedelta(minutes=30))
    booking.refresh_from_db()
    return booking


def page(booking, name=""):
    return f"/admin/consultations/booking/{booking.pk}/{name}"


def act(client, url, fields=None, **kwargs):
    """Open a page, then send its form as a browser would: with what the page itself put there."""
    seen = {one.get("name"): one.get("value") for one in parse(client.get(url)).iter("input")}.get("seen")
    return client.post(url, {"seen": seen, **(fields or {})}, **kwargs)


def send_unasked(client, booking, name, fields):
    """Send what the form of an act would, whether or not there is one."""
    booking.refresh_from_db()
    seen = f"{booking.status}.{booking.calendar_sequence}.{booking.events.count()}"
    return client.post(page(booking, name), {"seen": seen, **fields}, follow=True)


def test_team_cancels_with_a_reason_that_the_client_is_told(admin_client, booking):
    assert "Cancel the booking" in text_of(admin_client.get(page(booking, "change/")))
    response = act(admin_client, page(booking, "cancel/"), {"reason": "Priya is ill."}, follow=True)
    assert "is cancelled; the client is told by email" in response.text
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED_BY_TEAM
    assert booking.emails.get(state=EmailState.OWED).kind == "cancelled"
    assert "Priya is ill." in text_of(admin_client.get(page(booking, "change/")))


def test_cancelling_without_a_reason_is_asked_for_one(admin_client, booking):
    response = act(admin_client, page(booking, "cancel/"), {"reason": ""})
    assert response.status_code == 422
    assert "the client is owed a reason" in response.text
    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_team_records_what_came_of_it_with_notes_and_articles(admin_client, over):
    article = make_live_article(slug="oats")
    assert "Record the outcome" in text_of(admin_client.get(page(over, "change/")))
    fields = {"outcome": "completed", "notes": "Try oats.", "articles": [article.pk]}
    response = act(admin_client, page(over, "outcome/"), fields, follow=True)
    assert "is recorded" in response.text
    over.refresh_from_db()
    assert (over.status, over.follow_up.notes) == (BookingStatus.COMPLETED, "Try oats.")
    assert list(over.follow_up.articles.all()) == [article]


def test_outcome_is_not_recorded_before_the_start(admin_client, booking):
    assert "Record the outcome" not in text_of(admin_client.get(page(booking, "change/")))
    shown = admin_client.get(page(booking, "outcome/"), follow=True)
    assert "Record the outcome: The booking does not stand so that this can be done." in text_of(shown)
    assert shown.redirect_chain == [(page(booking, "change/"), 302)]
    response = send_unasked(admin_client, booking, "outcome/", {"outcome": "completed"})
    assert "Nothing was changed" in response.text
    assert Booking.objects.get().status == BookingStatus.CONFIRMED


@pytest.mark.parametrize("name", ["cancel/", "outcome/"])
def test_staff_who_may_only_look_may_do_neither(client, booking, name):
    client.force_login(get_user_model().objects.create_user("temp", is_staff=True))
    assert client.get(page(booking, name)).status_code == 403
    assert client.post(page(booking, name), {"reason": "x", "outcome": "completed"}).status_code == 403
    assert Booking.objects.get().status == BookingStatus.CONFIRMED


@pytest.mark.parametrize(("answer", "status"), [("accept", "confirmed"), ("decline", "declined")])
def test_request_is_answered_on_its_own_page(admin_client, answer, status):
    booking = make_booking(make_consultation_type(needs_approval=True))
    words = text_of(admin_client.get(page(booking, "change/")))
    assert "Accept the request" in words
    assert "Cancel the booking" not in words
    assert admin_client.get(page(booking, f"{answer}/")).status_code == 200
    assert Booking.objects.get().status == BookingStatus.REQUESTED
    response = act(admin_client, page(booking, f"{answer}/"), follow=True)
    assert f"is {status.replace('confirmed', 'accepted')}" in response.text
    assert "Nothing was changed" in send_unasked(admin_client, booking, f"{answer}/", {}).text
    assert Booking.objects.get().status == status


def test_request_is_declined_not_cancelled(admin_client):
    booking = make_booking(make_consultation_type(needs_approval=True))
    response = send_unasked(admin_client, booking, "cancel/", {"reason": "Too much to do."})
    assert "Nothing was changed" in response.text
    assert Booking.objects.get().status == BookingStatus.REQUESTED


def test_outcome_put_right_twice_says_that_the_notes_are_not_sent(admin_client, over):
    send = {"outcome": "completed", "notes": "Oats."}
    assert "Nothing was sent" not in act(admin_client, page(over, "outcome/"), send, follow=True).text
    over.emails.filter(kind="follow_up").update(state=EmailState.SENT, sent_at=timezone.now())
    act(admin_client, page(over, "outcome/"), {"outcome": "no_show"})
    response = act(admin_client, page(over, "outcome/"), {**send, "notes": "Beans."}, follow=True)
    assert "Nothing was sent: the client had our thanks before." in response.text
    assert FollowUp.objects.get().shared["notes"] == "Oats."


def test_outcome_recorded_twice_says_that_nothing_more_was_sent(admin_client, over):
    for told in ("is recorded", "nothing was changed or sent"):
        response = act(admin_client, page(over, "outcome/"), {"outcome": "completed", "notes": "More."}, follow=True)
        assert told in response.text


def test_team_sees_that_somebody_else_was_faster(admin_client, booking):
    url = page(booking, "cancel/")
    seen = {one.get("name"): one.get("value") for one in parse(admin_client.get(url)).iter("input")}["seen"]
    act(admin_client, url, {"reason": "Priya is ill."})
    response = admin_client.post(url, {"seen": seen, "reason": "Tomos is ill."}, follow=True)
    assert "has changed since you opened that page" in response.text
    assert booking.events.filter(kind="cancelled").count() == 1


def test_request_is_declined_with_a_reason(admin_client):
    booking = make_booking(make_consultation_type(needs_approval=True))
    act(admin_client, page(booking, "decline/"), {"reason": "Priya is away."})
    assert booking.events.get(kind="declined").reason == "Priya is away."


def test_outcomes_are_recorded_for_several_but_none_is_overwritten(admin_client, over):
    to_come = make_booking()
    url, ticked = "/admin/consultations/booking/", {"_selected_action": [over.pk, to_come.pk]}
    words = admin_client.post(url, {"action": "did_not_come", **ticked}, follow=True).text
    assert f"{over.reference} is recorded as a no-show" in words
    assert f"{to_come.reference} has not begun" in words
    words = admin_client.post(url, {"action": "took_place", **ticked}, follow=True).text
    assert f"{over.reference} has an outcome already" in words
    assert sorted(Booking.objects.values_list("status", flat=True)) == ["confirmed", "no_show"]


def cancel_several(client, bookings, **fields):
    """Choose the action in the list; given fields, send the page that asks why with them."""
    url = "/admin/consultations/booking/"
    chosen = {"action": "cancel_several", "_selected_action": [booking.pk for booking in bookings]}
    shown = client.post(url, chosen)
    if not fields:
        return shown
    seen = {one.get("name"): one.get("value") for one in parse(shown).iter("input")}.get("seen")
    return client.post(url, {**chosen, "cancel": "", "seen": seen, **fields}, follow=True)


@pytest.fixture
def to_come():
    consultation_type = make_consultation_type()
    return [make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(hours=n)) for n in range(2)]


def test_several_bookings_are_cancelled_for_one_reason(admin_client, over, to_come):
    shown = cancel_several(admin_client, [over, *to_come])
    assert "Amara Whitfield, Tuesday 5 January 2027, 11:00" in text_of(shown)
    assert f"{over.reference} has begun" in shown.text
    assert cancel_several(admin_client, to_come, reason="").status_code == 422
    assert not Booking.objects.filter(status=BookingStatus.CANCELLED_BY_TEAM).exists()
    words = cancel_several(admin_client, to_come, reason="Priya is ill.").text
    assert words.count("is cancelled; the client is told by email") == 2
    assert {booking.emails.get(kind="cancelled").state for booking in to_come} == {EmailState.OWED}
    assert to_come[0].events.get(kind="cancelled").reason == "Priya is ill."


def test_several_are_not_cancelled_when_one_has_changed_meanwhile(admin_client, to_come):
    shown = cancel_several(admin_client, to_come, reason="Priya is ill.", seen="as it was")
    assert "One of them has changed" in shown.text
    assert "Priya is ill." in text_of(shown)
    assert not Booking.objects.filter(status=BookingStatus.CANCELLED_BY_TEAM).exists()


def test_requests_and_what_is_cancelled_already_stay_as_they_are(admin_client):
    asked = make_booking(make_consultation_type(needs_approval=True))
    gone = make_booking()
    cancel_booking(gone.pk, now=NOW)
    words = admin_client.post(
        "/admin/consultations/booking/",
        {"action": "cancel_several", "_selected_action": [asked.pk, gone.pk]},
        follow=True,
    ).text
    assert words.count("it stays as it is") == 2
    assert not LogEntry.objects.exists()


def test_outcome_recorded_twice_is_in_the_log_once(admin_client, over):
    for _ in range(2):
        act(admin_client, page(over, "outcome/"), {"outcome": "completed"}, follow=True)
    assert LogEntry.objects.count() == 1


def test_what_is_typed_for_a_client_who_did_not_come_is_not_lost_unsaid(admin_client, over):
    response = act(admin_client, page(over, "outcome/"), {"outcome": "no_show", "notes": "Oats."})
    assert response.status_code == 422
    assert "Nothing is sent to a client who did not come" in text_of(response)
    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_outcome_that_is_put_right_begins_with_the_one_recorded(admin_client, over):
    act(admin_client, page(over, "outcome/"), {"outcome": "no_show"})
    [chosen] = [
        one for one in parse(admin_client.get(page(over, "outcome/"))).iter("input") if one.get("checked") is not None
    ]
    assert chosen.get("value") == "no_show"
