"""Search as readers meet it: the page over a real PostgreSQL."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import search
from articles.models import Cover, Topic, Word
from articles.publishing import publish
from articles.views import search as views_search
from tests.articles.factories import NOW, make_article, make_draft, make_live_article, make_topic
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
SEARCH = "/articles/search/"


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch):
    """A busy machine is no bug; the test about the limit sets its own."""
    monkeypatch.setattr(search, "TIMEOUT", "20s")


def make_digestion():
    return make_topic(slug="digestion", name="Digestion", shape="rod", synonyms=["tummy", "upset stomach"])


def make_live_in(topic, **content):
    return publish(revision=make_draft(make_article(topic=topic), **content), now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "butyrate",
        "BUTYRATE",
        "butyr",
        "colons",
        "butyrate colon",
        '"feeds the colon"',
        "butyrate -bread",
        "kefir",
        "kéfir",
        "short-chain",
        "what is the butyrate",
    ],
)
def test_search_finds_words_their_beginnings_other_forms_and_phrases(find, text):
    make_live_article(title="Fuel", body="<p>Butyrate, short-chain and small, feeds the colon. So does kéfir.</p>")
    make_live_article(title="Bread", body="<p>Bread rises.</p>")
    assert find(text) == ["Fuel"]


@pytest.mark.parametrize(
    "text", ['"colon feeds"', "butyrate -colon", '"butyrate -colon"', 'butyrate -"the colon"', "yrate"]
)
def test_search_leaves_out_what_was_not_asked_for(find, text):
    make_live_article(body="<p>Butyrate feeds the colon.</p>")
    assert find(text) == []


def test_search_puts_words_in_the_title_before_standfirst_headings_and_text(find):
    make_live_article(title="In the text", body=f"<p>{'Butyrate again. ' * 50}</p>")
    make_live_article(title="In a heading", body="<h2>Butyrate</h2><p>Fuel.</p>")
    make_live_article(title="In the standfirst", standfirst="Butyrate is fuel.")
    make_live_article(title="Butyrate in the title")
    assert find("butyrate") == ["Butyrate in the title", "In the standfirst", "In a heading", "In the text"]


def test_search_puts_the_newest_first_among_equals(find):
    for days, title in enumerate(["Old", "New"]):
        make_live_article(title=title, body="<p>Butyrate.</p>", publish_at=NOW + timedelta(days=days))
    assert find("butyrate") == ["New", "Old"]


def test_search_puts_words_that_stand_together_first(find):
    far = " ".join(["Bread"] * 40)
    make_live_article(title="Near", body=f"<p>Bile acid. {far}</p>", publish_at=NOW)
    make_live_article(title="Far", body=f"<p>Bile. {far} Acid.</p>", publish_at=NOW + timedelta(days=1))
    assert find("bile acid") == ["Near", "Far"]


def test_search_without_an_article_that_has_all_words_shows_those_that_have_some(client):
    make_live_article(title="Fuel", body="<p>Butyrate.</p>")
    make_live_article(title="Bread", body="<p>Bread.</p>")
    response = client.get(SEARCH, {"q": "butyrate bread"})
    assert "No article has all of “butyrate bread”" in text_of(response)
    assert {heading.text for heading in parse(response).findall(".//h3/a")} == {"Fuel", "Bread"}


@pytest.mark.parametrize("text", ["tummy", "Tummy", "upset stomach", "digestion", "tummy bread"])
def test_search_for_what_people_call_a_topic_finds_its_articles(find, text):
    make_live_in(make_digestion(), title="Chewing", body="<p>Bread is chewed.</p>")
    make_live_article(title="Other", body="<p>Stars are far.</p>")
    assert find(text) == ["Chewing"]


def test_search_for_a_synonym_finds_the_topics_name_in_other_articles(find):
    make_digestion()
    make_live_article(title="Sleep", body="<p>Sleep and digestion.</p>")
    assert find("tummy") == ["Sleep"]


def test_search_for_a_synonym_obeys_a_minus(find):
    make_live_in(make_digestion(), body="<p>Bread is chewed.</p>")
    assert find("tummy -bread") == []


def test_search_knows_a_new_synonym_at_once(find):
    topic = make_digestion()
    make_live_in(topic, title="Chewing")
    assert find("belly") == []
    Topic.objects.filter(pk=topic.pk).update(synonyms=["belly"])
    assert find("belly") == ["Chewing"]


def test_topics_synonyms_are_typed_in_the_admin_between_commas(admin_client, find):
    fields = {"name": "Digestion", "slug": "digestion", "shape": "rod", "synonyms": "tummy, upset stomach"}
    assert admin_client.post("/admin/articles/topic/add/", fields).status_code == 302
    make_live_in(Topic.objects.get(), title="Chewing")
    assert find("upset stomach") == ["Chewing"]


def test_search_in_one_topic_finds_nothing_of_others(find):
    make_live_in(make_digestion(), title="Chewing", body="<p>Butyrate.</p>")
    make_live_article(title="Defence", body="<p>Butyrate.</p>")
    assert set(find("butyrate")) == {"Chewing", "Defence"}
    assert find("butyrate", topic="digestion") == ["Chewing"]


@pytest.mark.parametrize("topic", ["no-such", "'", "a\0b", "🦠"])
def test_search_in_an_unknown_topic_is_not_found(client, topic):
    assert client.get(SEARCH, {"q": "butyrate", "topic": topic}).status_code == 404


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("butyrtae", "butyrate"),
        ("butirate bread", "butyrate bread"),
        ("bread -stone butirate", "bread -stone butyrate"),
    ],
)
def test_search_with_a_typing_error_offers_the_word_that_was_meant(client, text, meant):
    make_live_article(title="Fuel", body="<p>Butyrate is not bread.</p>")
    response = client.get(SEARCH, {"q": text})
    assert f"Did you mean {meant}?" in text_of(response)
    [link] = [a for a in parse(response).iter("a") if "".join(a.itertext()) == meant]
    found = client.get(SEARCH + link.get("href"))
    assert "1 article for" in text_of(found)
    assert "Did you mean" not in text_of(found)


def test_search_for_words_that_articles_have_offers_no_others(client):
    make_live_article(body="<p>Butyrate, butyrates, bread and broad.</p>")
    for text in ("butyrate", "bread", "broad"):
        assert "Did you mean" not in text_of(client.get(SEARCH, {"q": text}))


def test_search_shows_and_offers_nothing_of_what_readers_may_not_see(client):
    live = make_live_article(title="Live", body="<p>Bread.</p>")
    make_draft(live, title="Canaryone", body="<p>Canaryword in a draft of a live article.</p>")
    make_draft(title="Draft", body="<p>Canaryword in an article of its own.</p>")
    make_live_article(title="Gone", body="<p>Canaryword.</p>", expire_at=NOW + timedelta(days=1))
    make_live_article(title="To come", body="<p>Canaryword.</p>", publish_at=timezone.now() + timedelta(days=1))
    assert Word.objects.filter(text="canaryword").exists()
    for text in ("canaryword", "canarywrod", "canary", "canaryone", '"canaryword"', "bread canaryword", "immunity"):
        page = text_of(client.get(SEARCH, {"q": text})).casefold().replace(f"“{text.casefold()}”".replace('"', ""), "")
        assert "did you mean" not in page
        assert not any(word in page for word in ("draft", "gone", "to come", "canaryone in", "own."))


def test_search_finds_what_readers_see_and_not_what_they_saw(find):
    article = make_live_article(title="Old", body="<p>Formerword.</p>")
    publish(revision=make_draft(article, title="New", body="<p>Laterword.</p>"), now=NOW)
    assert (find("formerword"), find("laterword")) == ([], ["New"])


def test_result_says_where_the_words_are(client):
    body = "<h2>Bread</h2><p>It rises.</p><h2>Fuel</h2><p>The colon burns <em>butyrate</em>. So it goes.</p>"
    article = make_live_article(title="Energy", body=body)
    page = parse(client.get(SEARCH, {"q": "butyrate"}))
    assert page.find(".//title").text == "butyrate: 1 result | Probio7"
    card = page.find(".//article")
    assert [" ".join(text.split()) for text in card.itertext() if text.strip()] == [
        "Immunity",
        "Energy",
        "The colon burns",
        "butyrate",
        ". So it goes.",
        "In the section “Fuel”",
        "1 mention",
    ]
    assert [found.text for found in card.findall(".//mark")] == ["butyrate"]
    assert card.find(".//h3/a").get("href") == article.get_absolute_url()


def test_results_come_in_pages_of_ten(client):
    for n in range(23):
        make_live_article(title=f"Fuel {n:02}", body="<p>Butyrate.</p>", publish_at=NOW - timedelta(days=n))
    response = client.get(SEARCH, {"q": "butyrate", "page": "2"})
    assert [heading.text for heading in parse(response).findall(".//h3/a")] == [f"Fuel {n}" for n in range(10, 20)]
    assert "23 articles for “butyrate”" in text_of(response)
    assert "Previous page Page 2 of 3 Next page" in text_of(response)
    links = {a.text: a.get("href") for a in parse(response).iter("a")}
    assert (links["Previous page"], links["Next page"]) == ("?q=butyrate&page=1", "?q=butyrate&page=3")


def test_results_end_where_nobody_reads_on(client, monkeypatch):
    monkeypatch.setattr(search, "MOST_SHOWN", 11)
    monkeypatch.setattr(views_search, "MOST_SHOWN", 11)
    for n in range(13):
        make_live_article(title=f"Fuel {n:02}", body="<p>Butyrate.</p>")
    page = text_of(client.get(SEARCH, {"q": "butyrate", "page": "2"}))
    assert "More than 11 articles for “butyrate” Best match first; the 11 best are shown" in page
    assert "Page 2 of 2" in page


@pytest.mark.parametrize(
    ("number", "shown"), [("0", 2), ("-1", 2), ("3", 2), ("x", 1), ("", 1), ("9" * 5000, 1), ("1e9", 1), ("\0", 1)]
)
def test_page_that_is_not_there_is_the_first_or_the_last(client, number, shown):
    for _ in range(11):
        make_live_article(body="<p>Butyrate.</p>")
    response = client.get(SEARCH, {"q": "butyrate", "page": number})
    assert f"Page {shown} of 2" in text_of(response)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "x", "the", "how is the", "🦠", "\0", "-", '"', '""', "-butyrate", "the -butyrate", "x" * 10_000),
        *("a & !b", "c:*", "butyrate:*A", "<->", "!!(", "'; DROP TABLE articles_article; --", "%", "_", "\\", "\\'"),
        *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ q }}", "%s %(x)s", "ﬁbre", "１２", "ß"),
        *("مرحبا", "微生物", "e\u0301", "\u202ebutyrate", "\ufffe", "\ue000x\ue001", "butyrate\x02", "a" * 200),
        *(
            '"' * 200,
            "-" * 200,
            "( " * 100,
            '"butyrate" ' * 18,
            "ab " * 66,
            "or",
            "or and not",
            "https://example.com/x",
        ),
        *(
            "a@example.com",
            "1.5e10",
            "-1",
            "Covid-19",
            "gut/brain",
            "/etc/passwd",
            "<b>butyrate</b>",
            "&lt;b&gt;",
            "\r\n",
        ),
    ],
)
def test_search_for_anything_is_a_clear_page(client, text):
    make_live_article(title="<i>Fuel</i> & more", standfirst="<b>Butyrate</b>", body="<p>Butyrate &lt;b&gt; &amp;.</p>")
    response = client.get(SEARCH, {"q": text})
    assert response.status_code == 200
    page = parse(response)  # strict: no markup of anybody's
    assert {element.tag for element in page.find(".//main").iter()} & {"script", "img", "b", "i"} <= {"img"}
    assert all(image.get("src").startswith("/static/") for image in page.iter("img"))
    assert page.find(".//h1").text == "Search articles"
    assert "article" in text_of(response)


def test_search_for_bytes_that_are_no_text_is_a_clear_page(client):
    assert client.get(f"{SEARCH}?q=%FF%FEbutyrate%ED%A0%80").status_code == 200


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Type a word to search for."),
        ("x", "Type at least two letters."),
        ("the", "That is in nearly every article."),
        ("the -bread", "That is in nearly every article."),
        ("-bread", "Add a word to search for"),
        ("x" * 201, "That is too long to search for. Use 200 characters or fewer."),
    ],
)
def test_search_for_nothing_says_why_beside_the_field_and_keeps_what_was_typed(client, text, reason):
    make_live_article(body="<p>Bread.</p>")
    page = parse(client.get(SEARCH, {"q": text}))
    field = page.find(".//input[@name='q']")
    [message] = [e for e in page.iter() if e.get("id") == field.get("aria-describedby")]
    assert message.text.startswith(reason)
    assert (field.get("value"), field.get("aria-invalid")) == (text, "true")
    assert page.find(".//title").text.startswith("Error: ")
    assert page.findall(".//article") == []


def test_search_before_anything_is_asked_shows_the_field_alone(client):
    page = parse(client.get(SEARCH))
    assert page.find(".//input[@name='q']").get("aria-invalid") is None
    assert page.find(".//title").text == "Search articles | Probio7"


def test_search_that_takes_too_long_is_given_up_with_a_page_and_a_log_line_without_its_words(
    client, monkeypatch, caplog
):
    for n in range(30):
        make_live_article(body=f"<p>{' '.join(f'butyrate word{n}{m}' for m in range(1500))}</p>")
    monkeypatch.setattr(search, "TIMEOUT", "1ms")
    with caplog.at_level(logging.DEBUG, logger="articles"):
        response = client.get(SEARCH, {"q": "butyrate word"})
    assert response.status_code == 200
    assert "That search took too long" in text_of(response)
    assert response["Cache-Control"] == "no-store"
    assert [record.getMessage() for record in caplog.records] == ["a search took too long"]


@pytest.mark.parametrize("text", [None, "butyrate", "x"])
def test_search_page_is_private_unindexed_unreferred_and_sets_no_cookie(client, text):
    response = client.get(SEARCH, {"q": text} if text else {})
    assert response["Cache-Control"] == "private, max-age=60"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response.cookies == {}
    assert "Cookie" not in response.get("Vary", "")
    assert parse(response).find(".//meta[@name='robots']").get("content") == "noindex"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_search_page_is_for_reading_only(client, method):
    assert getattr(client, method)(SEARCH).status_code == 405


@pytest.mark.parametrize("count", [3, 9])
def test_search_takes_the_same_queries_however_many_results(client, count, django_assert_num_queries):
    for _ in range(count):
        make_live_article(body="<p>Butyrate.</p>")
    with django_assert_num_queries(9):  # two of them begin and end the transaction
        page = client.get(SEARCH, {"q": "butyrate"})
    assert len(parse(page).findall(".//article")) == count


def test_article_list_has_the_search_field(client):
    form = parse(client.get("/articles/")).find(".//form[@role='search']")
    assert (form.get("action"), form.find(".//input").get("name")) == (SEARCH, "q")


def test_cover_of_a_result_is_the_articles_own(client):
    article = make_article(cover=Cover.TRAVEL)
    publish(revision=make_draft(article, body="<p>Butyrate.</p>"), now=NOW)
    image = parse(client.get(SEARCH, {"q": "butyrate"})).find(".//article//img")
    assert image.get("src").endswith("covers/travel.svg")
