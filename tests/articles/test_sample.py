"""What editors hold every article to, checked on those that come with the site; and how these are loaded."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.utils import timezone

from articles import sample
from articles.document import citation_keys, parse
from articles.models import (
    Article,
    Citation,
    Cover,
    Figure,
    GlossaryTerm,
    Person,
    Reference,
    Revision,
    TermUse,
    Topic,
)
from tests.articles.factories import make_article
from tests.pages import parse as parse_page
from tests.pages import text_of

pytestmark = pytest.mark.django_db

SLUGS = [
    "antibiotics-and-what-comes-after",
    "fibre-and-thirty-plants",
    "gut-microbiome-fighting-viruses",
    "meet-your-gut-microbiome",
]
# Words that promise an effect; UK rules on food and supplement claims leave no room for them.
CLAIM_WORDS = re.compile(
    r"\b(cur(e|es|ed|ing)|heal(s|ed|ing)?|boost\w*|clinically|proven|proves?|prevent(s|ed|ing)?"
    r"|treat(s|ed|ing|ment of)?|miracle\w*|guarantee\w*|detox\w*|immune.boosting|strengthen\w*|protects?|fights?"
    r"|breakthrough|superfood\w*|anti-ageing|balanc(e|es|ed|ing) your|rebalanc\w*|doctors recommend|no side effects"
    r"|100% safe|remed(y|ies)|risk.free|reduces? (the|your) risk)\b",
    re.IGNORECASE,
)
GENERA = r"Faecalibacterium|Bifidobacterium|Akkermansia|Lactobacillus"


@pytest.fixture
def loaded():
    """The sample articles' live revisions, newest article first."""
    call_command("load_sample_articles")
    return [article.live_revision for article in Article.objects.live(timezone.now()).newest_first()]


@pytest.fixture(params=SLUGS)
def body(request):
    """The text of one article's body, as it is kept with the code."""
    return body_of(request.param)


def body_of(slug):
    return (sample.FOLDER / slug / "body.html").read_text()


def row_counts():
    models = (Article, Revision, Citation, Reference, Figure, Person, GlossaryTerm)
    return {model.__name__: model.objects.count() for model in models}


def sentences(text):
    return re.split(r"(?<=[.?!])\s+", text)


def claims_in(text):
    return [sentence for sentence in sentences(text) if CLAIM_WORDS.search(sentence)]


def boxes_of(body):
    return [box for _, box in parse(body).elements("section")]


def test_load_sample_articles_fills_an_empty_site_and_says_so(capsys):
    call_command("load_sample_articles")
    assert capsys.readouterr().out == "Loaded 4 sample article(s) with their references and figures\n"
    counts = {"Article": 4, "Revision": 4, "Citation": 24, "Reference": 14, "Figure": 4, "Person": 4}
    assert row_counts() == {**counts, "GlossaryTerm": 15}


def test_load_sample_articles_twice_changes_nothing_and_says_nothing(loaded, capsys):
    before = row_counts()
    Person.objects.filter(slug="priya-raman").update(name="Priya R.")
    capsys.readouterr()
    call_command("load_sample_articles")
    assert (capsys.readouterr().out, row_counts()) == ("", before)
    assert Person.objects.get(slug="priya-raman").name == "Priya R."


def test_load_sample_articles_adds_those_that_came_later(monkeypatch, capsys):
    monkeypatch.setattr(sample, "ARTICLES", [sample.FOLDER / slug for slug in SLUGS[:3]])
    call_command("load_sample_articles")
    monkeypatch.undo()
    capsys.readouterr()
    call_command("load_sample_articles")
    assert capsys.readouterr().out == "Loaded 1 sample article(s) with their references and figures\n"
    assert list(Article.objects.values_list("slug", flat=True)) == SLUGS


def test_load_sample_articles_keeps_the_topics_and_people_that_are_there():
    Topic.objects.create(slug="immunity", name="Our defences", shape="y")
    Person.objects.create(slug="nell-okafor", name="Nell O.", role="Editor")
    call_command("load_sample_articles")
    revision = Revision.objects.get(article__slug="gut-microbiome-fighting-viruses")
    assert (revision.article.topic.name, revision.author.name) == ("Our defences", "Nell O.")


