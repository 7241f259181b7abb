from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from articles.feedback import give_feedback
from articles.models import Feedback
from consultations import retention as schedule
from consultations.models import Booking, EmailState, OutgoingEmail, RetentionRun, SlotClaim, WaitlistEntry
from consultations.services import retention
from tests.articles.factories import make_live_article
from tests.consultations.test_waitlist import wait
from tests.factories import NOW, make_booking, make_consultation_type, make_hold

pytestmark = pytest.mark.django_db

STEPS = {step.name: step for step in retention.STEPS}


def run(name, now):
    return retention.run(STEPS[name], now=now)


def test_every_kind_of_data_of_the_schedule_has_a_step_and_every_step_is_in_it():
    assert [step.name for step in retention.STEPS] == [one.name for one in schedule.kept(90)]


def test_contact_details_go_a_year_after_the_consultation_and_the_booking_stays():
    booking = make_booking(name="Amara Whitfield", notes="A question")
    end = booking.ends_at + schedule.CONTACT_LASTS
    assert run("contact details", end - timedelta(seconds=1)) == 0
    assert run("contact details", end) == 1
    assert run("contact details", end) == 0
    booking.refresh_from_db()
    assert (booking.client_name, booking.notes, booking.status) == ("Erased", "", "confirmed")
    assert booking.client_email == f"erased-{booking.pk}@erased.invalid"


def test_mail_goes_after_thirty_days_unless_it_is_still_owed():
    sent, owed = make_booking().emails.get(), make_booking().emails.get()
    OutgoingEmail.objects.filter(pk=sent.pk).update(state=EmailState.SENT, sent_at=NOW)
    assert run("outgoing mail", NOW + schedule.MAIL_LASTS) == 1
    assert OutgoingEmail.objects.get() == owed


def test_holds_go_after_a_day_and_bookings_keep_their_claims():
    consultation_type = make_consultation_type()
    make_hold(consultation_type)
    booking = make_booking(make_consultation_type())
    assert run("holds", NOW + timedelta(days=1, minutes=10)) == 1
    assert SlotClaim.objects.get() == booking.claim


def test_places_on_the_list_are_made_anonymous_after_half_a_year():
    entry = wait(make_consultation_type())
    assert run("waiting list", NOW + schedule.WAITING_LASTS) == 1
    entry.refresh_from_db()
    assert (entry.client_name, entry.state) == ("Erased", "left")
    assert not entry.emails.exists()


def test_words_of_readers_go_after_a_year_and_what_they_thought_stays():
    article = make_live_article()
    for days in (0, 100):
        give_feedback(article, was_useful=False, words="Too long.", client_hash="", now=NOW + timedelta(days=days))
    assert run("words about articles", NOW + schedule.WORDS_LAST) == 1
    assert list(Feedback.objects.values_list("was_useful", "words")) == [(False, "Too long."), (False, "")]


def test_command_says_what_it_cleared_and_keeps_a_record():
    make_hold()
    SlotClaim.objects.update(expires_at=timezone.now() - timedelta(days=2))
    out = StringIO()
    call_command("retain", dry_run=True, stdout=out)
    assert out.getvalue().splitlines()[0] == "holds: 1 due"
    assert (SlotClaim.objects.count(), RetentionRun.objects.count()) == (1, 0)
    out = StringIO()
    call_command("retain", stdout=out)
    assert out.getvalue().splitlines()[0] == "holds: 1"
    assert RetentionRun.objects.get(what="holds").count == 1
    assert SlotClaim.objects.count() == 0


def test_more_rows_than_a_batch_holds_are_all_cleared(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    consultation_type = make_consultation_type()
    for n in range(5):
        make_booking(consultation_type, starts_at=NOW.replace(hour=10) + timedelta(days=n + 1))
    seen = []
    cleared = retention.run(STEPS["contact details"], now=NOW + timedelta(days=500), progress=seen.append)
    assert (cleared, seen) == (5, [2, 2, 1])
    assert not Booking.objects.filter(redacted_at=None).exists()
    assert not WaitlistEntry.objects.exists()
