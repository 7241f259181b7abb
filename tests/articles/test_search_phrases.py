"""Words next to each other, typed in quotes or other names of what was typed: found from an index of their own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import search
from tests.articles.factories import make_live_article, make_term
from tests.pages import parse

pytestmark = pytest.mark.django_db
SEARCH = "/articles/search/"


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch):
    monkeypatch.setattr(search, "TIMEOUT", "20s")


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ('"feeds the colon"', ["Colon"]),
        ('"feeds colon"', []),  # not next to each other
        ('"the colon"', ["Colon", "Fuel"]),  # one word that means something
        ('"blue blue green"', ["Paint"]),
        ('"red blue" paints', ["Paint"]),
        ('"red blue" -paints', []),
        ('"red blue green"', []),  # though each two of them are there
        ('"short-chain" fuel', ["Fuel"]),
        ('"feeds the colon" zebra', ["Colon"]),  # some of it
    ],
)
def test_phrase_is_found_where_its_words_stand_as_they_are_typed(find, text, titles):
    make_live_article(title="Fuel", body="<p>Short-chain acids for the colon.</p>")
    make_live_article(title="Paint", body="<p>Paints are red, blue, blue, green.</p>")
    make_live_article(title="Colon", body="<p>Butyrate feeds the colon.</p>")
    assert find(text) == titles


@pytest.mark.parametrize("text", ["SCFA", "scfa", '"scfa"', "butyrate", "short-chain fatty acids", '"fatty fuel"'])
def test_search_for_a_word_of_the_glossary_finds_its_other_names(find, text):
    make_term("scfa", name="short-chain fatty acids", also_called="SCFA, butyrate, fatty fuel")
    make_live_article(title="Other", body="<p>Stars and acids are far, and fatty is fuel.</p>")
    make_live_article(title="Long", body="<p>Some short-chain fatty acids.</p>")
    make_live_article(title="Short", body="<p>Some SCFA.</p>")
    assert sorted(find(text)) == ["Long", "Short"]


def test_search_for_a_word_of_the_glossary_shows_its_other_names_marked(client):
    make_term("scfa", name="short-chain fatty acids", also_called="SCFA")
    make_live_article(body="<p>Some short-chain fatty acids.</p>")
    marks = parse(client.get(SEARCH, {"q": "scfa"})).findall(".//article//mark")
    assert " ".join(mark.text for mark in marks) == "short chain fatty acids"


def test_search_for_a_word_of_the_glossary_obeys_a_minus(find):
    make_term("scfa", name="short-chain fatty acids", also_called="SCFA")
    make_live_article(title="Long", body="<p>Small short-chain fatty acids.</p>")
    assert find("scfa -small") == []
    assert find("scfa -bread") == ["Long"]


@pytest.mark.parametrize("text", ['"feeds the colon"', '"feeds the colon" butyrate'])
def test_words_next_to_each_other_are_looked_for_in_the_index(client, text):
    make_term("butyrate", also_called="fatty fuel")
    make_live_article(body="<p>Butyrate feeds the colon.</p>")
    with CaptureQueriesContext(connection) as queries:
        client.get(SEARCH, {"q": text})
    [looked] = [query["sql"] for query in queries if "LIMIT 201" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        # With one row the planner takes either index, as its statistics happen to be.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX revision_search")
        cursor.execute(f"EXPLAIN {looked}")
        assert "Bitmap Index Scan on revision_phrases" in "\n".join(line for (line,) in cursor.fetchall())
