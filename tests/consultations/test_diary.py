from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from consultations.diary import read_page, short_name
from consultations.models import Nutritionist, TimeOff
from consultations.services.booking import Slot
from consultations.services.changes import cancel_booking, move_booking
from consultations.services.requests import decline_request
from tests.factories import NOW, make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

MONDAY = date(2027, 1, 4)
DIARY = "/admin/consultations/booking/diary/"


def entries_of(page):
    """Return (day, half hour, name, state) of every entry, in reading order."""
    return [
        (page.days[n].isoformat(), row.label, entry.name, entry.state)
        for row in page.rows
        for n, cell in enumerate(row.cells)
        for entry in cell.entries
    ]


def at(day, hour, minute=0):
    return datetime(2027, 1, day, hour, minute, tzinfo=UTC)


def test_week_shows_bookings_on_their_days_with_their_state():
    nutritionist = make_nutritionist(weekdays=range(5))
    consultation_type = make_consultation_type(nutritionist)
    make_booking(consultation_type, starts_at=at(5, 10), name="Amara Whitfield")
    moved = make_booking(consultation_type, starts_at=at(6, 9), name="Sol Iyer")
    move_booking(moved.pk, Slot(consultation_type, at(6, 11)), now=NOW)
    cancelled = make_booking(consultation_type, starts_at=at(7, 9), name="Petra Novak")
    cancel_booking(cancelled.pk, now=NOW)
    page = read_page([nutritionist], MONDAY, 7, now=NOW)
    assert entries_of(page) == [
        ("2027-01-07", "09:00", "P. Novak", "cancelled"),
        ("2027-01-05", "10:00", "A. Whitfield", "booked"),
        ("2027-01-06", "11:00", "S. Iyer", "moved"),
    ]
    assert page.counts == {"booked": 1, "moved": 1, "cancelled": 1}


def test_declined_request_is_not_called_cancelled():
    nutritionist = make_nutritionist()
    asked = make_booking(
        make_consultation_type(nutritionist, needs_approval=True), starts_at=at(5, 10), name="Fred Marsh"
    )
    decline_request(asked.pk, by=None, now=NOW)
    page = read_page([nutritionist], MONDAY, 7, now=NOW)
    assert entries_of(page) == [("2027-01-05", "10:00", "F. Marsh", "declined")]


def test_week_without_weekend_work_has_five_days_and_greys_what_is_closed():
    nutritionist = make_nutritionist(weekdays=range(5), hours=[(time(9), time(12))])
    TimeOff.objects.create(nutritionist=nutritionist, starts_at=at(5, 10), ends_at=at(5, 11))
    page = read_page([nutritionist], MONDAY, 7, now=NOW)
    assert len(page.days) == 5
    assert [row.label for row in page.rows] == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert [row.cells[1].is_off for row in page.rows] == [False, False, True, True, False, False]
    assert not any(row.cells[0].is_off for row in page.rows)


def test_week_with_a_booking_on_saturday_shows_the_saturday():
    nutritionist = make_nutritionist()
    booking = make_booking(make_consultation_type(nutritionist), starts_at=at(9, 10))
    nutritionist.availability_rules.filter(weekday__gte=5).delete()
    page = read_page([nutritionist], MONDAY, 7, now=NOW)
    assert page.days[-1] == booking.starts_at.date()


def test_day_of_the_spring_change_places_a_berlin_morning_in_london_time():
    nutritionist = make_nutritionist(time_zone="Europe/Berlin", hours=[(time(9), time(10))])
    [winter, summer] = (read_page([nutritionist], day, 1, now=NOW) for day in (date(2027, 3, 27), date(2027, 3, 28)))
    assert [row.label for row in winter.rows] == ["08:00", "08:30"]
    assert [row.label for row in summer.rows] == ["08:00", "08:30"]


