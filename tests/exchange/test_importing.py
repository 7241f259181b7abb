from datetime import date, time

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from articles.admin.reference_import import REFERENCES
from articles.models import Reference
from consultations.admin.importing import HOURS, NUTRITIONISTS
from consultations.models import AvailabilityRule, Nutritionist
from probio.exchange import exports
from probio.exchange.importing import plan
from probio.exchange.reading import CSVError, read
from probio.models import Upload
from tests.articles.factories import make_csl, make_reference
from tests.exchange.test_exporting import content_of
from tests.factories import make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/consultations/nutritionist/"
LIBRARY = "/admin/articles/reference/"
NIA = "slug,name,credentials\nnia,Nia Sample,RNutr\n"
KNOWN = ["slug", "name", "bio"]


def planned(importer, text):
    table = read(text.encode(), known=importer.columns, needed=importer.needed)
    return [(line.number, line.outcome.value, line.words) for line in plan(importer, table).lines]


def upload(client, address, content):
    file = SimpleUploadedFile("people.csv", content if isinstance(content, bytes) else content.encode())
    return client.post(address, {"file": file})


def seen_at(client, address):
    fields = parse(client.get(address)).iter("input")
    return next(field.get("value") for field in fields if field.get("name") == "seen")


def confirm(client, address):
    return client.post(address, {"seen": seen_at(client, address)})


def confirm_and_follow(client, address):
    return client.post(address, {"seen": seen_at(client, address)}, follow=True)


@pytest.mark.parametrize(
    "content",
    [
        "slug,name\nnia,Zoë\n".encode(),
        "\ufeffslug,name\r\nnia,Zoë\r\n".encode(),
        "slug;name\nnia;Zoë\n".encode(),
        "slug\tname\nnia\tZoë\n".encode("utf-16"),
        '"Slug","Name"\n\n"nia","Zoë"\n'.encode(),
        "slug,name,,\nnia,Zoë,,\n".encode(),
    ],
    ids=["UTF-8", "with a mark", "semicolons", "Unicode text of Excel", "quoted, blank line", "empty columns"],
)
def test_tables_are_read_as_spreadsheets_write_them(content):
    [(_, cells)] = read(content, known=KNOWN, needed=["slug"]).lines
    assert {name: cells[name] for name in ("slug", "name")} == {"slug": "nia", "name": "Zoë"}


def test_windows_1252_is_read_and_said():
    table = read("slug,name\nnia,Zoë £5\n".encode("cp1252"), known=KNOWN, needed=["slug"])
    assert table.lines[0][1]["name"] == "Zoë £5"
    assert "read as Windows-1252" in table.note


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "This is an Excel workbook"),
        ("slug,name\nnia,Z\n".encode("utf-16-le"), "This is not text in UTF-8"),
        (b"\xff\xfes", "begins like UTF-16 but is not"),
        (b"slug,name\nnia,\x81\xff\n", "neither UTF-8 nor Windows-1252"),
        (b"slug,nmae\nnia,Z\n", "Unknown column “nmae”"),
        (b"slug,slug\nnia,Z\n", "The column “slug” is there twice"),
        (b"name\nNia\n", "The column “slug” is missing"),
        (b"slug\n", "no line below the heading"),
        (b"", "The column “slug” is missing"),
        (b'slug,name\nnia,"Nia\n', "Line 2 cannot be read"),
        (b"slug,name\nnia,Nia,more\n", "Line 2 has 3 cells, the heading 2"),
        (b"slug\n" + b"a\n" * 5001, "more than 5,000 lines"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content, words):
    with pytest.raises(CSVError, match=words):
        read(content, known=KNOWN, needed=["slug"])


def test_line_numbers_are_those_of_a_spreadsheet():
    table = read(b'slug,bio\n\nnia,"two\nlines"\npriya,one\n', known=KNOWN, needed=["slug"])
    assert [number for number, _ in table.lines] == [3, 4]


