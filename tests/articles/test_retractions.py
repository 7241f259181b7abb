from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from articles import retractions
from articles.models import Reference, RetractionState
from articles.publishing import save_draft
from tests.articles.crossref import make_message
from tests.articles.factories import make_content, make_draft, make_reference

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DOI = "10.1000/abc"


def notice(kind):
    return make_message(**{"updated-by": [{"type": kind, "DOI": f"10.1000/{kind}"}]})


def run(*arguments):
    said, complained = StringIO(), StringIO()
    try:
        call_command("check_references", *arguments, stdout=said, stderr=complained)
    except CommandError as error:
        complained.write(f"failed: {error}\n")
    return said.getvalue().splitlines(), complained.getvalue().splitlines()


def state_of(reference):
    reference.refresh_from_db()
    return reference.retraction_state, reference.notice_doi, reference.checked_at is not None


@pytest.mark.parametrize(
    ("known", "found", "kept"),
    [
        ("none", None, ("none", "", True)),
        ("none", "retraction", ("retracted", "10.1000/retraction", True)),
        ("corrected", "expression_of_concern", ("concern", "10.1000/expression_of_concern", True)),
        ("retracted", "correction", ("retracted", "", True)),
        ("retracted", "retraction", ("retracted", "10.1000/retraction", True)),
        ("concern", None, ("concern", "", True)),
    ],
)
def test_check_keeps_the_graver_of_what_is_known_and_what_is_found(crossref, known, found, kept):
    reference = make_reference(doi=DOI, retraction_state=known)
    crossref.works[DOI] = notice(found) if found else make_message()
    check = retractions.check(reference, now=LATER)
    assert state_of(reference) == kept
    assert check == retractions.Check(state=RetractionState(kept[0]), is_news=known != kept[0])


def test_check_asks_crossref_even_if_the_answer_is_in_the_cache(crossref):
    reference = make_reference(doi=DOI)
    crossref.works[DOI] = make_message()
    retractions.check(reference, now=LATER)
    crossref.works[DOI] = notice("retraction")
    retractions.check(reference, now=LATER)
    assert state_of(reference)[0] == "retracted"


def test_check_leaves_a_reference_alone_that_somebody_changed_meanwhile(crossref):
    reference = make_reference(doi=DOI)
    crossref.works[DOI] = notice("correction")
    Reference.objects.update(doi="10.1000/other")
    retractions.check(reference, now=LATER)
    assert state_of(reference) == ("none", "", False)


def test_command_tells_news_once_and_passes_over_sources_without_doi(crossref):
    sound, bad = make_reference("sound", doi="10.1000/sound"), make_reference("bad", doi=DOI)
    book = make_reference("book")
    crossref.works |= {DOI: notice("retraction"), "10.1000/sound": make_message()}
    assert run() == (["bad: retracted", "Asked about 2; news of 1"], [])
    assert run() == (["Asked about 2; news of 0"], [])
    assert [state_of(reference)[0] for reference in (sound, bad, book)] == ["none", "retracted", "none"]
    assert [state_of(reference)[2] for reference in (sound, bad, book)] == [True, True, False]


def test_command_on_a_dry_run_tells_the_news_and_keeps_nothing(crossref):
    reference = make_reference(doi=DOI)
    crossref.works[DOI] = notice("retraction")
    assert run("--dry-run") == (["harper2021: retracted", "Asked about 1; news of 1 (nothing kept)"], [])
    assert state_of(reference) == ("none", "", False)


def test_command_goes_on_after_a_doi_that_crossref_does_not_know(crossref):
    make_reference("absent", doi="10.1000/absent")
    make_reference("bad", doi=DOI)
    crossref.works[DOI] = notice("retraction")
    said, complained = run()
    assert said == ["bad: retracted", "Asked about 2; news of 1"]
    assert [line.partition(".")[0] for line in complained] == ["absent: Crossref does not know this DOI"]


def test_command_gives_up_when_crossref_does_not_answer(crossref):
    for number in range(5):
        make_reference(f"r{number}", doi=f"10.1000/{number}")
    crossref.status = 503
    said, complained = run()
    assert (said, len(crossref.asked)) == ([], 3)
    assert complained[-1] == "failed: Crossref does not answer. Run this again later."


def test_command_fails_in_the_end_when_an_answer_cannot_be_understood(crossref):
    make_reference("odd", doi="10.1000/odd")
    crossref.body = b"<html>"
    assert run()[1][-1] == "failed: 1 could not be checked."


def test_an_article_saved_after_a_retraction_tells_of_it(crossref):
    reference = make_reference(doi=DOI)
    content = make_content(body='<p>A<cite data-cite="harper2021"></cite></p>')
    before = make_draft(**vars(content))
    crossref.works[DOI] = notice("retraction")
    retractions.check(reference, now=LATER)
    after = save_draft(article=before.article, content=content, by=None, now=LATER)
    assert ("Retracted:" in before.html, "Retracted:" in after.html) == (False, True)
