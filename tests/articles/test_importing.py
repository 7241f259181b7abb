import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.bibliography import RecordError, format_reference
from articles.importing import MAX_CHARACTERS, pasted_doi, propose_key, read_record
from articles.records import Record, bibtex, csl_json, ris
from tests.articles.factories import make_csl

BIBTEX = r"""
@article{Harper_2021,
  title={Mucus and the {\textit{L. casei}} group: 5\% {\&} H\textsubscript{2}O},
  author={M{\"u}ller, Bj{\o}rn and {Food, Soil and Gut Board} and Jan van der Berg and Hill, Jr, C. and others},
  journal={Gut}, year=2021, month=feb, volume={70}, number={4}, pages={698--706},
  DOI={10.1000/ABC}, url={https://doi.org/10.1000/abc}, pmid={33318163}
}
"""
RIS = """TY  - JOUR
AU  - Müller, Bjørn
AU  - Food and Soil Board
AU  - Hill, C., Jr
TI  - Mucus and microbes
JO  - Gut
PY  - 2021
DA  - 2021/02/09
VL  - 70
IS  - 4
SP  - 698
EP  - 706
DO  - https://doi.org/10.1000/ABC
UR  - https://doi.org/10.1000/abc
AN  - 33318163
DB  - PubMed
"""
CSL_JSON = """[{"id": "x", "type": "article-journal", "title": "Mucus &amp; <span>microbes</span>",
 "DOI": "10.1000/ABC",
 "PMID": 33318163, "author": [{"family": "Müller", "given": "Bjørn"}], "ISSN": ["1"], "abstract": "Long.",
 "issued": {"date-parts": [[2021, 2]]}, "URL": "https://a.example/mucus"}]"""


def test_bibtex_as_publishers_write_it_becomes_a_record():
    authors = [
        {"family": "Müller", "given": "Bjørn"},
        {"literal": "Food, Soil and Gut Board"},
        {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
        {"family": "Hill", "given": "C.", "suffix": "Jr"},
        {"literal": "et al."},
    ]
    title = "Mucus and the <i>L. casei</i> group: 5% & H<sub>2</sub>O"
    csl = make_csl(title=title, author=authors, issued={"date-parts": [[2021, 2]]})
    assert read_record(BIBTEX) == Record(csl=csl, doi="10.1000/abc", pmid="33318163")


@pytest.mark.parametrize("end", ["ER  - \n", "", "ER  -\r\n\r\n"])
def test_ris_as_publishers_write_it_becomes_a_record(end):
    authors = [{"family": "Müller", "given": "Bjørn"}, {"literal": "Food and Soil Board"}]
    authors.append({"family": "Hill", "given": "C.", "suffix": "Jr"})
    csl = make_csl(author=authors, issued={"date-parts": [[2021, 2, 9]]})
    assert read_record(RIS + end) == Record(csl=csl, doi="10.1000/abc", pmid="33318163")


def test_csl_json_becomes_a_record_of_what_is_printed():
    csl = {
        "type": "article-journal",
        "title": "Mucus & microbes",
        "author": [{"family": "Müller", "given": "Bjørn"}],
        "issued": {"date-parts": [[2021, 2]]},
        "URL": "https://a.example/mucus",
    }
    assert read_record(CSL_JSON) == Record(csl=csl, doi="10.1000/abc", pmid="33318163")


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("@book{a, title={Mucus}}", "book"),
        ("@book(a, title={Mucus})", "book"),
        ("@INBOOK{a, title={Mucus}}", "chapter"),
        ("@techreport{a, title={Mucus}}", "report"),
        ("@misc{a, title={Mucus}, url={https://a.example}}", "webpage"),
        ("@misc{a, title={Mucus}}", "article"),
        ("TY  - EJOUR\nTI  - Mucus", "article-journal"),
        ("TY  - RPRT\nTI  - Mucus", "report"),
        ("TY  - ZZZZ\nTI  - Mucus", "article"),
        ('{"type": "post-weblog", "title": "Mucus"}', "webpage"),
        ('{"type": "software", "title": "Mucus"}', "article"),
    ],
)
def test_every_type_is_read_as_one_that_can_be_printed(text, read_as):
    csl = read_record(text).csl
    assert (csl["type"], "Mucus" in format_reference(csl)) == (read_as, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "This is neither a DOI"),
        ("", "This is neither a DOI"),
        ("@article{a, title={Mucus}", "look for a missing brace"),
        ("@article{a, title={Mucus}, title={Mucus}}", "has a field twice: title."),
        ("@article{a, author={A, B, C, D, E}, title={Mucus}}", "cannot be read"),
        ("@comment{nothing}", "There is no record in this."),
        ("@article{a, title={" + "{" * 3000 + "}" * 3000 + "}}", "cannot be read"),
        ("@article{a, year=2021}", "A record needs at least “type” and “title”."),
        ("@book{a, title={A}}\n@book{b, title={B}}", "These are 2 records."),
        ("TY  - JOUR\nTI  - A\nER  - \nTY  - JOUR\nTI  - B\nER  - ", "These are 2 records."),
        ("TY  - JOUR\nER  - ", "A record needs at least “type” and “title”."),
        ("TY  - JOUR\nstray\nTI  - \n", "A record needs at least “type” and “title”."),
        ("[", "This is not valid JSON"),
        ("[" * 10_000, "This is not valid JSON"),
        ("[5]", "A CSL-JSON record is an object"),
        ("[]", "There is no record in this."),
        ('{"type": "book", "title": "A", "author": "Harper"}', "“author” must be a list of names"),
        ('{"type": "book", "title": "A", "volume": NaN}', "“volume” must be text or a number"),
        ("x" * (MAX_CHARACTERS + 1), "This is longer than 20,000 characters."),
    ],
)
def test_what_is_no_single_record_is_refused_with_words(text, words):
    with pytest.raises(RecordError) as refused:
        read_record(text)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        r"@book{a, title={\input{/etc/passwd}Mucus <script>alert(1)</script>}}",
        "TY  - BOOK\nTI  - Mucus<script> alert(1)</script>",
        r'{"type": "book", "title": "Mucus\u0000\ud800 <img src=x onerror=alert(1)>alert(1)"}',
    ],
)
def test_markup_commands_and_what_cannot_be_stored_are_taken_out(text):
    assert read_record(text).csl["title"] == "Mucus alert(1)"


