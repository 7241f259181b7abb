import threading
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from articles.document import DocumentError
from articles.models import Article, Citation, Figure, Reference, Revision
from articles.publishing import EditedMeanwhile, PublishingError, check_body, publish, save_draft
from tests.articles.factories import (
    NOW,
    make_article,
    make_content,
    make_csl,
    make_draft,
    make_figure,
    make_live_article,
    make_person,
    make_reference,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=7)
CITING = '<p>a<cite data-cite="harper2021"></cite></p>'
DRAWN = '<figure data-figure="lining"></figure>'


def test_save_draft_keeps_what_was_given_and_who_gave_it_when():
    user = get_user_model().objects.create_user("nell")
    article, content = make_article(), make_content(next_review_on=date(2027, 1, 5), change_note="New figure")
    revision = save_draft(article=article, content=content, by=user, now=NOW)
    revision.refresh_from_db()
    assert {name: getattr(revision, name) for name in content.__dataclass_fields__} == vars(content)
    assert (revision.article, revision.number) == (article, 1)
    assert (revision.created_by, revision.created_at) == (user, NOW)


def test_save_draft_renders_the_body_with_the_library():
    make_reference("harper2021")
    make_figure("lining")
    revision = make_draft(
        body='<h2>One</h2><p>Two words<cite data-cite="harper2021"></cite></p><figure data-figure="lining"></figure>'
    )
    assert revision.html.startswith('<h2 id="section-one">One</h2>\n<p>Two words<sup class="citation" id="cite-1">')
    assert "<b>Figure 1. Cells are round.</b>" in revision.html
    assert "Harper A, Day R. Mucus and microbes. <i>Gut</i>. 2021;70(4):698-706." in revision.references_html
    assert revision.contents == [{"id": "section-one", "text": "One"}]
    assert revision.word_count == 3


def test_save_draft_records_its_citations_in_order_of_first_mention():
    for key in ("a1", "b2", "c3"):
        make_reference(key)
    body = '<p>x<cite data-cite="b2"></cite> y<cite data-cite="c3 b2"></cite></p>'
    revision = make_draft(body=body)
    assert list(revision.citations.values_list("position", "reference__key")) == [(1, "b2"), (2, "c3")]


def test_save_draft_of_the_same_content_returns_the_newest_revision():
    article, content = make_article(), make_content()
    first = save_draft(article=article, content=content, by=None, now=NOW)
    assert save_draft(article=article, content=content, by=None, now=LATER) == first
    assert article.revisions.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Mucus!"},
        {"standfirst": "Why."},
        {"body": "<p>Mucus.</p>"},
        {"reviewer": None},
        {"reviewed_on": date(2026, 1, 6)},
        {"next_review_on": date(2027, 1, 5)},
        {"change_note": "Typo"},
    ],
)
def test_save_draft_of_changed_content_is_the_next_revision_and_keeps_the_last(change):
    article, people = make_article(), {"author": make_person(), "reviewer": make_person()}
    first = make_draft(article, **people)
    second = make_draft(article, **{**people, **change})
    assert (first.number, second.number) == (1, 2)
    [name] = change
    assert getattr(Revision.objects.get(pk=second.pk), name) == change[name]
    assert getattr(Revision.objects.get(pk=first.pk), name) == getattr(first, name) != change[name]


def test_save_draft_of_what_an_older_revision_said_is_a_new_revision():
    article, people = make_article(), {"author": make_person(), "reviewer": make_person()}
    numbers = [make_draft(article, **people, title=title).number for title in ("One", "Two", "One")]
    assert numbers == [1, 2, 3]


def test_save_draft_without_a_note_of_what_has_one_already_is_no_change():
    article, people = make_article(), {"author": make_person(), "reviewer": make_person()}
    first = make_draft(article, **people, change_note="New figure")
    assert make_draft(article, **people) == first
    assert make_draft(article, **people, title="Newer").change_note == ""


@pytest.mark.parametrize(
    ("body", "correct", "shown"),
    [
        (CITING, lambda: Reference.objects.update(csl=make_csl(title="Corrected")), "Corrected"),
        (CITING, lambda: Reference.objects.update(summary="Retracted."), "Retracted."),
        (DRAWN, lambda: Figure.objects.update(caption="Corrected"), "Corrected"),
    ],
)
def test_save_draft_after_the_library_was_corrected_is_a_new_revision_that_shows_it(body, correct, shown):
    make_reference("harper2021")
    make_figure("lining")
    article, content = make_article(), make_content(body=body)
    first = save_draft(article=article, content=content, by=None, now=NOW)
    correct()
    second = save_draft(article=article, content=content, by=None, now=LATER)
    assert (second.number, shown in second.html + second.references_html) == (2, True)
    assert shown not in first.html + first.references_html
    assert save_draft(article=article, content=content, by=None, now=LATER) == second


