import pytest

from articles.identifiers import is_doi, is_pmid, normalise_doi, normalise_pmid


@pytest.mark.parametrize(
    "typed",
    [
        "10.1000/AbC",
        "  10.1000/abc\n",
        "https://doi.org/10.1000/abc",
        "HTTPS://DOI.ORG/10.1000/ABC",
        "http://dx.doi.org/10.1000/abc",
        "doi:10.1000/abc",
        "DOI: 10.1000/abc",
        "DOI 10.1000/abc",
        "doi.org/10.1000/abc",
        "https://www.doi.org/10.1000/abc",
        "https://doi.org/10.1000/abc?utm_source=x#top",
        "https://doi.org/10.1000%2Fabc",
    ],
)
def test_normalise_doi_gives_every_spelling_one_form(typed):
    assert normalise_doi(typed) == "10.1000/abc"


def test_normalise_doi_of_nothing_is_nothing():
    assert normalise_doi(" ") == ""


@pytest.mark.parametrize(
    "typed",
    [
        "33318163",
        " 33318163\n",
        "PMID: 33318163",
        "pmid 33318163",
        "https://pubmed.ncbi.nlm.nih.gov/33318163/",
        "https://www.ncbi.nlm.nih.gov/pubmed/33318163",
    ],
)
def test_normalise_pmid_gives_every_spelling_one_form(typed):
    assert normalise_pmid(typed) == "33318163"


def test_a_doi_and_a_pmid_are_told_from_other_text():
    assert [is_doi(text) for text in ("10.1000/x", "10.1/x", "10.1000/a b", "hello", "")] == [True, *[False] * 4]
    assert [is_pmid(text) for text in ("1", "0", "1234567890", "12a", "")] == [True, *[False] * 4]
