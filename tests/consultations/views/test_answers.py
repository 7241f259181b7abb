import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.utils import timezone

from consultations import consents
from consultations.links import manage_path
from consultations.models import IntakeAnswers, IntakeQuestion, QuestionnaireVersion
from consultations.services.changes import cancel_booking
from consultations.services.questionnaire import publish_questionnaire
from tests.consultations.intake import publish, publish_every_kind
from tests.consultations.views.flow import hidden_in, tomorrow_on
from tests.factories import make_booking
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
WORDS = "Bloating after meals"


@pytest.fixture
def booking(consultation_type):
    return make_booking(consultation_type, starts_at=tomorrow_on(consultation_type), now=timezone.now())


@pytest.fixture
def version():
    return publish_every_kind()


@pytest.fixture
def url(booking):
    return manage_path(booking) + "answers/"


@pytest.fixture
def send(client, url, version):
    """Fill in the form as the page shows it, the box ticked, and send it."""

    def send(*, client=client, consent="on", **answers):
        hidden = hidden_in(client.get(url))
        ticked = {"consent_health": consent} if consent else {}
        return client.post(url, {**hidden, **ticked, **answers})

    send.keys = [question.key for question in version.asked]
    return send


def fields(response):
    return {one.get("name"): one for one in parse(response).iter() if one.tag in ("input", "textarea")}


def checked(response, name):
    inputs = parse(response).findall(f".//input[@name='{name}']")
    return [one.get("value") for one in inputs if one.get("checked") is not None]


def stored(version):
    given = IntakeAnswers.objects.get()
    return [given.answers.get(question.key) for question in version.asked]


def test_form_asks_every_kind_of_question_requires_none_and_ticks_nothing(client, url, version):
    response = client.get(url)
    words = text_of(response)
    for question in version.asked:
        assert question.question in words
    assert consents.health(90).wording in words
    text, choice, yes_no = (question.key for question in version.asked)
    assert fields(response)[text].tag == "textarea"
    options = [one.get("value") for one in parse(response).findall(f".//input[@name='{choice}']")]
    assert options == ["Everything", "Vegan", ""]
    assert [checked(response, name) for name in (choice, yes_no, "consent_health")] == [[""], [""], []]
    assert not [one for one in fields(response).values() if one.get("required") is not None]


def test_page_is_kept_out_of_caches_and_search_engines(client, url, version):
    response = client.get(url)
    assert "no-store" in response["Cache-Control"]
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex")


def test_answers_are_given_shown_again_and_changed(client, url, booking, send, version):
    text, choice, yes_no = send.keys
    assert send(**{text: WORDS, choice: "Vegan", yes_no: "no"})["Location"] == url
    response = client.get(url)
    assert "Your answers are stored" in response.text
    assert fields(response)[text].text.strip() == WORDS
    assert [checked(response, name) for name in (choice, yes_no, "consent_health")] == [["Vegan"], ["no"], []]
    send(**{text: "", choice: "Vegan", yes_no: ""})
    assert stored(version) == [None, "Vegan", None]
    [consent] = booking.consents.filter(purpose="health")
    assert (consent.channel, consent.text.wording) == ("manage_link", consents.health(90).wording)


def test_get_and_head_give_nothing_and_withdraw_nothing(client, url, send):
    send(**{send.keys[0]: WORDS})
    for ask in (client.get, client.head):
        assert ask(url).status_code == 200
        assert ask(f"{url}withdraw/").status_code == 405
    assert IntakeAnswers.objects.count() == 1


def test_without_the_box_ticked_nothing_is_stored_and_what_was_typed_is_kept(send, booking):
    text, choice, yes_no = send.keys
    response = send(consent=None, **{text: WORDS, choice: "Vegan", yes_no: "yes"})
    assert response.status_code == 422
    assert "Tick the box to agree" in text_of(response)
    assert fields(response)[text].text.strip() == WORDS
    assert [checked(response, choice), checked(response, yes_no)] == [["Vegan"], ["yes"]]
    assert not IntakeAnswers.objects.exists()
    assert not booking.consents.filter(purpose="health").exists()


@pytest.mark.parametrize(
    ("question", "value", "words"),
    [
        (0, "x" * 1001, "must be 1000 characters or fewer"),
        (0, "a\x00b", "Leave out control characters"),
        (0, "a\x07b", "Leave out control characters"),
        (1, "Meat only", "choose one of the answers"),
        (2, "perhaps", "choose one of the answers"),
        (0, "", "Answer at least one question"),
        (0, "  \n ", "Answer at least one question"),
    ],
)
def test_bad_answers_are_refused_in_words_and_nothing_is_stored(send, question, value, words):
    response = send(**{send.keys[question]: value})
    assert response.status_code == 422
    assert words in response.text
    assert not IntakeAnswers.objects.exists()


def test_markup_in_answers_is_shown_as_typed_and_runs_nowhere(client, url, send):
    send(**{send.keys[0]: "<script>alert(1)</script></textarea>"})
    response = client.get(url)
    assert "<script>alert" not in response.text
    assert fields(response)[send.keys[0]].text.strip() == "<script>alert(1)</script></textarea>"