def test_save_draft_after_the_library_was_corrected_elsewhere_is_no_change():
    make_reference("harper2021")
    article, content = make_article(), make_content()
    first = save_draft(article=article, content=content, by=None, now=NOW)
    Reference.objects.update(summary="Retracted.")
    assert save_draft(article=article, content=content, by=None, now=LATER) == first


@pytest.mark.parametrize("based_on", [1, 3, 0])
def test_save_draft_based_on_another_revision_than_the_newest_is_refused_and_writes_nothing(based_on):
    article = make_article()
    make_draft(article)
    make_draft(article, title="Theirs", by=get_user_model().objects.create_user("priya"))
    with pytest.raises(EditedMeanwhile, match="priya saved revision 2 while you were writing, so yours is not saved"):
        save_draft(article=article, content=make_content(title="Mine"), by=None, now=NOW, based_on=based_on)
    assert article.revisions.count() == 2


@pytest.mark.parametrize("number", [0, 1])
def test_save_draft_based_on_the_newest_revision_is_the_next(number):
    article = make_article()
    for _ in range(number):
        make_draft(article)
    saved = save_draft(article=article, content=make_content(title="Mine"), by=None, now=NOW, based_on=number)
    assert saved.number == number + 1


def test_save_draft_sent_twice_returns_the_revision_of_the_first_time():
    article, content = make_article(), make_content()
    twice = [save_draft(article=article, content=content, by=None, now=NOW, based_on=0) for _ in range(2)]
    assert (twice[0], article.revisions.count()) == (twice[1], 1)


def test_save_draft_of_an_article_does_not_count_the_revisions_of_another():
    assert [make_draft().number, make_draft().number] == [1, 1]


def test_save_draft_with_hostile_markup_keeps_none_of_it():
    revision = make_draft(body='<p onclick="x()" style="y">a<a href="/x" onfocus="y">b</a><!-- c --></p>')
    assert (revision.body, revision.html) == ('<p>a<a href="/x">b</a></p>', '<p>a<a href="/x">b</a></p>')


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<p>a<script>alert(1)</script></p>", "<script> cannot be used in an article"),
        ("<p>a</p><div>b</div>", "<div> cannot be used in an article"),
        ('<p>a <a href="javascript:x">b</a></p>', "Paragraph 1 near “b”: a link needs an address"),
        ('<figure data-figure="lining">words</figure>', "Paragraph 1 near “words”: put this text outside the figure"),
        ("<blockquote>" * 1000 + "<p>x</p>", "elements stand inside each other more than 20 deep"),
    ],
)
def test_save_draft_of_a_body_that_would_lose_something_is_refused_and_writes_nothing(body, message):
    with pytest.raises(DocumentError, match=message):
        make_draft(body=body)
    assert not Revision.objects.exists()


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "Hosts & guests"])
def test_save_draft_citing_a_hostile_title_renders_it_as_text(title):
    reference = make_reference(doi="10.1000/x")
    reference.csl["title"], reference.csl["author"] = title, [{"literal": title}]
    reference.save()
    revision = make_draft(body='<p>a<cite data-cite="harper2021"></cite></p>')
    assert title not in revision.html + revision.references_html
    assert title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in revision.references_html


def test_save_draft_with_an_unknown_key_names_the_nearest_and_writes_nothing():
    make_reference("harper2021")
    article = make_article()
    make_draft(article)
    with pytest.raises(DocumentError, match="no reference has the key “harper2012”; did you mean “harper2021”"):
        make_draft(article, body='<p>a<cite data-cite="harper2012"></cite></p>')
    assert (article.revisions.count(), Citation.objects.count()) == (1, 0)


@pytest.fixture
def bad_rows():
    """Rows that went past clean()."""
    make_reference("bad", csl={**make_csl(), "author": ["Harper"]})
    make_figure("bad-legend", legend=[{"mark": "A"}])
    make_figure("bad-drawing", drawing="words")


def test_save_draft_beside_bad_rows_in_the_library_is_not_stopped_by_them(bad_rows):
    make_reference("harper2021")
    make_figure("lining")
    assert make_draft(body=CITING + DRAWN).number == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            '<p>a<cite data-cite="bad"></cite></p>',
            "the reference “bad” cannot be shown: “author” must be a list of names",
        ),
        ('<figure data-figure="bad-legend"></figure>', "the figure “bad-legend” cannot be shown: A legend is a list"),
        ('<figure data-figure="bad-drawing"></figure>', "the figure “bad-drawing” cannot be shown: The drawing is not"),
    ],
)
def test_save_draft_with_a_bad_row_of_the_library_is_refused_with_its_key(bad_rows, body, message):
    with pytest.raises(DocumentError, match=message):
        make_draft(body=body)


@pytest.mark.parametrize("unused", [0, 3])
def test_check_body_takes_the_same_queries_however_large_the_library(unused, django_assert_num_queries):
    for number in range(unused):
        make_reference(f"unused-{number}")
        make_figure(f"unused-{number}", source=Reference.objects.get(key=f"unused-{number}"))
    make_figure("lining", source=make_reference("harper2021"))
    with django_assert_num_queries(5):
        check_body(CITING + DRAWN)