def test_every_line_of_nutritionists_has_its_outcome():
    make_nutritionist(slug="same", name="Same", credentials="RNutr")
    make_nutritionist(slug="other", name="Other", credentials="RNutr")
    text = (
        "slug,name,credentials,most per day,active\n"
        "same,Same,RNutr,,yes\nother,Another,RNutr,4,no\nnew,New,RNutr,,yes\nbad slug,,RNutr,0,perhaps\n"
        "new,Twice,R,,yes\n"
    )
    same, other, new, bad, twice = planned(NUTRITIONISTS, text)
    assert (same[:2], new[:2]) == ((2, "unchanged"), (4, "new"))
    changes = ["name: “Other” becomes “Another”", "most per day: empty becomes “4”", "is active: “yes” becomes “no”"]
    assert other == (3, "changed", changes)
    assert bad[:2] == (5, "error")
    assert {words.split(":")[0] for words in bad[2]} == {"slug", "name", "active", "line"}
    assert twice == (6, "error", ["Line 4 is about the same slug."])
    assert Nutritionist.objects.count() == 2


def test_constraints_are_asked():
    [(_, outcome, words)] = planned(NUTRITIONISTS, "slug,name,credentials,most per day\nnia,Nia,RNutr,0\n")
    assert (outcome, words) == (
        "error",
        ["line: A limit of 0 would offer no time; make the nutritionist inactive instead."],
    )


def test_every_line_of_hours_has_its_outcome():
    make_nutritionist(slug="nia", weekdays=[0, 1])
    text = (
        "nutritionist;weekday;from;to;valid from\nnia;Monday;09:00;17:00;\nnia;tue;9:00;16:00;\n"
        "nia;Wednesday;09:00;12:00;04/01/2027\nnia;Thursday;12:00;09:00;\nnobody;Friday;09:00;12:00;\nnia;4;09:00;12:00;\n"
    )
    lines = planned(HOURS, text)
    assert [line[1] for line in lines] == ["unchanged", "changed", "new", "error", "error", "error"]
    assert lines[1][2] == ["to: “17:00:00” becomes “16:00:00”"]
    assert lines[3][2] == ["line: Working hours end after they start."]
    assert lines[4][2] == ["nutritionist: There is no nutritionist with this slug."]
    assert lines[5][2] == ["weekday: Write a weekday, such as Monday."]


def test_hours_from_or_to_a_year_that_is_none_are_refused():
    make_nutritionist(slug="nia", weekdays=[])
    lines = planned(
        HOURS,
        "nutritionist,weekday,from,to,valid from,valid to\n"
        "nia,Tuesday,09:00,12:00,0001-01-01,\nnia,Wednesday,09:00,12:00,,9999-12-31\n",
    )
    assert [line[1] for line in lines] == ["error", "error"]
    assert lines[0][2] == ["valid from: Give a year from 2000 to 2999."]


@pytest.mark.parametrize("file", ["nia,Monday,16:30,18:00", "nia,Friday,09:00,12:00\nnia,Friday,11:30,13:00"])
def test_hours_that_overlap_are_not_imported(admin_client, file):
    make_nutritionist(name="Nia", slug="nia", weekdays=[0])
    response = upload(admin_client, f"{PEOPLE}import/hours/", f"nutritionist,weekday,from,to\n{file}\n")
    page = admin_client.get(response["Location"])
    assert "overlap. Make them one, or change one." in text_of(page)
    admin_client.post(response["Location"], {"seen": "anything"})
    assert AvailabilityRule.objects.count() == 1


def test_cell_longer_than_can_be_read_is_named_for_what_it_is(admin_client):
    long = f"slug,name\nnia,{'a' * 140_000}\n"
    assert "Line 2 cannot be read: a cell has more than 131,072 characters." in text_of(
        upload(admin_client, f"{PEOPLE}import/nutritionists/", long)
    )