def test_booking_off_the_half_hour_says_its_time():
    consultation_type = make_consultation_type(make_nutritionist(), step=timedelta(minutes=15))
    make_booking(consultation_type, starts_at=at(5, 10, 15))
    page = read_page(Nutritionist.objects.all(), MONDAY, 7, now=NOW)
    [entry] = [entry for row in page.rows for cell in row.cells for entry in cell.entries]
    assert entry.at == "10:15"


@pytest.mark.parametrize(
    ("name", "short"), [("Amara Whitfield", "A. Whitfield"), ("Ana de la Cruz", "A. Cruz"), ("Cher", "Cher")]
)
def test_short_name_keeps_an_initial_and_the_last_word(name, short):
    assert short_name(name) == short


def test_diary_of_one_nutritionist_leaves_out_the_others(admin_client):
    one, other = make_nutritionist(slug="one"), make_nutritionist(slug="other")
    make_booking(make_consultation_type(one), name="Amara Whitfield")
    make_booking(make_consultation_type(other), name="Petra Novak")
    words = text_of(admin_client.get(DIARY, {"week": "2027-01-06", "with": "one"}))
    assert "Week of 4 January 2027" in words
    assert "A. Whitfield" in words
    assert "P. Novak" not in words


def test_diary_leads_to_the_booking(admin_client):
    booking = make_booking()
    page = parse(admin_client.get(DIARY, {"day": "2027-01-05"}))
    links = {link.get("href") for link in page.iter("a")}
    assert f"/admin/consultations/booking/{booking.pk}/change/" in links


def test_diary_names_what_closes_a_day(admin_client):
    priya, tomos = make_nutritionist(name="Priya Raman", slug="priya"), make_nutritionist(name="Tomos Bevan")
    TimeOff.objects.create(starts_at=at(4, 0), ends_at=at(5, 0), reason="Team day")
    TimeOff.objects.create(nutritionist=priya, starts_at=at(5, 10), ends_at=at(5, 12), reason="Dentist")
    TimeOff.objects.create(nutritionist=tomos, starts_at=at(6, 0), ends_at=at(8, 0))
    TimeOff.objects.create(starts_at=at(7, 0), ends_at=at(8, 0), reason="Worked after all", applies=False)

    def named(**query):
        page = parse(admin_client.get(DIARY, {"week": "2027-01-04", **query}))
        heads = page.findall(".//table[@class='diary']/thead/tr/th")
        return [[span.text.strip() for span in head.findall("span")] for head in heads]

    tomos_is_off = ["Tomos Bevan: time off"]
    assert named() == [["Team day"], ["Priya Raman: Dentist, 10:00 to 12:00"], tomos_is_off, tomos_is_off, [], [], []]
    assert named(**{"with": "priya"}) == [["Team day"], ["Priya Raman: Dentist, 10:00 to 12:00"], *[[]] * 5]


@pytest.mark.parametrize(
    "query", [{"week": "yesterday"}, {"day": "9999-12-31"}, {"day": "0001-01-01"}, {"with": "nobody"}]
)
def test_diary_of_nonsense_is_not_found(admin_client, query):
    assert admin_client.get(DIARY).status_code == 200
    assert admin_client.get(DIARY, query).status_code == 404


def test_diary_is_closed_to_staff_who_may_not_see_bookings(client):
    user = get_user_model().objects.create_user("editor", is_staff=True)
    client.force_login(user)
    assert client.get(DIARY).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_booking"))
    assert client.get(DIARY).status_code == 200


@pytest.mark.parametrize("count", [1, 6])
def test_diary_takes_the_same_queries_however_many_bookings(client, count, django_assert_num_queries):
    user = get_user_model().objects.create_user("nell", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_booking"))
    client.force_login(user)
    for n in range(count):
        make_booking(make_consultation_type(make_nutritionist()), starts_at=at(5, 9 + n))
    with django_assert_num_queries(8):
        client.get(DIARY, {"week": "2027-01-04"})
