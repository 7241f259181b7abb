import json

import bibtexparser
import pytest
import rispy

from articles.importing import read_record
from articles.records import TYPES, Record, bibtex, csl_json, ris
from tests.articles.factories import make_csl

HARD = "5% of a_b & {c} $1 #2 ~ \\ end"
PEOPLE = [
    {"family": "Müller", "given": "Bjørn"},
    {"literal": "Food, Soil and Gut Board"},
    {"family": "Hill", "given": "C.", "suffix": "Jr"},
    {"literal": "et al."},
]


def record(**overrides):
    csl = make_csl(**overrides)
    return Record(csl=csl, key="harper2021", doi="10.1000/a_b%", pmid="33318163")


@pytest.mark.parametrize("written_as", [bibtex, csl_json])
@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"title": f"On <i>L. casei</i> and H<sub>2</sub>O: {HARD}"},
        {"author": PEOPLE, "editor": PEOPLE[:1]},
        {"issued": {"date-parts": [[2021, 2]]}},
        {"URL": "https://a.example/~me/?a=1&b=2_3%20#x"},
        *({"type": row.csl, "container-title": None, "publisher": "Wiley"} for row in TYPES if row.bibtex != "article"),
    ],
)
def test_a_record_that_is_written_and_read_again_says_the_same(written_as, overrides):
    before = record(**overrides)
    after = read_record(written_as.write([before]))
    csl = {name: str(value) if name == "issue" else value for name, value in before.csl.items()}
    if csl["type"] == "report" and written_as is bibtex:
        csl["number"] = csl.pop("issue")  # BibTeX has one field for both
    assert (after.csl, after.doi, after.pmid) == (csl, before.doi, before.pmid)


def test_ris_that_is_written_and_read_again_says_the_same_in_plain_words():
    before = record(author=[PEOPLE[0], PEOPLE[2], PEOPLE[3]], title=f"On <i>L. casei</i>: {HARD}")
    after = read_record(ris.write([before]))
    assert after.csl == {**before.csl, "title": f"On L. casei: {HARD}"}
    assert (after.doi, after.pmid) == (before.doi, before.pmid)


def test_ris_holds_no_line_that_a_field_could_smuggle_in():
    written = ris.write([record(title="Mucus\nER  - \nTY  - BOOK\nTI  - Smuggled")])
    [entry] = rispy.loads(written)
    assert (entry["type_of_reference"], entry["title"]) == ("JOUR", "Mucus ER - TY - BOOK TI - Smuggled")


def test_bibtex_holds_no_entry_that_a_field_could_smuggle_in():
    written = bibtex.write([record(title="Mucus}}\n@book{b, title={Smuggled", URL="https://a.example/}}@book{c,}")])
    library = bibtexparser.parse_string(written)
    assert ([entry.entry_type for entry in library.entries], library.failed_blocks) == (["article"], [])


def test_records_are_written_in_order_each_with_its_key_and_note():
    records = [Record(csl=make_csl(), key=key, note="Retracted.") for key in ("b", "a")]
    assert [(row["id"], row["note"]) for row in json.loads(csl_json.write(records))] == [
        ("b", "Retracted."),
        ("a", "Retracted."),
    ]
    assert [entry.key for entry in bibtexparser.parse_string(bibtex.write(records)).entries] == ["b", "a"]
    assert [(row["id"], row["notes"]) for row in rispy.loads(ris.write(records))] == [
        ("b", ["Retracted."]),
        ("a", ["Retracted."]),
    ]


@pytest.mark.parametrize(("written_as", "nothing"), [(bibtex, ""), (ris, ""), (csl_json, "[]")])
def test_no_records_are_an_empty_file(written_as, nothing):
    assert written_as.write([]).strip() == nothing


def test_a_record_with_a_date_in_words_is_written_without_it():
    assert "year" not in bibtex.write([record(issued={"literal": "in press"})])
    assert "PY" not in ris.write([record(issued={"literal": "in press"})])


@pytest.mark.parametrize(
    ("first", "last", "pages"), [("10", "19", "10-19"), ("S10-S19", "S19", "S10-S19"), ("e7", "", "e7"), ("", "9", "9")]
)
def test_pages_of_ris_are_a_range_however_they_are_written(first, last, pages):
    [read] = ris.read(f"TY  - JOUR\nTI  - Mucus\nSP  - {first}\nEP  - {last}\nER  - \n")
    assert read.csl["page"] == pages


def test_date_of_csl_json_in_one_piece_is_taken_apart():
    [read] = csl_json.read('{"type": "article-journal", "title": "Mucus", "issued": {"raw": "2018-03-04"}}')
    assert read.csl["issued"] == {"date-parts": [[2018, 3, 4]]}
