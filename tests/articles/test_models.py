from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from articles.models import Article, Citation, Figure, Person, Reference, Revision, StudyKind, Topic
from tests.articles.factories import (
    NOW,
    SVG,
    make_article,
    make_csl,
    make_draft,
    make_figure,
    make_live_article,
    make_person,
    make_reference,
    make_topic,
)

pytestmark = pytest.mark.django_db


def broken_constraint(error_info):
    return error_info.value.__cause__.diag.constraint_name


def copy_of(revision, **overrides):
    values = {field.attname: getattr(revision, field.attname) for field in Revision._meta.concrete_fields}
    return Revision(**{**values, "id": None, "number": revision.number + 1, **overrides})


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"cover": "nonsense"}, "article_cover_known"),
        ({"publish_at": None}, "article_live_has_time"),
        ({"expire_at": NOW}, "article_expires_after_publication"),
        ({"expire_at": NOW - timedelta(days=1)}, "article_expires_after_publication"),
        ({"live_revision": lambda: make_draft()}, "article_live_revision_reviewed"),
        ({"live_revision": lambda: make_draft(Article.objects.get(), reviewer=None)}, "article_live_revision_reviewed"),
        (
            {"live_revision": lambda: make_draft(Article.objects.get(), reviewed_on=None)},
            "article_live_revision_reviewed",
        ),
        (
            {"live_revision": lambda: make_draft(Article.objects.get(), author=(one := make_person()), reviewer=one)},
            "article_live_revision_reviewed",
        ),
    ],
)
def test_impossible_articles_are_refused_by_the_database(values, constraint):
    article = make_live_article()
    values = {name: value() if callable(value) else value for name, value in values.items()}
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Article.objects.filter(pk=article.pk).update(**values)
    assert broken_constraint(refused) == constraint


def test_two_articles_at_one_address_are_refused_by_the_database():
    make_article(slug="mucus")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_article(slug="mucus")
    assert Article.objects.get().slug == "mucus"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"number": 1}, "revision_number_once_an_article"),
        ({"title": ""}, "revision_titled"),
        ({"reviewed_on": date(2026, 1, 5), "next_review_on": date(2026, 1, 5)}, "revision_reviewed_in_order"),
        ({"reviewed_on": date(2026, 1, 5), "next_review_on": date(2025, 1, 5)}, "revision_reviewed_in_order"),
    ],
)
def test_impossible_revisions_are_refused_by_the_database(values, constraint):
    revision = make_draft()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        copy_of(revision, **values).save()
    assert broken_constraint(refused) == constraint
    copy_of(revision).save()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE articles_revision SET title = 'Changed' WHERE id = %s",
        "UPDATE articles_revision SET html = '' WHERE id = %s",
        "UPDATE articles_revision SET title = title WHERE id = %s",
        "DELETE FROM articles_revision WHERE id = %s",
        "UPDATE articles_citation SET position = 9 WHERE revision_id = %s",
        "DELETE FROM articles_citation WHERE revision_id = %s",
    ],
)
def test_revision_and_its_citations_are_neither_changed_nor_deleted_by_anybody(statement):
    make_reference("harper2021")
    revision = make_draft(body='<p>a<cite data-cite="harper2021"></cite></p>')
    with (
        pytest.raises(IntegrityError, match="a revision is never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [revision.pk])
    assert (Revision.objects.get().title, Citation.objects.get().position) == ("Mucus", 1)


def test_revision_saved_or_deleted_through_its_model_is_refused_too():
    revision = make_draft()
    revision.title = "Changed"
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        revision.save()
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        revision.delete()
    assert Revision.objects.get().title == "Mucus"


@pytest.mark.parametrize(
    ("repeated", "constraint"),
    [
        ({"position": 2}, "citation_reference_once"),
        ({"reference_key": "yeoh2021"}, "citation_position_once"),
    ],
)
def test_citation_repeated_in_a_revision_is_refused_by_the_database(repeated, constraint):
    make_reference("harper2021")
    make_reference("yeoh2021")
    revision = make_draft(body='<p>a<cite data-cite="harper2021"></cite></p>')
    reference = Reference.objects.get(key=repeated.get("reference_key", "harper2021"))
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Citation.objects.create(revision=revision, reference=reference, position=repeated.get("position", 1))
    assert broken_constraint(refused) == constraint


@pytest.mark.parametrize("model", [Reference, Person, Topic])
def test_what_an_article_was_made_with_cannot_be_deleted(model):
    make_reference("harper2021")
    make_draft(body='<p>a<cite data-cite="harper2021"></cite></p>')
    with pytest.raises(ProtectedError):
        model.objects.first().delete()


def test_source_of_a_figure_cannot_be_deleted():
    reference = make_reference()
    make_figure(source=reference)
    with pytest.raises(ProtectedError):
        reference.delete()


def test_reference_of_unknown_kind_is_refused_by_the_database():
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_reference(kind="rumour")
    assert broken_constraint(refused) == "reference_kind_known"


def test_topic_of_unknown_shape_is_refused_by_the_database():
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_topic(slug="new", name="New", shape="square")
    assert broken_constraint(refused) == "topic_shape_known"


def test_two_references_with_one_doi_are_refused_by_the_database():
    make_reference("one", doi="10.1000/x")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_reference("two", doi="10.1000/x")
    assert broken_constraint(refused) == "reference_doi_once"


@pytest.mark.parametrize(
    "doi", ["https://doi.org/10.1000/x", "10.1000/X", "10.1000/x y", "10.1000/", "10.1/x", "x10.1000/x", "hello"]
)
def test_doi_in_another_form_is_refused_by_the_database(doi):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_reference(doi=doi)
    assert broken_constraint(refused) == "reference_doi_normal"


def test_references_without_doi_are_accepted_in_any_number():
    assert {make_reference(key).doi for key in ("one", "two")} == {""}


def test_reference_checked_in_full_has_its_doi_in_one_form():
    reference = Reference(key="new", csl=make_csl(), kind=StudyKind.REVIEW, doi="https://doi.org/10.1000/ABC")
    reference.full_clean()
    assert reference.doi == "10.1000/abc"


@pytest.mark.parametrize("doi", ["hello", "10.1000/a b", "10.1/x", "10.1000/", "https://a.example/10.1000/x"])
def test_reference_with_something_else_than_a_doi_is_refused_with_words(doi):
    with pytest.raises(ValidationError, match=r"A DOI looks like 10\.1000/xyz123"):
        Reference(key="new", csl=make_csl(), kind=StudyKind.REVIEW, doi=doi).full_clean()


def test_reference_with_a_known_doi_in_another_spelling_is_refused_with_words():
    make_reference("one", doi="10.1000/abc")
    reference = Reference(key="two", csl=make_csl(), kind=StudyKind.REVIEW, doi="https://doi.org/10.1000/ABC")
    with pytest.raises(ValidationError, match="Another reference already has this DOI"):
        reference.full_clean()


@pytest.mark.parametrize("csl", [[], "Harper 2021", {"type": "book"}, {"title": "Mucus"}, 5])
def test_reference_whose_record_lacks_type_or_title_is_refused_with_words(csl):
    with pytest.raises(ValidationError, match="A record needs at least “type” and “title”"):
        Reference(key="new", csl=csl, kind=StudyKind.REVIEW).full_clean()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"author": "Harper"}, "“author” must be a list of names, each with “family” or “literal”."),
        ({"issued": {"date-parts": [[]]}}, '“issued” must be a date, such as {"date-parts": [[2021, 5]]}.'),
        ({"title": "a\0b"}, "This holds a character or a number that cannot be stored."),
        ({"note": "\ud800"}, "This holds a character or a number that cannot be stored."),
        ({"note": float("nan")}, "This holds a character or a number that cannot be stored."),
    ],
)
def test_reference_whose_record_cannot_be_printed_or_stored_is_refused_with_words(overrides, message):
    with pytest.raises(ValidationError) as refused:
        Reference(key="new", csl=make_csl(**overrides), kind=StudyKind.REVIEW).full_clean()
    assert refused.value.message_dict == {"csl": [message]}