def test_withdrawal_is_one_press_and_leaves_the_booking(client, url, booking, send):
    send(**{send.keys[0]: WORDS})
    response = client.post(f"{url}withdraw/", follow=True)
    assert "Your answers are erased. Your booking stands as it was." in response.text
    assert WORDS not in response.text
    assert not IntakeAnswers.objects.exists()
    assert booking.consents.get(purpose="health").withdrawn_at is not None
    booking.refresh_from_db()
    assert booking.is_active
    assert client.post(f"{url}withdraw/").status_code == 302


def test_questions_published_meanwhile_do_not_change_what_was_answered(client, url, version):
    hidden = hidden_in(client.get(url))
    IntakeQuestion.objects.update(question="Something else entirely?")
    newest = publish_questionnaire(by=None, now=timezone.now())
    key = version.asked[0].key
    client.post(url, {**hidden, key: WORDS, "consent_health": "on"})
    assert IntakeAnswers.objects.get().version == version
    assert hidden_in(client.get(url))["version"] == str(newest.number)


def test_wording_changed_meanwhile_is_asked_about_again(client, url, version, settings):
    hidden = hidden_in(client.get(url))
    settings.ANSWERS_KEPT_DAYS = 30
    key = version.asked[0].key
    response = client.post(url, {**hidden, key: WORDS, "consent_health": "on"})
    assert response.status_code == 422
    assert "These words have changed since you opened the page" in text_of(response)
    assert checked(response, "consent_health") == []
    assert not IntakeAnswers.objects.exists()
    client.post(url, {**hidden_in(response), key: WORDS, "consent_health": "on"})
    assert stored(version)[0] == WORDS


@pytest.mark.parametrize("number", ["", "0", "99", "-1", "1e3", "²", "9" * 40, "<b>"])
def test_form_that_names_no_version_is_taken_for_the_newest(client, url, version, number):
    fields = {"version": number, "words": consents.health(90).sha256, "consent_health": "on"}
    client.post(url, {**fields, version.asked[0].key: WORDS})
    assert IntakeAnswers.objects.get().version == version


def test_nobody_without_the_link_gets_near_the_answers(client, url, send):
    send(**{send.keys[0]: WORDS})
    wrong = url.replace("/answers/", "-/answers/")
    assert Client().get(wrong).status_code == 404
    assert Client().post(wrong, {send.keys[0]: "Mine"}).status_code == 404
    assert Client().post(f"{wrong}withdraw/").status_code == 404
    assert IntakeAnswers.objects.count() == 1


def test_answers_for_a_cancelled_booking_are_not_taken_but_can_be_erased(client, url, booking, send):
    send(**{send.keys[0]: WORDS})
    hidden = hidden_in(client.get(url))
    cancel_booking(booking.pk, now=timezone.now())
    response = client.post(url, {**hidden, send.keys[0]: "More", "consent_health": "on"}, follow=True)
    assert "so your answers were not stored" in response.text
    page = client.get(url)
    assert "there is nothing to answer" in text_of(page)
    assert WORDS not in page.text
    client.post(f"{url}withdraw/")
    assert not IntakeAnswers.objects.exists()


def test_without_questions_there_is_nothing_to_fill_in(client, url, booking):
    assert "We have no questions for you" in text_of(client.get(url))
    assert client.post(url, {"consent_health": "on"}).status_code == 200
    assert "Questions before we talk" not in text_of(client.get(manage_path(booking)))


def test_booking_page_leads_to_the_questions_and_says_when_they_are_answered(client, url, booking, send):
    page = client.get(manage_path(booking))
    assert url in [a.get("href") for a in parse(page).iter("a")]
    assert "You need not" in text_of(page)
    send(**{send.keys[0]: WORDS})
    page = client.get(manage_path(booking))
    assert "You have answered our questions" in text_of(page)
    assert WORDS not in page.text


def test_answers_no_key_opens_are_an_empty_form_that_can_be_sent(client, url, send, version, settings, caplog):
    send(**{send.keys[0]: WORDS})
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert WORDS not in client.get(url).text
    assert "cannot be opened" in caplog.text
    send(**{send.keys[0]: "Once more"})
    assert stored(version)[0] == "Once more"


def test_question_that_is_no_longer_asked_is_not_kept(client, url, booking, version, send):
    send(**{send.keys[0]: WORDS, send.keys[1]: "Vegan"})
    IntakeQuestion.objects.filter(kind="text").delete()
    newest = publish_questionnaire(by=None, now=timezone.now())
    send(**{send.keys[1]: "Everything"})
    assert dict(IntakeAnswers.objects.get().answers) == {newest.asked[0].key: "Everything"}
    assert QuestionnaireVersion.objects.count() == 2


def test_form_has_one_version_whatever_the_number_of_questions(client, url, django_assert_num_queries):
    publish(*({"question": f"Question {n}?"} for n in range(7)))
    with django_assert_num_queries(4):
        client.get(url)
