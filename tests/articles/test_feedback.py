import pytest
from django.test import Client

from articles.limits import FEEDBACK_OF_AN_ADDRESS
from articles.models import Feedback
from tests.articles.factories import make_draft, make_live_article
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
URL = "/articles/mucus/feedback/"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def article():
    return make_live_article(slug="mucus", title="Mucus")


def kept():
    return list(Feedback.objects.values_list("article__slug", "was_useful", "words"))


@pytest.mark.parametrize(("answer", "was_useful"), [("yes", True), ("no", False)])
def test_answer_is_kept_with_its_words_and_thanked_for(client, article, answer, was_useful):
    response = client.post(URL, {"was_useful": answer, "words": "More on mice,\r\nplease."})
    assert (response.status_code, response["Location"]) == (302, f"{URL}thanks/")
    assert "Thank you" in text_of(client.get(response["Location"]))
    assert kept() == [("mucus", was_useful, "More on mice,\r\nplease.")]


def test_answer_needs_no_words(client, article):
    client.post(URL, {"was_useful": "yes"})
    assert kept() == [("mucus", True, "")]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"words": "Good."}, "Choose yes or no"),
        ({"was_useful": "maybe", "words": "Good."}, "Choose yes or no"),
        ({"was_useful": "no", "words": "a" * 1001}, "Use 1000 characters or fewer"),
        ({"was_useful": "no", "words": "a\x07b"}, "Leave out control characters"),
        ({"was_useful": "no", "words": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_answer_that_cannot_be_kept_is_said_to_be_and_stays_in_the_form(client, article, typed, error):
    response = client.post(URL, typed)
    assert response.status_code == 422
    assert error in response.text
    if "\x00" not in typed["words"] and "\x07" not in typed["words"]:
        assert parse(response).find(".//textarea").text.strip() == typed["words"]
    assert kept() == []


def test_hostile_words_are_shown_as_text(client, article):
    response = client.post(URL, {"words": HOSTILE})
    assert parse(response).find(".//textarea").text.strip() == HOSTILE
    assert HOSTILE not in response.text


def test_feedback_is_asked_about_live_articles_only(client, article):
    draft = make_draft().article
    assert client.get(URL).status_code == 200
    for url in (f"/articles/{draft.slug}/feedback/", f"/articles/{draft.slug}/feedback/thanks/"):
        assert client.get(url).status_code == 404
    assert client.post(f"/articles/{draft.slug}/feedback/", {"was_useful": "yes"}).status_code == 404
    assert kept() == []


def test_form_from_elsewhere_is_refused(article):
    client = Client(enforce_csrf_checks=True)
    assert client.post(URL, {"was_useful": "yes"}).status_code == 403
    token = parse(client.get(URL)).find(".//input[@name='csrfmiddlewaretoken']").get("value")
    assert client.post(URL, {"was_useful": "yes", "csrfmiddlewaretoken": token}).status_code == 302


def test_only_the_form_sets_a_cookie_and_it_is_kept_by_nobody(client, article):
    form = client.get(URL)
    assert (list(form.cookies), "no-store" in form["Cache-Control"]) == (["csrf"], True)
    for url in (article.get_absolute_url(), f"{URL}thanks/"):
        assert Client().get(url).cookies == {}


def test_page_stays_out_of_search_engines(client, article):
    for url in (URL, f"{URL}thanks/"):
        assert parse(client.get(url)).find(".//meta[@name='robots']").get("content") == "noindex"


def test_one_address_is_stopped_in_time_and_keeps_what_it_typed(client, article, settings):
    settings.RATE_LIMIT_SCALE = 0.1
    answers = [client.post(URL, {"was_useful": "yes", "words": "Good."}, REMOTE_ADDR="192.0.2.9") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert FEEDBACK_OF_AN_ADDRESS == 30
    assert "Send yours again a little later" in text_of(answers[-1])
    assert parse(answers[-1]).find(".//textarea").text.strip() == "Good."
    assert client.post(URL, {"was_useful": "yes"}, REMOTE_ADDR="192.0.2.10").status_code == 302


def test_limits_hold_without_a_cache(client, article, settings, unused_tcp_port):
    settings.RATE_LIMIT_SCALE = 0.1
    settings.REDIS_URL = f"redis://127.0.0.1:{unused_tcp_port}/0"
    answers = [client.post(URL, {"was_useful": "no"}).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]


def test_team_reads_feedback_and_changes_none(admin_client, client, article):
    client.post(URL, {"was_useful": "no", "words": HOSTILE})
    [row] = Feedback.objects.all()
    page = admin_client.get("/admin/articles/feedback/")
    assert (HOSTILE in page.text, "&lt;script&gt;" in page.text) == (False, True)
    url = f"/admin/articles/feedback/{row.pk}/"
    assert admin_client.get(f"{url}change/").status_code == 200
    assert admin_client.post(f"{url}change/", {"words": "Great!"}).status_code == 403
    assert admin_client.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get("/admin/articles/feedback/add/").status_code == 403