def test_every_line_of_references_has_its_outcome():
    make_reference(doi="10.1000/abc", kind="review", sample="")
    text = (
        "doi,title,type,kind of study,sample,authors,date\n"
        'https://doi.org/10.1000/ABC,Mucus and microbes,article-journal,review,,"Harper, A.\nDay, R.",2021\n'
        'doi:10.1000/ABC,Mucus and microbes,article-journal,review,12 mice,"Harper, A.\nDay, R.",2021\n'
        'doi:10.1000/NEW,"<u>Oats</u> and <i>L. casei</i>",article-journal,trial,,"Lind, B.",2022-05\n'
        "nonsense,Oats,book,trial,,,\n,Oats,book,guess,,,\n"
    )
    lines = planned(REFERENCES, text)
    assert [line[1] for line in lines] == ["unchanged", "error", "new", "error", "error"]
    assert lines[1][2] == ["Line 2 is about the same doi."]
    assert "A DOI looks like 10.1000/xyz123." in lines[3][2][0]
    assert lines[4][2][0].startswith("kind of study: ")


def test_new_references_of_one_file_get_keys_of_their_own():
    lines = "".join(f'10.1000/{n},Oats,book,trial,"Lind, B.",2022\n' for n in range(3))
    table = read(f"doi,title,type,kind of study,authors,date\n{lines}".encode(), known=REFERENCES.columns, needed=[])
    keys = [line.form.instance.key for line in plan(REFERENCES, table).lines]
    assert keys == ["lind2022", "lind2022b", "lind2022c"]


def test_an_importer_may_take_fewer_lines(admin_client):
    response = upload(admin_client, f"{LIBRARY}import/references/", "title\n" + "Oats\n" * 301)
    assert "more than 300 lines" in text_of(response)


def test_imported_reference_has_passed_the_door_for_records(admin_client):
    row = 'doi:10.1000/NEW,"<u>Oats</u> and <i>L. casei</i>",article-journal,trial,"Lind, B.",2022-05\n'
    page = upload(admin_client, f"{LIBRARY}import/references/", f"doi,title,type,kind of study,authors,date\n{row}").url
    assert confirm(admin_client, page).status_code == 302
    reference = Reference.objects.get()
    assert (reference.key, reference.doi) == ("lind2022", "10.1000/new")
    assert reference.csl["title"] == "Oats and <i>L. casei</i>"


def test_export_of_references_imports_as_unchanged(admin_client):
    csl = make_csl(
        title="=Mucus", author=[{"family": "Hill", "given": "C.", "suffix": "Jr"}, {"literal": "Gut, Board"}]
    )
    make_reference(csl={**csl, "genre": "Letter"}, doi="10.1000/abc", summary="-1 is less", funding="+44 20 7946 0018")
    content = content_of(admin_client.post(f"{LIBRARY}export/", {"what": "articles.references", "format": "csv"}))
    assert [line[1:] for line in planned(REFERENCES, content.decode())] == [("unchanged", [])]


@pytest.mark.parametrize(("what", "importer"), [("nutritionists", NUTRITIONISTS), ("hours", HOURS)])
def test_export_of_people_and_hours_imports_as_unchanged(admin_client, what, importer):
    make_nutritionist(bio="=Bio\n- oats", weekdays=[0])
    AvailabilityRule.objects.update(valid_from=date(2027, 1, 4))
    content = content_of(admin_client.post(f"{PEOPLE}export/", {"what": f"consultations.{what}", "format": "csv"}))
    assert [line[1:] for line in planned(importer, content.decode())] == [("unchanged", [])]


def test_import_shows_first_and_writes_after_confirmation(admin_client, admin_user):
    page = upload(admin_client, f"{PEOPLE}import/nutritionists/", NIA).url
    assert "New: 1" in text_of(admin_client.get(page))
    assert not Nutritionist.objects.exists()
    assert confirm(admin_client, page).url == PEOPLE
    assert Nutritionist.objects.get().name == "Nia Sample"
    assert LogEntry.objects.get().change_message == "Imported from people.csv."
    assert not Upload.objects.exists()


def test_hours_are_imported(admin_client):
    make_nutritionist(slug="nia", weekdays=[])
    text = "nutritionist,weekday,from,to\nnia,Monday,09:00,12:30\n"
    confirm(admin_client, upload(admin_client, f"{PEOPLE}import/hours/", text).url)
    rule = AvailabilityRule.objects.get()
    assert (rule.weekday, rule.starts_at, rule.ends_at) == (0, time(9), time(12, 30))