def test_save_draft_citing_a_page_on_the_web_links_to_it():
    make_reference("nhs", csl={"type": "webpage", "title": "Diarrhoea", "URL": "https://www.nhs.uk/x"})
    revision = make_draft(body='<p>a<cite data-cite="nhs"></cite></p>')
    assert '<a href="https://www.nhs.uk/x">www.nhs.uk/x</a>' in revision.references_html


def test_save_draft_with_a_figure_names_its_source():
    make_figure("lining", source=make_reference("harper2021"))
    assert "Source: Harper 2021." in make_draft(body=DRAWN).html


@pytest.mark.django_db(transaction=True)
def test_save_draft_by_two_editors_at_once_gives_two_revisions():
    article, contents = make_article(), [make_content(title="One"), make_content(title="Two")]
    barrier, numbers = threading.Barrier(2), []

    def save(content):
        barrier.wait()
        numbers.append(save_draft(article=article, content=content, by=None, now=NOW).number)
        connection.close()

    threads = [threading.Thread(target=save, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [1, 2]


def test_check_body_writes_nothing_and_refuses_what_save_draft_would():
    make_reference("harper2021")
    check_body('<p>a<cite data-cite="harper2021"></cite></p>')
    assert not Revision.objects.exists()
    with pytest.raises(DocumentError, match="no figure has the key “lining”"):
        check_body('<figure data-figure="lining"></figure>')


def test_publish_shows_the_revision_from_now_on():
    article = make_article()
    publish(revision=make_draft(article), now=NOW)
    article.refresh_from_db()
    assert (article.live_revision.number, article.publish_at, article.expire_at) == (1, NOW, None)
    assert [list(Article.objects.live(at)) for at in (NOW - timedelta(seconds=1), NOW)] == [[], [article]]


def test_publish_again_shows_the_new_revision_and_keeps_the_first_date():
    article = make_live_article()
    publish(revision=make_draft(article, title="Newer"), now=LATER)
    article.refresh_from_db()
    assert (article.live_revision.title, article.publish_at) == ("Newer", NOW)


def test_publish_of_an_older_revision_brings_it_back():
    article = make_live_article()
    first = article.live_revision
    publish(revision=make_draft(article, title="Newer"), now=LATER)
    assert publish(revision=first, now=LATER).live_revision == first


@pytest.mark.parametrize("missing", ["reviewer", "reviewed_on"])
def test_publish_without_a_review_is_refused_and_changes_nothing(missing):
    article = make_live_article()
    unreviewed = make_draft(article, title="Newer", **{missing: None})
    with pytest.raises(PublishingError, match="needs a reviewer and the date of the review"):
        publish(revision=unreviewed, now=LATER)
    article.refresh_from_db()
    assert article.live_revision.number == 1


@pytest.mark.parametrize("body", ["<p></p>", "<p> <br></p>"])
def test_publish_without_words_is_refused(body):
    with pytest.raises(PublishingError, match="without words cannot be shown to readers"):
        publish(revision=make_draft(body=body), now=NOW)


def test_publish_of_what_only_its_author_has_reviewed_is_refused():
    person = make_person()
    with pytest.raises(PublishingError, match="Somebody other than the author has to review"):
        publish(revision=make_draft(author=person, reviewer=person), now=NOW)


def test_draft_saved_after_publication_is_not_what_readers_get():
    article = make_live_article(title="Live")
    make_draft(article, title="Draft")
    [live] = Article.objects.live(LATER)
    assert live.live_revision.title == "Live"


@pytest.mark.parametrize(
    ("publish_at", "expire_at", "is_live"),
    [
        (NOW, None, True),
        (NOW, NOW + timedelta(seconds=1), True),
        (NOW - timedelta(days=1), NOW, False),
        (NOW + timedelta(seconds=1), None, False),
        (NOW + timedelta(days=1), NOW + timedelta(days=2), False),
    ],
)
def test_live_articles_are_those_between_publication_and_expiry(publish_at, expire_at, is_live):
    article = make_live_article(publish_at=publish_at, expire_at=expire_at)
    assert list(Article.objects.live(NOW)) == ([article] if is_live else [])


def test_newest_first_orders_by_publication_and_then_by_creation():
    old, tied, new = (make_live_article(publish_at=NOW + timedelta(days=days)) for days in (0, 1, 1))
    assert list(Article.objects.newest_first()) == [new, tied, old]


def test_newest_first_leaves_the_long_texts_in_the_database():
    make_live_article()
    revision = Article.objects.newest_first().get().live_revision
    assert revision.get_deferred_fields() == {
        *("body", "html", "references_html", "contents", "structured_data"),
        *("text", "headings", "head_vector", "search_vector"),
    }