def test_reference_whose_record_went_past_the_check_is_named_by_its_key():
    assert make_reference("bad", csl={"author": "Harper"}).label == "bad"


@pytest.mark.parametrize(
    ("legend", "message"),
    [
        ([{"mark": "A"}], "A legend is a list of objects, each with “mark”, “name” and “text” in words."),
        ([{"mark": "A", "name": "a\0b", "text": "x"}], "This holds a character or a number that cannot be stored."),
    ],
)
def test_figure_whose_legend_cannot_be_shown_or_stored_is_refused_with_words(legend, message):
    figure = make_figure()
    figure.legend = legend
    with pytest.raises(ValidationError) as refused:
        figure.full_clean()
    assert refused.value.message_dict == {"legend": [message]}


def test_figure_with_its_legend_left_empty_has_none():
    figure = make_figure()
    figure.legend = None
    figure.full_clean()
    assert figure.legend == []


@pytest.mark.parametrize("key", ["Harper2021", "harper 2021", "harper_2021", "härper", '"><script>'])
@pytest.mark.parametrize("model", [Reference, Figure])
def test_key_that_could_not_be_typed_in_a_body_is_refused_with_words(model, key):
    with pytest.raises(ValidationError) as refused:
        model(key=key).full_clean()
    assert refused.value.message_dict["key"] == [
        "Use lower-case letters, digits and hyphens only: the key is typed in article bodies."
    ]


@pytest.mark.parametrize(
    ("drawing", "message"),
    [
        (SVG.replace("<circle", "<script/><circle"), "<script> is not allowed in a drawing."),
        (SVG.replace("<circle", '<circle onclick="x"'), "The attribute “onclick” is not allowed in a drawing."),
        ("no drawing", "The drawing is not well-formed SVG: syntax error: line 1, column 0"),
    ],
)
def test_figure_with_a_hostile_drawing_is_refused_with_words(drawing, message):
    figure = make_figure()
    figure.full_clean()
    figure.drawing = drawing
    with pytest.raises(ValidationError) as refused:
        figure.full_clean()
    assert refused.value.message_dict == {"drawing": [message]}


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (219, 1), (440, 2), (1360, 6)])
def test_reading_minutes_are_at_least_one(words, minutes):
    assert Revision(word_count=words).reading_minutes == minutes


@pytest.mark.parametrize(
    ("name", "credentials", "display_name", "initials"),
    [
        ("Priya Raman", "RNutr", "Priya Raman, RNutr", "PR"),
        ("Nell Adaeze Okafor", "", "Nell Adaeze Okafor", "NA"),
        ("Zoë", "", "Zoë", "Z"),
    ],
)
def test_person_is_shown_with_credentials_and_initials(name, credentials, display_name, initials):
    person = make_person(name=name, credentials=credentials)
    assert (person.display_name, str(person), person.initials) == (display_name, display_name, initials)


def test_rows_are_named_for_people_to_recognise():
    reference = make_reference()
    revision = make_draft(make_article(slug="mucus"), body='<p>a<cite data-cite="harper2021"></cite></p>')
    assert [str(row) for row in (reference, revision, revision.article, revision.citations.get())] == [
        "Harper 2021 (harper2021)",
        "Mucus (revision 1)",
        "mucus",
        f"1. {reference.pk}",
    ]