def test_nothing_is_written_when_one_line_is_wrong(admin_client):
    page = upload(admin_client, f"{PEOPLE}import/nutritionists/", f"{NIA}bad slug,,\n").url
    shown = text_of(admin_client.get(page))
    assert "Nothing can be imported while a line is wrong." in shown
    assert "3Errorbad slug" in shown
    admin_client.post(page, {"seen": "anything"})
    assert not Nutritionist.objects.exists()


def test_what_has_changed_since_it_was_shown_is_not_imported(admin_client):
    page = upload(admin_client, f"{PEOPLE}import/nutritionists/", NIA).url
    [seen] = [
        field.get("value") for field in parse(admin_client.get(page)).iter("input") if field.get("name") == "seen"
    ]
    make_nutritionist(slug="nia", name="Somebody else")
    assert "something has changed since" in admin_client.post(page, {"seen": seen}).content.decode()
    assert Nutritionist.objects.get().name == "Somebody else"


def test_unreadable_file_is_refused_beside_the_field(admin_client):
    response = upload(admin_client, f"{PEOPLE}import/nutritionists/", b"PK\x03\x04")
    assert response.status_code == 422
    assert "This is an Excel workbook." in text_of(response)


def test_upload_is_its_owners_and_import_needs_permission(admin_client):
    page = upload(admin_client, f"{PEOPLE}import/nutritionists/", NIA).url
    other = Client()
    other.force_login(get_user_model().objects.create_superuser("other"))
    assert other.get(page).status_code == 404
    plain = Client()
    plain.force_login(get_user_model().objects.create_user("plain", is_staff=True))
    assert plain.get(f"{PEOPLE}import/nutritionists/").status_code == 403


def test_uploads_are_swept_away(admin_client):
    page = upload(admin_client, f"{PEOPLE}import/nutritionists/", NIA).url
    Upload.objects.update(expires_at=timezone.now())
    assert admin_client.get(page).status_code == 404
    exports.sweep(now=timezone.now())
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("hours", "nutritionist,weekday,from,to\nnia,Tuesday,09:00,09:30\n"),
        ("nutritionists", "slug,active\nnia,no\n"),
        ("nutritionists", "slug,time zone\nnia,Asia/Tokyo\n"),
    ],
)
def test_file_that_would_leave_a_booking_outside_hours_is_refused_and_names_it(admin_client, kind, content):
    nutritionist = make_nutritionist(slug="nia")
    booking = make_booking(make_consultation_type(nutritionist))
    look = upload(admin_client, f"{PEOPLE}import/{kind}/", content)["Location"]
    said = text_of(admin_client.get(look))
    assert f"{booking.reference}, Tuesday 5 January 2027" in said
    assert "would fall outside" in said
    admin_client.post(look, {"seen": "anything"})
    nutritionist.refresh_from_db()
    assert (nutritionist.is_active, nutritionist.time_zone) == (True, "Europe/London")
    assert nutritionist.availability_rules.get(weekday=1).ends_at == time(17)


def test_lines_are_imported_though_they_were_tried_out_before(admin_client):
    make_nutritionist(slug="nia", weekdays=[])
    content = "nutritionist,weekday,from,to\nnia,Tuesday,09:00,12:00\nnia,Wednesday,09:00,12:00\n"
    look = upload(admin_client, f"{PEOPLE}import/hours/", content)["Location"]
    said = text_of(confirm_and_follow(admin_client, look))
    assert "Imported: 2 new, 0 changed." in said
    assert AvailabilityRule.objects.count() == 2


def test_booking_made_since_the_look_stops_the_import(admin_client):
    nutritionist = make_nutritionist(slug="nia")
    look = upload(admin_client, f"{PEOPLE}import/hours/", "nutritionist,weekday,from,to\nnia,Tuesday,09:00,09:30\n")
    look = look["Location"]
    seen = seen_at(admin_client, look)
    booking = make_booking(make_consultation_type(nutritionist))
    response = admin_client.post(look, {"seen": seen})
    assert booking.reference in text_of(response)
    assert nutritionist.availability_rules.get(weekday=1).ends_at == time(17)
