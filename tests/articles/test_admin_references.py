import json

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from articles.models import Reference
from tests.articles.crossref import make_message
from tests.articles.factories import make_csl, make_draft, make_live_article, make_reference
from tests.articles.test_admin import HOSTILE, errors_in
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

LIST = "/admin/articles/reference/"
ADD, PASTE = f"{LIST}add/", f"{LIST}paste/"
BOOK = {"key": "harper2021", "kind": "review", "retraction_state": "none", "source_type": "book", "title": "Mucus"}
DOI = "10.1000/abc"


def page_of(reference):
    return f"{LIST}{reference.pk}/change/"


def values_in(page):
    """Return what a form holds, by name, as a browser would send it."""
    main = parse(page).find(".//main")
    values = {field.get("name"): field.get("value") or "" for field in main.iter("input") if field.get("name")}
    values |= {area.get("name"): (area.text or "").removeprefix("\n") for area in main.iter("textarea")}
    for select in main.iter("select"):
        chosen = [option for option in select.iter("option") if option.get("selected") is not None]
        values[select.get("name")] = chosen[0].get("value") if chosen else ""
    return {name: value for name, value in values.items() if not name.startswith("_")}


def test_reference_is_made_by_form(admin_client):
    names = "Harper, A.\nHill, C., Jr\nGut Board\n“Food, Soil and Gut Board”\n\nCher,\n"
    typed = {**BOOK, "source_type": "article-journal", "authors": names, "issued": "2021-05", "container": "Gut"}
    typed |= {"volume": "70", "page": "e5", "url": "https://a.example/", "doi": "https://doi.org/10.1000/ABC"}
    typed |= {"pmid": "PMID: 5", "csl": '{"genre": "Letter"}'}
    assert admin_client.post(ADD, typed).status_code == 302
    reference = Reference.objects.get()
    assert (reference.doi, reference.pmid, reference.checked_at) == ("10.1000/abc", "5", None)
    assert reference.csl == {
        "type": "article-journal",
        "title": "Mucus",
        "author": [
            {"family": "Harper", "given": "A."},
            {"family": "Hill", "given": "C.", "suffix": "Jr"},
            {"literal": "Gut Board"},
            {"literal": "Food, Soil and Gut Board"},
            {"family": "Cher"},
        ],
        "issued": {"date-parts": [[2021, 5]]},
        "container-title": "Gut",
        "volume": "70",
        "page": "e5",
        "URL": "https://a.example/",
        "genre": "Letter",
    }


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"author": [{"family": "Hill", "given": "C.", "suffix": "Jr"}, {"literal": "Food, Soil and Gut Board"}]},
        {"author": [{"family": "Cher"}], "editor": [{"literal": "NHS"}], "genre": "Letter", "number": 5},
        {"issued": {"date-parts": [[2021, 5, 3]]}},
        {"issued": {"literal": "in press"}},
        {"issued": {"date-parts": [[2020], [2021]]}},
        {"type": "motion_picture", "edition": "2", "title": "On <i>L. casei</i>"},
    ],
)
def test_reference_opened_and_saved_again_is_what_it_was(admin_client, overrides):
    reference = make_reference(csl=make_csl(**overrides), retraction_state="retracted", notice_doi="10.1000/n")
    before = (reference.csl, reference.notice_doi)
    assert admin_client.post(page_of(reference), values_in(admin_client.get(page_of(reference)))).status_code == 302
    reference.refresh_from_db()
    assert (reference.csl, reference.notice_doi) == before


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"title": ""}, "This field is required."),
        ({"source_type": "novel"}, "Select a valid choice. novel is not one of the available choices."),
        ({"issued": "May 2021"}, "Write the date as 2021, 2021-05 or 2021-05-03."),
        ({"issued": "2021-5-3"}, "Write the date as 2021, 2021-05 or 2021-05-03."),
        ({"url": "javascript:alert(1)"}, "“URL” must be an address that begins with https:// or http://."),
        ({"authors": ", A."}, "“author” must be a list of names, each with “family” or “literal”."),
        ({"csl": "rubbish"}, "Enter a valid JSON."),
        ({"csl": "[5]"}, 'Other fields look like {"genre": "Preprint"}.'),
        ({"csl": '{"note": "a\\u0000b"}'}, "This holds a character or a number that cannot be stored."),
        ({"csl": '{"number": []}'}, "“number” must be text or a number."),
        ({"doi": "hello"}, "A DOI looks like 10.1000/xyz123."),
        ({"doi": "https://doi.org/10.1000/TAKEN"}, "Another reference already has this DOI."),
        ({"pmid": "five"}, "A PMID is a number of up to nine digits."),
        ({"notice_doi": "10.1000/n"}, "A notice is about a retraction, a concern or a correction: say which."),
        (
            {"key": "Harper 2021"},
            "Use lower-case letters, digits and hyphens only: the key is typed in article bodies.",
        ),
    ],
)
def test_reference_that_could_not_be_used_is_refused_with_words(admin_client, wrong, error):
    make_reference("taken", doi="10.1000/taken")
    response = admin_client.post(ADD, {**BOOK, **wrong})
    assert error in errors_in(response)
    assert Reference.objects.count() == 1


