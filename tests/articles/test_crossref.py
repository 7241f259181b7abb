import gzip
import socket

import pytest

from articles import crossref as client
from articles.crossref import CrossrefError, NotKnown, Unavailable, look_up, look_up_state
from articles.models import RetractionState
from articles.records import Record
from tests.articles.crossref import make_message
from tests.articles.factories import make_csl

DOI = "10.1000/abc(1)<2>/d%e#f?g"


def test_look_up_gives_the_record_as_csl_json(crossref):
    crossref.works[DOI] = make_message()
    authors = [{"family": "Harper", "given": "A."}, {"literal": "Gut Board"}]
    csl = make_csl(title="Mucus and <i>L. casei</i>", author=authors, issued={"date-parts": [[2021, 4, 9]]})
    work = look_up(DOI)
    assert (work.record, work.funding) == (Record(csl=csl, doi=DOI), "")
    assert (work.retraction_state, work.notice_doi) == (RetractionState.NONE, "")


def test_look_up_says_who_asks_so_that_crossref_can_write_to_us(crossref, settings):
    crossref.works[DOI] = make_message()
    look_up(DOI)
    assert crossref.agents == [f"Probio7-online ({settings.SITE_URL}; mailto:{settings.TEAM_EMAIL})"]


def test_look_up_asks_once_a_day(crossref):
    crossref.works[DOI] = make_message()
    first = look_up(DOI)
    crossref.works[DOI] = make_message(volume="71")
    assert (look_up(DOI), len(crossref.asked)) == (first, 1)


def test_look_up_state_asks_each_time_and_needs_no_record(crossref):
    crossref.works[DOI] = make_message(title=None)
    assert look_up_state(DOI) == (RetractionState.NONE, "")
    crossref.works[DOI] = {"updated-by": [{"type": "retraction", "DOI": "10.1000/N"}]}
    assert look_up_state(DOI) == (RetractionState.RETRACTED, "10.1000/n")


@pytest.mark.parametrize("notices", [5, [5], "retraction", None])
def test_look_up_state_of_nonsense_becomes_words(crossref, notices):
    crossref.works[DOI] = {"updated-by": notices}
    with pytest.raises(CrossrefError, match=r"Crossref's answer cannot be understood\."):
        look_up_state(DOI)


@pytest.mark.parametrize(
    ("overrides", "fields"),
    [
        ({"subtitle": ["A trial"]}, {"title": "Mucus and <i>L. casei</i>: A trial"}),
        ({"title": ["<jats:p>Mucus &amp;\n gut</jats:p>"]}, {"title": "Mucus & gut"}),
        ({"page": None, "article-number": "596166"}, {"page": "596166"}),
        ({"issued": {"date-parts": [[None]]}}, {"issued": None}),
        ({"container-title": []}, {"container-title": None}),
        ({"type": "posted-content"}, {"type": "article"}),
        ({"type": "database"}, {"type": "article"}),
        ({"type": "book-chapter", "publisher-location": "Bath"}, {"type": "chapter", "publisher-place": "Bath"}),
        ({"author": None}, {"author": None}),
    ],
)
def test_what_crossref_names_in_its_own_way_is_translated(crossref, overrides, fields):
    crossref.works[DOI] = make_message(**overrides)
    csl = look_up(DOI).record.csl
    assert {name: csl.get(name) for name in fields} == fields


def test_funders_are_named_once_each_and_not_at_any_length(crossref):
    crossref.works[DOI] = make_message(
        funder=[{"name": "Wellcome"}, {"DOI": "x"}, {"name": "Wellcome"}, {"name": "MRC"}]
    )
    crossref.works["10.1000/long"] = make_message(funder=[{"name": "x" * 500}])
    assert look_up(DOI).funding == "Funded by Wellcome, MRC"
    assert len(look_up("10.1000/long").funding) == 300


