import csv
import io
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth import get_user_model

from articles.models import ViewCount
from consultations.models import BookingStatus, StartCount
from consultations.reports import (
    bookings_by_week,
    lead_time,
    mail,
    outcomes,
    sources,
    utilisation,
    waiting_list,
    within,
)
from consultations.services.booking import Visit
from consultations.services.changes import cancel_booking
from consultations.services.outcomes import record_outcome
from consultations.slots import DAY
from tests.articles.factories import make_live_article
from tests.factories import NOW, make_booking, make_consultation_type, make_nutritionist
from tests.pages import text_of

pytestmark = pytest.mark.django_db

REPORTS = "/admin/consultations/booking/reports/"
WEEK = within(date(2027, 1, 4), date(2027, 1, 10))
JANUARY = within(date(2027, 1, 1), date(2027, 1, 31))


def at(day, hour=10):
    return datetime(2027, 1, day, hour, tzinfo=UTC)


@pytest.fixture
def consultation_type():
    return make_consultation_type(make_nutritionist(name="Priya Raman", hours=[(time(9), time(13))], weekdays=range(5)))


def test_bookings_by_week_counts_by_the_week_of_the_consultation(consultation_type):
    make_booking(consultation_type, starts_at=at(5))
    make_booking(consultation_type, starts_at=at(8))
    cancel_booking(make_booking(consultation_type, starts_at=at(12)).pk, now=NOW)
    assert bookings_by_week(JANUARY).rows == [("4 Jan 2027", 2, 0), ("11 Jan 2027", 0, 1)]
    assert bookings_by_week(WEEK).rows == [("4 Jan 2027", 2, 0)]


def test_lead_time_sorts_by_how_far_ahead_clients_booked(consultation_type):
    make_booking(consultation_type, starts_at=at(4, 10))
    make_booking(consultation_type, starts_at=at(6))
    make_booking(consultation_type, starts_at=at(29))
    counts = [("within a day", 1), ("1 to 3 days", 1), ("3 to 7 days", 0), ("7 to 14 days", 0), ("later", 1)]
    assert lead_time(JANUARY).rows == counts


def test_utilisation_is_booked_time_of_working_time(consultation_type):
    for hour in (9, 10):
        make_booking(consultation_type, starts_at=at(5, hour))
    cancel_booking(make_booking(consultation_type, starts_at=at(6)).pk, now=NOW)
    assert utilisation(WEEK).rows == [("Priya Raman", 5, 1.0, 20.0)]


def test_outcomes_give_counts_and_shares(consultation_type):
    for hour, outcome in ((9, BookingStatus.COMPLETED), (10, BookingStatus.COMPLETED), (11, BookingStatus.NO_SHOW)):
        booking = make_booking(consultation_type, starts_at=at(5, hour))
        record_outcome(booking.pk, outcome, by=None, now=booking.ends_at)
    cancel_booking(make_booking(consultation_type, starts_at=at(6)).pk, now=NOW)
    rows = {row[0]: row[1:] for row in outcomes(WEEK).rows}
    assert (rows["Completed"], rows["No-show"]) == ((2, "50 %"), (1, "25 %"))
    assert rows["Cancelled by the client"] == (1, "25 %")


def test_sources_follow_an_article_from_views_to_consultations(consultation_type):
    oats, mucus = make_live_article(slug="oats", title="Oats"), make_live_article(slug="mucus", title="Mucus")
    ViewCount.objects.add({("oats", WEEK.start.date()): 150, ("oats", WEEK.end.date() - DAY): 50})
    ViewCount.objects.add({("oats", WEEK.end.date()): 999, ("mucus", WEEK.start.date()): 7})
    StartCount.objects.add({("oats", WEEK.start.date()): 8, ("oats", WEEK.start.date() - DAY): 999})
    booking = make_booking(consultation_type, starts_at=at(5), visit=Visit(article=oats))
    record_outcome(booking.pk, BookingStatus.COMPLETED, by=None, now=booking.ends_at)
    make_booking(consultation_type, starts_at=at(26), visit=Visit(article=oats))
    make_booking(consultation_type, starts_at=at(7))
    make_booking(consultation_type, starts_at=at(8), visit=Visit(article=mucus), now=NOW - timedelta(days=3))
    table = sources(WEEK)
    assert table.rows == [
        ("Oats", 200, 8, 2, 1, 4.0, 25.0, 50.0),
        ("Mucus", 7, 0, 0, 0, 0.0, "", ""),
        ("No article", "", "", 1, 0, "", "", 0.0),
    ]
    assert [(bar["name"], bar["value"]) for bar in table.bars] == [("Oats", "2"), ("Mucus", "0"), ("No article", "1")]


def test_mail_and_waiting_list_count_by_state(consultation_type):
    make_booking(consultation_type, starts_at=at(5))
    assert dict(mail(WEEK).rows)["Owed"] == 1
    assert waiting_list(WEEK).rows[-1] == ("Times offered", 0)


def test_page_draws_every_report_and_keeps_the_range_in_its_address(admin_client, consultation_type):
    make_booking(consultation_type, starts_at=at(5))
    response = admin_client.get(REPORTS, {"since": "2027-01-01", "until": "2027-01-31"})
    assert "Bookings by week 4 Jan 20271 Show as a tableWeek ofBookedCancelled4 Jan 202710" in text_of(response)
    assert "bookings.csv?since=2027-01-01&amp;until=2027-01-31" in response.text


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2027-02-01", "until": "2027-01-01"},
        {"since": "yesterday"},
        {"since": "0001-01-01", "until": "0001-01-02"},
        {"since": "9999-12-31", "until": "9999-12-31"},
        {"since": "2000-01-01", "until": "2027-01-01"},
    ],
)
def test_range_that_makes_no_sense_is_refused_with_words(admin_client, query):
    response = admin_client.get(REPORTS, query)
    assert response.status_code == 422
    assert 'class="errorlist"' in response.text
    assert admin_client.get(f"{REPORTS}bookings.csv", query).status_code == 404


def test_csv_holds_the_table_and_no_formula(admin_client, consultation_type):
    article = make_live_article(slug="oats", title="=HYPERLINK(1)")
    make_booking(consultation_type, starts_at=at(5), visit=Visit(article=article))
    response = admin_client.get(f"{REPORTS}sources.csv", {"since": "2027-01-01", "until": "2027-01-31"})
    columns, *rows = csv.reader(io.StringIO(response.text))
    assert columns[:5] == ["Article", "Views", "Starts", "Booked", "Attended"]
    assert rows == [["'=HYPERLINK(1)", "0", "0", "1", "0", "", "", "0.0"]]


def test_reports_are_closed_to_staff_who_may_not_see_bookings(client):
    client.force_login(get_user_model().objects.create_user("editor", is_staff=True))
    assert client.get(REPORTS).status_code == 403
    assert client.get(f"{REPORTS}bookings.csv").status_code == 403


@pytest.mark.parametrize("count", [1, 5])
def test_reports_take_the_same_queries_however_many_bookings(
    admin_client, consultation_type, count, django_assert_num_queries
):
    for n in range(count):
        visit = Visit(article=make_live_article())
        make_booking(consultation_type, starts_at=at(5) + n * timedelta(minutes=30), visit=visit)
    with django_assert_num_queries(16):
        admin_client.get(REPORTS, {"since": "2027-01-01", "until": "2027-01-31"})