def test_reference_that_is_refused_loses_nothing_that_was_typed(admin_client):
    typed = {**BOOK, "authors": "Harper, A.\nGut Board", "issued": "last May", "csl": '{\n "genre": "Letter"\n}'}
    again = values_in(admin_client.post(ADD, typed))
    assert {name: again[name] for name in typed} == typed


def test_reference_whose_record_went_past_the_check_is_listed_by_its_key_and_opens(admin_client):
    reference = make_reference("bad", csl={"author": "Harper"})
    page = parse(admin_client.get(LIST))
    assert [cell.text for cell in page.findall(".//td[@class='field-label']")] == ["bad"]
    assert "A record needs at least “type” and “title”." in text_of(admin_client.get(page_of(reference)))


def test_reference_with_hostile_words_is_shown_as_text(admin_client):
    reference = make_reference("hostile", csl=make_csl(author=[{"family": HOSTILE}], title=HOSTILE), sample=HOSTILE)
    for page in (admin_client.get(LIST), admin_client.get(page_of(reference))):
        assert (HOSTILE in page.text, HOSTILE in text_of(page)) == (False, True)


def test_a_retracted_reference_is_marked_in_the_list_and_found_by_its_state(admin_client):
    make_reference("sound")
    make_reference("bad", retraction_state="retracted")
    page = parse(admin_client.get(LIST))
    marks = [(mark.get("class"), mark.text) for mark in page.findall(".//td[@class='field-state']/strong")]
    assert marks == [("source-state source-retracted", "Retracted")]
    found = parse(admin_client.get(f"{LIST}?retraction_state__exact=retracted"))
    assert [cell.text for cell in found.findall(".//th[@class='field-key']/a")] == ["bad"]


def test_reference_page_shows_how_it_is_printed_and_where_it_is_used(admin_client):
    reference = make_reference()
    cites = '<p>A<cite data-cite="harper2021"></cite></p>'
    make_draft(make_live_article(body=cites, title="Mucus"), body=cites + "<p>B</p>", title="More mucus")
    make_draft(body=cites, title="Unseen")
    page = text_of(admin_client.get(page_of(reference)))
    assert "Harper A, Day R. Mucus and microbes. Gut. 2021;70(4):698-706." in page
    assert "Harper, A. and Day, R. (2021) ‘Mucus and microbes’, Gut, 70(4), pp. 698–706." in page
    assert "More mucus (published, and in a newer draft)" in page
    assert "Unseen (draft)" in page
    assert "No article cites it." in text_of(admin_client.get(page_of(make_reference("other"))))


