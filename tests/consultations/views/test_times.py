from datetime import time, timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultations import options, queries
from consultations.counting import STARTS
from consultations.models import (
    Booking,
    ClaimKind,
    NoTimeSuited,
    SlotClaim,
    StartCount,
    TimeOff,
)
from tests.articles.factories import make_live_article
from tests.consultations.views.flow import HOLD, TIMES, form_for, press, slot_buttons, tomorrow_on
from tests.factories import make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse, text_of
from tests.test_counting import PHONE

pytestmark = pytest.mark.django_db


def test_index_shows_people_soonest_times_and_where_to_turn_when_ill(client, consultation_type):
    page = client.get(reverse("consultations:index"))
    words = text_of(page)
    for expected in ("Priya Raman", "Registered Nutritionist", "NHS 111", "999", "your GP"):
        assert expected in words
    nutritionists = list(queries.nutritionists_of(consultation_type))
    soonest = queries.soonest_times(consultation_type, nutritionists, 1, now=timezone.now())[0]
    chip = parse(page).find(".//ul[@aria-labelledby='soonest']//a")
    assert f"{soonest.astimezone(options.wording.LONDON):%H:%M}" in "".join(chip.itertext())


def test_index_with_nothing_to_book_says_so(client):
    assert "not taking bookings" in text_of(client.get(reverse("consultations:index")))


def test_coming_from_an_article_is_one_start_however_many_days_are_looked_at(client, consultation_type):
    STARTS.write()  # what other tests have left over
    make_live_article(slug="oats")
    reader = {"user-agent": PHONE}
    here = {**reader, "referer": f"http://testserver{TIMES}?from=oats"}
    client.get(f"{TIMES}?from=oats", headers={**reader, "referer": "http://testserver/consultations/?from=oats"})
    client.get(f"{TIMES}?from=oats&start=2027-01-04", headers=here)
    client.get(f"{TIMES}?from=no-such-article", headers=reader)
    client.get(TIMES, headers=reader)
    client.get(f"{TIMES}?from=oats")  # a machine
    STARTS.write()
    assert list(StartCount.objects.values_list("article__slug", "on", "count")) == [("oats", timezone.localdate(), 1)]


def test_index_and_articles_set_no_cookie(client, consultation_type):
    assert client.get(reverse("consultations:index")).cookies == {}


def test_times_are_buttons_whose_name_says_day_time_and_zone(client, consultation_type):
    [button, *_] = [button for button in slot_buttons(client.get(TIMES)) if button.get("aria-label")]
    starts_at = options.read_slot(button.get("value"))[1]
    assert button.get("aria-label") == options.wording.full_label(starts_at)


@pytest.mark.parametrize(
    "query",
    [
        *("start=rubbish", "start=0001-01-01", "start=9999-12-31", "day=2027-02-30", "start=", "tz=Mars/Base"),
        *("tz=../../etc/passwd", "with=nobody", "from=%3Cscript%3E", "day=9999-12-31", f"tz={'x' * 5000}"),
    ],
)
def test_times_asked_for_the_impossible_show_dates_that_can_be_booked(client, consultation_type, query):
    page = client.get(f"{TIMES}?{query}")
    assert page.status_code == 200
    today = timezone.now().date()
    assert today - timedelta(days=7) < page.context["range_start"] <= today + consultation_type.booking_horizon


def test_times_of_a_day_without_any_name_the_next_day_that_has_some(client, consultation_type):
    day = options.monday_of(timezone.now().date()) + timedelta(days=8)
    midnight = options.to_utc(day, time(0), options.wording.LONDON)
    TimeOff.objects.create(nutritionist=None, starts_at=midnight, ends_at=midnight + timedelta(days=1))
    words = text_of(client.get(f"{TIMES}?day={day}"))
    assert f"No times on Tuesday {day.day}" in words
    assert f"The next day with free times is Wednesday {(day + timedelta(days=1)).day}" in words


def test_times_can_be_of_one_nutritionist(client, consultation_type):
    tomos = make_nutritionist(name="Tomos Bevan", slug="tomos-bevan", hours=((time(20), time(20, 30)),))
    consultation_type.nutritionists.add(tomos)
    day = timezone.now().date() + timedelta(days=9)
    page = client.get(f"{TIMES}?with=tomos-bevan&day={day}")
    starts = {options.read_slot(button.get("value")) for button in slot_buttons(page) if button.get("aria-label")}
    at_eight = options.to_utc(day, time(20), options.wording.LONDON)
    assert starts == {("free", at_eight, "tomos-bevan")}