@pytest.mark.parametrize("text", ["10.1000/ABC", " https://doi.org/10.1000/abc \n", "doi:10.1000/abc", "10.1000/abc."])
def test_a_pasted_doi_is_known_as_one(text):
    assert pasted_doi(text) == "10.1000/abc"


@pytest.mark.parametrize("text", ["", "hello", RIS, BIBTEX, CSL_JSON])
def test_anything_else_is_no_doi(text):
    assert pasted_doi(text) == ""


@pytest.mark.parametrize(
    ("overrides", "taken", "key"),
    [
        ({}, set(), "harper2021"),
        ({}, {"harper2021", "harper2021b"}, "harper2021c"),
        ({"author": [{"family": "O’Müller-Øst"}]}, set(), "omullerst2021"),
        ({"author": [{"literal": "腸"}], "issued": None}, set(), "source"),
        ({"author": [{"literal": "x" * 99}]}, set(), "x" * 57),
    ],
)
def test_propose_key_names_first_author_and_year(overrides, taken, key):
    assert propose_key(make_csl(**overrides), taken) == key


PIECES = [
    *("@article{", "@string{", "@comment{", "a", ",", "title", "author", "=", "{", "}", '"', "#", "\\", "$", "%", "\n"),
    *("TY  - JOUR", "TI  - ", "AU  - ", "ER  - ", "\r\n", "[", "]", ":", '"title"', '"type"', "null", "1e999", "-"),
    *("and", " ", "2021", "\\textit{", "\\'e", "&amp;", "<i>", "</i>", "<script>", "\0", "\ud800", "腸", "\ue000"),
]


STARTS = ["", "@book{a, title={M}, ", "TY  - BOOK\nTI  - M\n", '{"type": "book", "title": "M", ']


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(STARTS))
def test_whatever_is_pasted_becomes_words_or_a_record_that_can_be_written(pieces, start):
    try:
        record = read_record(start + "".join(pieces))
    except RecordError:
        return
    for written_as in (bibtex, ris, csl_json):
        assert read_record(written_as.write([record])).csl["title"]