@pytest.mark.parametrize(
    "topic",
    [
        {"slug": "immune", "name": "Immune", "shape": "y"},
        {"slug": "immune", "name": "Immunity", "shape": "comma"},
        {"slug": "immunity", "name": "Defences", "shape": "comma"},
    ],
)
def test_load_sample_articles_uses_the_teams_topic_of_that_address_name_or_shape(topic):
    topic = Topic.objects.create(**topic)
    call_command("load_sample_articles")
    assert Article.objects.get(slug="gut-microbiome-fighting-viruses").topic == topic


def test_load_sample_articles_beside_an_article_of_the_teams_writes_nothing(capsys):
    article = make_article()
    call_command("load_sample_articles")
    assert capsys.readouterr().out == ""
    assert list(Article.objects.all()) == [article]


def test_load_sample_articles_in_a_dry_run_writes_nothing(capsys):
    call_command("load_sample_articles", dry_run=True)
    assert capsys.readouterr().out == "Would load 4 sample article(s)\n"
    assert set(row_counts().values()) == {0}


def test_load_sample_articles_in_a_dry_run_beside_articles_says_nothing(loaded, capsys):
    capsys.readouterr()
    call_command("load_sample_articles", dry_run=True)
    assert capsys.readouterr().out == ""


def test_sample_rows_pass_the_checks_that_editors_rows_pass(loaded):
    for model in (Topic, Person, Reference, Figure, GlossaryTerm, Article):
        for row in model.objects.all():
            row.full_clean()


def test_sample_references_lead_to_where_they_can_be_read(loaded):
    for reference in Reference.objects.all():
        assert re.fullmatch(r"10\.\d{4,9}/\S+", reference.doi) or reference.csl["URL"].startswith("https://")
        assert reference.summary
        assert reference.csl["issued"]["date-parts"][0][0] == int(reference.key[-4:])


def test_sample_people_say_that_they_are_invented(loaded):
    assert [person for person in Person.objects.all() if "invented" not in person.bio] == []


def test_sample_articles_appear_newest_first_with_the_flagship_on_top(loaded):
    assert [revision.article.slug for revision in loaded] == [
        "gut-microbiome-fighting-viruses",
        "antibiotics-and-what-comes-after",
        "fibre-and-thirty-plants",
        "meet-your-gut-microbiome",
    ]
    assert len({revision.article.topic for revision in loaded}) == len(loaded)


def test_sample_articles_are_reviewed_by_another_person_and_to_be_reviewed_again(loaded):
    for revision in loaded:
        assert revision.reviewer != revision.author
        assert revision.reviewed_on <= revision.article.publish_at.date() < revision.next_review_on


def test_sample_articles_have_a_cover_each(loaded):
    covers = [revision.article.cover for revision in loaded]
    assert len(set(covers)) == len(covers)


@pytest.mark.parametrize("cover", Cover)
def test_cover_is_a_small_drawing_with_no_style_or_script_in_it(cover):
    drawing = Path(finders.find(f"img/covers/{cover}.svg")).read_text()
    assert len(drawing.encode()) < 8000
    assert 'viewBox="0 0 400 500"' in drawing
    assert not re.search(r"<style|<script|\bon\w+=|href", drawing)


def test_sample_articles_cite_only_references_there_are_and_leave_none_out(loaded):
    cited = set()
    for revision in loaded:
        cites = [key for _, cite in parse(revision.body).elements("cite") for key in citation_keys(cite)]
        in_order = list(dict.fromkeys(cites))
        assert list(revision.citations.values_list("reference__key", flat=True)) == in_order
        assert revision.references_html.count('<li id="ref-') == len(in_order)
        assert revision.html.count('class="citation"') == len(cites)
        cited |= set(cites)
    assert cited == set(Reference.objects.values_list("key", flat=True))


def test_sample_articles_explain_words_by_the_glossary_and_use_all_of_it(loaded):
    used = set(TermUse.objects.values_list("term__key", flat=True))
    assert used == set(GlossaryTerm.objects.values_list("key", flat=True))
    assert {use.revision for use in TermUse.objects.all()} == set(loaded)


