import re

import pytest
from django.core.management import call_command
from django.utils import timezone

from articles.document import citation_keys, parse
from articles.models import Article, Citation, Figure, Person, Reference, Revision, Topic
from articles.sample import FLAGSHIP
from tests.articles.factories import make_article
from tests.pages import text_of

pytestmark = pytest.mark.django_db

# Words that promise an effect; UK rules on food and supplement claims leave no room for them.
CLAIM_WORDS = re.compile(
    r"\b(cur(e|es|ed|ing)|heal(s|ed|ing)?|boost\w*|clinically|proven|proves?|prevents?|treat(s|ed|ment of)?|miracle\w*"
    r"|guarantee\w*|detox\w*|immune.boosting|strengthen\w*|protects?|fights?|breakthrough|superfood\w*|anti-ageing"
    r"|doctors recommend|no side effects|100% safe|remed(y|ies)|risk.free|reduces? (the|your) risk)\b",
    re.IGNORECASE,
)


@pytest.fixture
def flagship():
    call_command("load_sample_articles")
    return Article.objects.get(slug=FLAGSHIP).live_revision


def row_counts():
    return {model.__name__: model.objects.count() for model in (Article, Revision, Citation, Reference, Figure, Person)}


def claims_in(text):
    return [sentence for sentence in re.split(r"(?<=[.?!])\s+", text) if CLAIM_WORDS.search(sentence)]


def test_load_sample_articles_fills_an_empty_site_and_says_so(capsys):
    call_command("load_sample_articles")
    assert capsys.readouterr().out == "Loaded 1 sample article(s) with their references and figures\n"
    assert row_counts() == {"Article": 1, "Revision": 1, "Citation": 5, "Reference": 5, "Figure": 1, "Person": 2}


def test_load_sample_articles_twice_changes_nothing_and_says_nothing(flagship, capsys):
    before = row_counts()
    Person.objects.filter(slug="priya-raman").update(name="Priya R.")
    capsys.readouterr()
    call_command("load_sample_articles")
    assert (capsys.readouterr().out, row_counts()) == ("", before)
    assert Person.objects.get(slug="priya-raman").name == "Priya R."


def test_load_sample_articles_keeps_the_topics_and_people_that_are_there():
    Topic.objects.create(slug="immunity", name="Our defences", shape="y")
    Person.objects.create(slug="nell-okafor", name="Nell O.", role="Editor")
    call_command("load_sample_articles")
    revision = Revision.objects.get()
    assert (revision.article.topic.name, revision.author.name) == ("Our defences", "Nell O.")


@pytest.mark.parametrize(
    "topic",
    [
        {"slug": "immune", "name": "Immune", "shape": "y"},
        {"slug": "immune", "name": "Immunity", "shape": "rod"},
        {"slug": "immunity", "name": "Defences", "shape": "rod"},
    ],
)
def test_load_sample_articles_uses_the_teams_topic_of_that_address_name_or_shape(topic):
    topic = Topic.objects.create(**topic)
    call_command("load_sample_articles")
    assert Article.objects.get().topic == topic


def test_load_sample_articles_beside_an_article_of_the_teams_writes_nothing(capsys):
    article = make_article()
    call_command("load_sample_articles")
    assert capsys.readouterr().out == ""
    assert list(Article.objects.all()) == [article]


def test_load_sample_articles_in_a_dry_run_writes_nothing(capsys):
    call_command("load_sample_articles", dry_run=True)
    assert capsys.readouterr().out == "Would load the sample articles\n"
    assert set(row_counts().values()) == {0}


def test_load_sample_articles_in_a_dry_run_beside_articles_says_nothing(flagship, capsys):
    capsys.readouterr()
    call_command("load_sample_articles", dry_run=True)
    assert capsys.readouterr().out == ""


def test_sample_rows_pass_the_checks_that_editors_rows_pass(flagship):
    for model in (Topic, Person, Reference, Figure, Article):
        for row in model.objects.all():
            row.full_clean()
    for reference in Reference.objects.all():
        assert re.fullmatch(r"10\.\d{4,9}/\S+", reference.doi)


def test_flagship_is_live_reviewed_and_to_be_reviewed_again(flagship):
    assert list(Article.objects.live(timezone.now())) == [flagship.article]
    assert flagship.reviewer != flagship.author
    assert flagship.reviewed_on <= flagship.article.publish_at.date() < flagship.next_review_on


def test_flagship_cites_only_references_there_are_and_every_one_of_them(flagship):
    cites = [key for _, cite in parse(flagship.body).elements("cite") for key in citation_keys(cite)]
    assert set(cites) == set(Reference.objects.values_list("key", flat=True))
    in_order = list(dict.fromkeys(cites))
    assert list(flagship.citations.values_list("reference__key", flat=True)) == in_order
    assert flagship.references_html.count('<li id="ref-') == len(in_order)
    assert flagship.html.count('class="citation"') == len(cites)


def test_flagship_has_a_figure_with_text_alternative_source_and_licence(flagship):
    [(_, figure)] = parse(flagship.body).elements("figure")
    figure = Figure.objects.get(key=figure.attributes["data-figure"])
    assert (figure.source.key, figure.licence) == ("harper2021", "CC BY 4.0")
    assert len(figure.description.split()) > 30
    assert figure.description in flagship.html
    marks = {row["mark"] for row in figure.legend}
    assert marks <= set(re.findall(r">(\w)<", figure.drawing))


def test_flagship_opens_in_short_and_says_when_to_get_help(flagship):
    boxes = [box.attributes["data-box"] for _, box in parse(flagship.body).elements("section")]
    assert boxes == ["in-short", "study", "care"]


def test_flagship_takes_between_five_and_ten_minutes(flagship):
    assert 1100 <= flagship.word_count <= 2000
    assert 5 <= flagship.reading_minutes <= 10


@pytest.mark.parametrize(
    "sentence",
    ["It cures colds.", "Boost your gut!", "Clinically proven.", "It prevents flu.", "It fights viruses.", "A detox."],
)
def test_claim_is_found_among_innocent_sentences(sentence):
    assert claims_in(f"Bacteria live there. {sentence} Nobody knows why.") == [sentence]


def test_flagship_has_no_sentence_that_promises_an_effect(flagship):
    figure = Figure.objects.get()
    legend = [f"{row['name']}. {row['text']}" for row in figure.legend]
    cards = Reference.objects.values_list("summary", flat=True)
    texts = [
        flagship.title + ".",
        flagship.standfirst,
        parse(flagship.body).text,
        figure.alt,
        figure.description,
        figure.caption,
    ]
    assert claims_in(" ".join([*texts, figure.note, *legend, *cards])) == []


def test_flagship_page_shows_its_words_sources_and_reviewer(client, flagship):
    words = text_of(client.get(flagship.article.get_absolute_url()))
    assert flagship.title in words
    assert "Priya Raman, RNutr" in words
    assert "doi.org/10.3389/fcimb.2020.596166" in words
    assert "call NHS 111" in words
