from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from articles.document import DocumentError
from articles.models import GlossaryTerm, TermUse
from tests.articles.factories import make_draft, make_live_article, make_term
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
USING = '<p>A <dfn data-term="mucus">slime</dfn> and <dfn data-term="mucus">slime</dfn>.</p>'
HOSTILE = "<script>alert('1')</script>"


@pytest.mark.parametrize("wrong", [{"name": "MUCUS", "key": "other"}, {"key": "mucus", "name": "other"}])
def test_term_is_in_the_glossary_once(wrong):
    make_term("mucus")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_term(**wrong)
    assert GlossaryTerm.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"name": ""}, {"definition": ""}])
def test_term_without_words_is_refused_by_the_database(wrong):
    with pytest.raises(IntegrityError, match="glossaryterm_defined"):
        make_term("mucus", **wrong)


def test_term_with_a_key_that_cannot_be_typed_is_refused():
    with pytest.raises(ValidationError, match="lower-case letters"):
        GlossaryTerm(key="Gut flora", name="gut flora", definition="Bacteria.").full_clean()


def test_saved_revision_shows_the_definition_and_remembers_the_use_once():
    term = make_term("mucus", definition="A slippery layer.")
    revision = make_draft(body=USING)
    assert "A slippery layer." in revision.html
    assert [use.term for use in revision.term_uses.all()] == [term]


def test_revision_naming_an_unknown_term_is_refused_with_the_nearest():
    make_term("mucus")
    with pytest.raises(DocumentError, match="no term with the key “mucin”; did you mean “mucus”"):
        make_draft(body='<p>A <dfn data-term="mucin">slime</dfn>.</p>')


def test_invitation_in_an_article_carries_its_address():
    article = make_live_article(slug="a-b", body='<p>a</p><section data-box="consultation"></section>')
    assert 'href="/consultations/?from=a-b"' in article.live_revision.html


def test_term_in_use_is_not_deleted():
    term = make_term("mucus")
    make_draft(body=USING)
    with pytest.raises(ProtectedError):
        term.delete()


@pytest.mark.parametrize("change", [lambda use: use.delete(), lambda use: use.save()])
def test_use_of_a_term_is_never_changed(change):
    make_term("mucus")
    make_draft(body=USING)
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        change(TermUse.objects.get())
    assert TermUse.objects.count() == 1


def entries_of(response):
    return [" ".join("".join(entry.itertext()).split()) for entry in parse(response).find(".//dl")]


def test_glossary_lists_every_term_by_name_with_the_articles_readers_can_read(client):
    make_term("mucus", definition="A slippery layer.", also_called="slime, phlegm")
    make_term("axis", name="Gut–lung axis", definition="Traffic.")
    make_live_article(slug="live", title="Of mucus", body=USING)
    make_live_article(title="Gone", body=USING, expire_at=timezone.now() - timedelta(days=1))
    make_draft(title="Draft", body=USING)
    response = client.get("/articles/glossary/")
    assert entries_of(response) == [
        "Gut–lung axis Traffic.",
        "mucus also: slime, phlegm A slippery layer. In Of mucus",
    ]
    assert parse(response).find(".//dl/div[@id='term-mucus']//a").get("href") == "/articles/live/"
    assert response.cookies == {}


def test_glossary_link_of_an_article_leads_to_the_entry(client):
    term = make_term("mucus")
    revision = make_live_article(body=USING).live_revision
    assert f'<a href="{term.get_absolute_url()}">slime</a>' in revision.html
    assert term.get_absolute_url() == "/articles/glossary/#term-mucus"


def test_glossary_without_entries_says_so(client):
    assert "There are no entries yet." in text_of(client.get("/articles/glossary/"))


def test_glossary_shows_hostile_words_as_text(client):
    make_term("mucus", name=HOSTILE, definition=HOSTILE, also_called=HOSTILE)
    make_live_article(title=HOSTILE, body=USING)
    response = client.get("/articles/glossary/")
    assert (HOSTILE in response.text, HOSTILE in entries_of(response)[0]) == (False, True)
    assert HOSTILE not in client.get(f"/articles/{make_live_article(body=USING).slug}/").text


@pytest.mark.parametrize("count", [1, 3])
def test_glossary_takes_the_same_queries_however_many_terms(client, count, django_assert_num_queries):
    for n in range(count):
        make_term(f"term-{n}")
        make_live_article(body=f'<p><dfn data-term="term-{n}">a</dfn></p>')
    with django_assert_num_queries(2):
        client.get("/articles/glossary/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_glossary_is_only_read(client, method):
    assert getattr(client, method)("/articles/glossary/").status_code == 405


def test_admin_adds_a_term_and_keeps_its_key_for_good(admin_client):
    typed = {"name": "mucus", "key": "mucus", "definition": "A layer.", "also_called": ""}
    admin_client.post("/admin/articles/glossaryterm/add/", typed)
    url = f"/admin/articles/glossaryterm/{GlossaryTerm.objects.get().pk}/change/"
    admin_client.post(url, {**typed, "key": "other", "definition": "A slippery layer."})
    term = GlossaryTerm.objects.get()
    assert (term.key, term.definition) == ("mucus", "A slippery layer.")
    assert admin_client.get(url).status_code == 200


def test_admin_refuses_a_term_that_is_there_already_with_words(admin_client):
    make_term("mucus")
    typed = {"name": "Mucus", "key": "slime", "definition": "A layer.", "also_called": ""}
    response = admin_client.post("/admin/articles/glossaryterm/add/", typed)
    assert "The glossary has this term already." in text_of(response)