def test_sample_articles_have_a_figure_with_text_alternative_source_and_licence(loaded):
    for revision in loaded:
        [(_, figure)] = parse(revision.body).elements("figure")
        figure = Figure.objects.get(key=figure.attributes["data-figure"])
        assert revision.references.filter(pk=figure.source.pk).exists()
        assert figure.licence == "CC BY 4.0"
        assert len(figure.description.split()) > 30
        assert figure.description in revision.html
        marks = {row["mark"] for row in figure.legend}
        assert marks == set(re.findall(r">(\w)<", figure.drawing))


def test_sample_articles_pages_show_their_words_sources_and_reviewers(client, loaded):
    for revision in loaded:
        words = text_of(client.get(revision.article.get_absolute_url()))
        assert revision.title in words
        assert revision.reviewer.display_name in words
        assert "NHS 111" in words
        for reference in revision.references.exclude(doi=""):
            assert f"doi.org/{reference.doi}" in words


def test_sample_articles_pages_link_only_to_pages_that_are_there(client, loaded):
    for revision in loaded:
        page = parse_page(client.get(revision.article.get_absolute_url()))
        links = {a.get("href").partition("#")[0] for a in page.iter("a") if a.get("href").startswith("/")}
        assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_sample_article_opens_in_short_looks_at_one_study_and_ends_with_when_to_get_help(body):
    boxes = boxes_of(body)
    kinds = [box.attributes["data-box"] for box in boxes if box.attributes["data-box"] != "consultation"]
    assert kinds == ["in-short", "study", "care"]
    assert boxes[1].attributes["data-certainty"]
    assert "999" in boxes[-1].text


def test_sample_article_has_sections_and_a_length_that_can_be_read_in_one_sitting(body):
    document = parse(body)
    assert len(list(document.elements("h2"))) >= 4
    assert 900 <= document.word_count <= 1400


def test_sample_article_is_written_in_short_sentences(body):
    blocks = [block for block in parse(body).blocks if block.tag != "table"]  # cells are no sentences
    lengths = [len(sentence.split()) for block in blocks for sentence in sentences(block.text)]
    assert sum(lengths) / len(lengths) < 18
    assert max(lengths) <= 40


@pytest.mark.parametrize(
    "sentence",
    [
        "It cures colds.",
        "Boost your gut!",
        "Clinically proven.",
        "It prevents flu.",
        "It fights viruses.",
        "A detox.",
        "Balance your gut.",
    ],
)
def test_claim_is_found_among_innocent_sentences(sentence):
    assert claims_in(f"Bacteria live there. {sentence} Nobody knows why.") == [sentence]


def test_sample_article_has_no_sentence_that_promises_an_effect(body):
    assert claims_in(parse(body).text) == []


def test_sample_titles_figures_and_reference_cards_promise_no_effect(loaded):
    texts = [f"{revision.title}. {revision.standfirst}" for revision in loaded]
    for figure in Figure.objects.all():
        legend = [f"{row['name']}. {row['text']}" for row in figure.legend]
        texts += [f"{figure.alt}.", figure.description, figure.caption, figure.note, *legend]
    texts += Reference.objects.values_list("summary", flat=True)
    texts += GlossaryTerm.objects.values_list("definition", flat=True)
    assert claims_in(" ".join(texts)) == []


def test_sample_article_says_probiotic_only_of_the_word_itself_and_never_names_the_brand(body):
    said = [sentence for sentence in sentences(parse(body).text) if "probiotic" in sentence.lower()]
    assert [sentence for sentence in said if "word" not in sentence] == []
    assert "probio7" not in body.lower()


def test_sample_article_sets_names_of_genera_in_italics_and_none_in_a_heading(body):
    assert re.findall(rf"(?<!<em>)\b(?:{GENERA})\b", body) == []
    assert re.findall(r"<h[23]>[^<]*<em>", body) == []


def test_sample_article_is_in_uk_spelling_without_shouting(body):
    text = parse(body).text
    american = r"\b(fiber\w*|color\w*|diarrhea|center|behavior\w*|organiz\w*|recogniz\w*|randomiz\w*|whole grain)\b"
    assert re.findall(american, text, re.IGNORECASE) == []
    assert "!" not in text
    assert "—" not in text