def test_a_pasted_doi_becomes_a_form_that_a_person_completes(admin_client, crossref):
    notice = {"type": "retraction", "DOI": "10.1000/N"}
    crossref.works[DOI] = make_message(funder=[{"name": "Wellcome"}], **{"updated-by": [notice]})
    page = admin_client.post(PASTE, {"pasted": "https://doi.org/10.1000/ABC"}, follow=True)
    assert "Found “Mucus and L. casei”." in text_of(page)
    assert "Crossref says of this source: retracted." in text_of(page)
    typed = values_in(page)
    assert (typed["key"], typed["doi"], typed["kind"]) == ("harper2021", DOI, "")
    assert (typed["authors"], typed["issued"]) == ("Harper, A.\nGut Board", "2021-04-09")
    assert (typed["funding"], typed["retraction_state"]) == ("Funded by Wellcome", "retracted")
    assert Reference.objects.count() == 0
    assert "This field is required." in errors_in(admin_client.post(f"{ADD}?found", typed))
    assert admin_client.post(f"{ADD}?found", {**typed, "kind": "trial"}).status_code == 302
    reference = Reference.objects.get()
    assert (reference.kind, reference.notice_doi, reference.checked_at is None) == ("trial", "10.1000/n", False)


@pytest.mark.parametrize(
    "record",
    [
        "@book{x, title={Mucus}, author={Harper, A.}, year={2021}, doi={10.1000/ABC}}",
        "TY  - BOOK\nTI  - Mucus\nAU  - Harper, A.\nPY  - 2021\nDO  - 10.1000/ABC\nER  - ",
        json.dumps(
            {"type": "book", "title": "Mucus", "author": [{"family": "Harper", "given": "A."}], "DOI": "10.1000/ABC"}
            | {"issued": {"date-parts": [[2021]]}}
        ),
    ],
)
def test_a_pasted_record_becomes_a_form_without_asking_anybody(admin_client, crossref, record):
    typed = values_in(admin_client.post(PASTE, {"pasted": record}, follow=True))
    assert admin_client.post(f"{ADD}?found", {**typed, "kind": "review"}).status_code == 302
    reference = Reference.objects.get()
    assert (reference.key, reference.doi, reference.checked_at) == ("harper2021", DOI, None)
    assert (reference.label, reference.csl["type"], crossref.asked) == ("Harper 2021", "book", [])


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "Paste a DOI or a record."),
        ("hello", "This is neither a DOI"),
        ("@article{", "This BibTeX record cannot be read"),
        ("10.1000/absent", "Crossref does not know this DOI."),
        ("x" * 30_000, "This is longer than 20,000 characters."),
    ],
)
def test_what_cannot_be_found_is_told_and_kept_as_typed(admin_client, crossref, pasted, words):
    page = admin_client.post(PASTE, {"pasted": pasted})
    [error] = errors_in(page)
    assert (page.status_code, error.startswith(words), values_in(page)["pasted"]) == (200, True, pasted)


@pytest.mark.parametrize("pasted", [DOI, "@book{x, title={M}, doi={10.1000/ABC}}", "@book{x, title={M}, pmid={5}}"])
def test_a_source_that_is_there_already_is_told_with_a_link_to_it(admin_client, crossref, pasted):
    reference = make_reference("known", doi=DOI, pmid="5")
    page = parse(admin_client.post(PASTE, {"pasted": pasted}))
    [link] = page.findall(".//ul[@class='errorlist']//a")
    assert (link.get("href"), link.text, crossref.asked) == (page_of(reference), "Harper 2021 (known)", [])


def test_only_who_may_add_a_reference_may_paste_one(client, crossref):
    someone = get_user_model().objects.create_user("someone", is_staff=True)
    someone.user_permissions.add(Permission.objects.get(codename="view_reference"))
    viewer = Client()
    viewer.force_login(someone)
    assert "paste/" not in viewer.get(LIST).text
    assert [viewer.post(PASTE, {"pasted": DOI}).status_code, viewer.get(PASTE).status_code] == [403, 403]
    assert (client.get(PASTE).status_code, crossref.asked) == (302, [])


def test_the_form_opens_empty_for_whoever_pasted_nothing(admin_client):
    assert values_in(admin_client.get(f"{ADD}?found"))["title"] == ""


def test_what_was_pasted_stands_in_no_log(admin_client, caplog):
    for pasted in ("@article{canary, title={", r"@article{canary, title={\input{canary} \canary $x} }", "canary"):
        admin_client.post(PASTE, {"pasted": pasted})
    assert "canary" not in caplog.text
