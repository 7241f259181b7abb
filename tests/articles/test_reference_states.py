import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from articles.models import Reference, RetractionState, StudyKind
from tests.articles.factories import make_csl, make_reference

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"pmid": "0"}, "reference_pmid_normal"),
        ({"pmid": "12a"}, "reference_pmid_normal"),
        ({"pmid": "33318163"}, "reference_pmid_once"),
        ({"retraction_state": "withdrawn"}, "reference_retraction_state_known"),
        ({"retraction_state": "retracted", "notice_doi": "10.1000/A"}, "reference_notice_doi_normal"),
        ({"notice_doi": "10.1000/a"}, "reference_notice_has_a_state"),
    ],
)
def test_identifier_or_state_out_of_order_is_refused_by_the_database(fields, constraint):
    make_reference("taken", pmid="33318163")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_reference(**fields)
    assert refused.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pmid": "twelve"}, "A PMID is a number of up to nine digits."),
        ({"pmid": "PMID: 33318163"}, "Another reference already has this PMID."),
        ({"notice_doi": "10.1000/a"}, "A notice is about a retraction, a concern or a correction: say which."),
        ({"retraction_state": "retracted", "notice_doi": "here"}, "The DOI of a notice looks like 10.1000/xyz123."),
    ],
)
def test_identifier_or_state_out_of_order_is_refused_with_words(fields, words):
    make_reference("taken", pmid="33318163")
    with pytest.raises(ValidationError, match=words):
        Reference(key="new", csl=make_csl(), kind=StudyKind.REVIEW, **fields).full_clean()


def test_references_without_pmid_are_accepted_in_any_number():
    assert {make_reference(key).pmid for key in ("one", "two")} == {""}


def test_reference_checked_in_full_has_its_identifiers_in_one_form():
    typed = {"pmid": "PMID: 33318163", "retraction_state": "corrected", "notice_doi": "https://doi.org/10.1000/N"}
    reference = Reference(key="new", csl=make_csl(), kind=StudyKind.REVIEW, **typed)
    reference.full_clean()
    assert (reference.pmid, reference.notice_doi) == ("33318163", "10.1000/n")


def test_states_are_known_by_their_gravity():
    none, corrected, concern, retracted = RetractionState
    assert [state.is_graver_than(concern) for state in (none, corrected, concern, retracted)] == [False] * 3 + [True]