@pytest.mark.parametrize(
    ("notices", "state", "notice_doi"),
    [
        ([{"type": "retraction", "DOI": "10.1000/N"}], RetractionState.RETRACTED, "10.1000/n"),
        ([{"type": "withdrawal"}], RetractionState.RETRACTED, ""),
        ([{"type": "expression-of-concern", "DOI": "10.1000/n"}], RetractionState.CONCERN, "10.1000/n"),
        ([{"type": "partial_retraction", "DOI": "10.1000/n"}], RetractionState.CONCERN, "10.1000/n"),
        ([{"type": "Erratum", "DOI": "rubbish"}], RetractionState.CORRECTED, ""),
        ([{"type": "new_version", "DOI": "10.1000/n"}], RetractionState.NONE, ""),
        (
            [{"type": kind, "DOI": f"10.1000/{kind}"} for kind in ("correction", "retraction", "erratum")],
            RetractionState.RETRACTED,
            "10.1000/retraction",
        ),
    ],
)
def test_the_gravest_notice_about_a_work_is_its_state(crossref, notices, state, notice_doi):
    crossref.works[DOI] = make_message(**{"updated-by": notices})
    work = look_up(DOI)
    assert (work.retraction_state, work.notice_doi) == (state, notice_doi)


def test_a_notice_is_not_taken_for_the_work_that_it_is_about(crossref):
    crossref.works[DOI] = make_message(**{"update-to": [{"type": "retraction", "DOI": "10.1000/other"}]})
    assert look_up(DOI).retraction_state == RetractionState.NONE


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, NotKnown, "Crossref does not know this DOI."),
        (429, Unavailable, "Crossref does not answer just now."),
        (500, Unavailable, "Crossref does not answer just now."),
        (503, Unavailable, "Crossref does not answer just now."),
        (403, CrossrefError, "Crossref refused to answer (status 403)."),
    ],
)
def test_a_refusal_becomes_words(crossref, status, error, words):
    crossref.status = status
    with pytest.raises(error) as refused:
        look_up(DOI)
    assert str(refused.value).startswith(words)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Proxy login</html>",
        b"[]",
        b"{}",
        b'{"message": 5}',
        b'{"message": {"title": []}}',
        b'{"message": {"title": "Mucus", "author": "Harper"}}',
        b'{"message": {"title": ["Mucus"], "author": [5]}}',
        b'{"message": {"title": ["Mucus"], "author": [{}]}}',
        b'{"message": {"title": ["Mucus"], "issued": {"date-parts": []}}}',
        b'{"message": {"title": ["Mucus"], "issued": {"date-parts": "2021"}}}',
        b'{"message": {"title": ["Mucus"], "updated-by": [5]}}',
        b'{"message": {"title": ["Mucus"], "funder": 5}}',
        b'{"message": {"title": ["Mucus"], "volume": {"a": 1}}}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_nonsense_becomes_words_and_is_not_kept(crossref, body):
    crossref.body = body
    for _ in range(2):
        with pytest.raises(CrossrefError, match=r"Crossref's answer cannot be understood\."):
            look_up(DOI)
    assert len(crossref.asked) == 2


def test_an_answer_too_large_is_not_read_to_its_end(crossref):
    crossref.body = b" " * (client.MAX_BYTES + 10_000_000)
    with pytest.raises(CrossrefError, match=r"Crossref's answer is too large"):
        look_up(DOI)


def test_a_small_answer_that_unpacks_to_a_large_one_is_not_unpacked(crossref):
    assert len(gzip.compress(b" " * client.MAX_BYTES * 4)) < 100_000
    crossref.body, crossref.encoding = gzip.compress(b" " * client.MAX_BYTES * 4), "gzip"
    with pytest.raises(CrossrefError, match=r"Crossref's answer is too large"):
        look_up(DOI)


def test_an_answer_that_comes_too_slowly_is_not_waited_for(crossref, monkeypatch):
    monkeypatch.setattr(client, "SECONDS_IN_ALL", 0.2)
    crossref.works[DOI], crossref.pause = make_message(), 0.05
    with pytest.raises(Unavailable):
        look_up(DOI)


def test_an_answer_that_does_not_come_is_not_waited_for(crossref, monkeypatch):
    monkeypatch.setattr(client, "SECONDS_BETWEEN_BYTES", 0.1)
    crossref.works[DOI], crossref.pause = make_message(), 1
    with pytest.raises(Unavailable):
        look_up(DOI)


def test_a_server_that_is_not_there_becomes_words(settings, unused_tcp_port):
    settings.CROSSREF_URL = f"http://127.0.0.1:{unused_tcp_port}"
    with pytest.raises(Unavailable, match=r"Crossref does not answer just now\."):
        look_up(DOI)


def test_look_up_does_without_a_cache(crossref, settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"redis://127.0.0.1:{probe.getsockname()[1]}"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": nobody}}
    crossref.works[DOI] = make_message()
    assert look_up(DOI).record.doi == DOI
