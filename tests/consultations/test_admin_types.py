from datetime import timedelta

import pytest

from consultations.models import ConsultationType
from tests.factories import make_consultation_type
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    return make_consultation_type()


def page_of(kind):
    return f"/admin/consultations/consultationtype/{kind.pk}/change/"


def typed(client, kind, **changes):
    """Return what the form of a type sends, with some of it changed."""
    form = client.get(page_of(kind)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    values = {name: "on" if value is True else value for name, value in values.items() if value is not False}
    values["nutritionists"] = [one.pk for one in kind.nutritionists.all()]
    return values | changes


def times_in(response):
    """Return what clients could book on each day of the example, in words."""
    return ["".join(cell.itertext()) for cell in parse(response).findall(".//div[@class='hours-free']//td")]


def test_page_of_a_type_shows_what_clients_could_book_by_what_is_saved(admin_client, kind):
    assert "9:00 to 16:30 every 30 minutes" in times_in(admin_client.get(page_of(kind)))[-1]


def test_trying_rules_out_shows_what_they_would_offer_and_saves_nothing(admin_client, kind):
    values = typed(admin_client, kind, step="1 hour", duration="60 min", _try="")
    response = admin_client.post(page_of(kind), values)
    assert times_in(response)[-1] == "09:00 to 16:00 every 60 minutes"
    assert "Nothing is saved yet." in text_of(response)
    assert "error" not in text_of(response)
    assert parse(response).find(".//input[@name='step']").get("value") == "1 hour"
    kind.refresh_from_db()
    assert kind.step == timedelta(minutes=30)


def test_new_type_is_tried_out_before_there_is_one(admin_client, kind):
    values = typed(admin_client, kind, slug="new", name="New", step="40 minutes", _try="")
    response = admin_client.post("/admin/consultations/consultationtype/add/", values)
    assert times_in(response)[-1] == "09:00 to 16:20 every 40 minutes"
    assert ConsultationType.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        *({"step": step} for step in ("soon", "00:00:01", "30", "30 minutes or so", "-30 minutes", "2 months")),
        {"nutritionists": []},
        {"minimum_notice": "999999999 00:00:00"},
        {"minimum_notice": "999999 weeks"},
    ],
)
def test_rules_that_cannot_be_are_refused_when_tried_out(admin_client, kind, wrong):
    response = admin_client.post(page_of(kind), typed(admin_client, kind, _try="", **wrong))
    assert times_in(response) == []
    assert "correct the error" in text_of(response)


def test_inactive_type_offers_nothing(admin_client, kind):
    values = typed(admin_client, kind, _try="")
    del values["is_active"]
    assert "Nothing: the type is not active." in text_of(admin_client.post(page_of(kind), values))


def test_example_keeps_to_the_notice(admin_client, kind):
    values = typed(admin_client, kind, minimum_notice="2 days", _try="")
    first, second, *_ = times_in(admin_client.post(page_of(kind), values))
    assert (first, second) == ("none", "none")


@pytest.mark.parametrize(
    ("typed_in", "length"),
    [
        ("45 minutes", timedelta(minutes=45)),
        ("1 hour 30 minutes", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("1 Hour and 15 min", timedelta(minutes=75)),
        ("00:30:00", timedelta(minutes=30)),
    ],
)
def test_lengths_are_written_as_people_write_them(admin_client, kind, typed_in, length):
    response = admin_client.post(page_of(kind), typed(admin_client, kind, duration=typed_in))
    assert response.status_code == 302
    kind.refresh_from_db()
    assert kind.duration == length


def test_lengths_are_shown_in_words_and_saved_as_they_were(admin_client, kind):
    ConsultationType.objects.update(answer_within=timedelta(days=1, hours=1), buffer=timedelta(0))
    values = typed(admin_client, kind)
    page = parse(admin_client.get(page_of(kind)))
    shown = {name: page.find(f".//input[@name='{name}']").get("value") for name in ("answer_within", "buffer")}
    assert shown == {"answer_within": "1 day 1 hour", "buffer": "0 minutes"}
    admin_client.post(page_of(kind), {**values, **shown})
    kind.refresh_from_db()
    assert (kind.answer_within, kind.buffer) == (timedelta(hours=25), timedelta(0))
    assert "30 minutes" in text_of(admin_client.get("/admin/consultations/consultationtype/"))