def test_times_in_new_york_are_said_in_new_york_time(client, consultation_type):
    page = client.get(f"{TIMES}?tz=America/New_York&day={timezone.now().date() + timedelta(days=9)}")
    labels = [button.get("aria-label") for button in slot_buttons(page) if button.get("aria-label")]
    assert labels
    assert all("New York time (E" in label for label in labels)
    first = options.read_slot(slot_buttons(page)[-1].get("value"))[1]
    assert f"{first.astimezone(options.ZoneInfo('America/New_York')):%H:%M}" in labels[-1]


def test_times_of_an_unknown_type_are_not_found(client):
    assert client.get("/consultations/nothing/times/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_times_take_four_queries_however_many_nutritionists(client, count, django_assert_num_queries):
    consultation_type = make_consultation_type(*[make_nutritionist() for _ in range(count)])
    with django_assert_num_queries(4):
        client.get(reverse("consultations:times", args=[consultation_type.slug]))


def test_no_time_suited_is_counted_by_day_and_article_and_by_nothing_else(client, consultation_type):
    make_live_article(slug="oats")
    url = reverse("consultations:no-time-suited", args=["free"])
    for source in ("oats", "oats", "", "unknown"):
        assert client.post(url, {"from": source}).status_code == 302
    rows = NoTimeSuited.objects.order_by("count").values_list("article__slug", "count")
    assert sorted(rows, key=str) == [("oats", 2), (None, 2)]
    assert set(client.cookies) <= {"messages"}


def test_pressing_a_time_holds_it_and_leads_to_the_form(client, consultation_type):
    starts_at = tomorrow_on(consultation_type)
    response = press(client, consultation_type)
    [hold] = SlotClaim.objects.live()
    assert (hold.kind, hold.starts_at) == (ClaimKind.HOLD, starts_at)
    assert response["Location"] == f"/consultations/book/{hold.public_id}/"
    assert "is kept for you until" in text_of(client.get(response["Location"]))


def test_held_time_is_shown_as_yours_to_you_and_not_at_all_to_others(client, consultation_type):
    starts_at = tomorrow_on(consultation_type)
    press(client, consultation_type)
    day = options.wording.local(starts_at).date()
    mine, others = client.get(f"{TIMES}?day={day}"), Client().get(f"{TIMES}?day={day}")
    assert f"Held for you: {options.wording.full_label(starts_at)}" in text_of(mine)
    assert f"{options.wording.full_label(starts_at)}, held for you" in mine.text
    assert options.wording.full_label(starts_at) not in "".join(b.get("aria-label") or "" for b in slot_buttons(others))


def test_choosing_another_time_releases_the_first(client, consultation_type):
    first = tomorrow_on(consultation_type)
    press(client, consultation_type, first)
    press(client, consultation_type, first + timedelta(minutes=30))
    assert [hold.starts_at for hold in SlotClaim.objects.live()] == [first + timedelta(minutes=30)]


def test_time_taken_before_it_is_pressed_is_a_conflict_with_other_times(client, consultation_type):
    starts_at = tomorrow_on(consultation_type)
    make_booking(consultation_type, starts_at=starts_at, now=timezone.now())
    response = press(client, consultation_type, starts_at)
    page = parse(response)
    assert response.status_code == 409
    assert page.find(".//title").text.strip().startswith("Error: ")
    assert len(page.findall(".//div[@role='alert']//button")) == 6


@pytest.mark.parametrize(
    "value",
    [
        "",
        "rubbish",
        "free.20270105T1000Z.:forged",
        "a:b:c",
        "1",
        "free.99999999T9999Z.",
        "2027-01-05T10:00:00Z",
        "\x00",
    ],
)
def test_slot_value_that_is_not_ours_is_not_found(client, consultation_type, value):
    assert client.post(HOLD, {"slot": value}).status_code == 404
    assert SlotClaim.objects.count() == 0


def test_slot_signed_for_another_purpose_is_not_found(client, consultation_type):
    value = signing.Signer(salt="elsewhere").sign("free.20270105T1000Z.")
    assert client.post(HOLD, {"slot": value}).status_code == 404


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_holds_and_books_nothing(client, consultation_type, method):
    url, _ = form_for(client, consultation_type)
    before = SlotClaim.objects.count()
    for address in (TIMES, HOLD, url):
        getattr(client, method)(address)
    assert (SlotClaim.objects.count(), Booking.objects.count()) == (before, 0)


def test_many_holds_from_one_address_are_too_many(client, consultation_type, settings):
    settings.RATE_LIMIT_SCALE = 0.04  # three an hour
    settings.SECRET_KEY = "another-key-so-that-this-test-counts-from-nothing-0123456789"
    answers = [press(client, consultation_type).status_code for _ in range(5)]
    assert answers == [302, 302, 302, 429, 429]
