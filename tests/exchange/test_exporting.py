import csv
import io
import tracemalloc
from datetime import UTC, date, datetime, time, timedelta

import openpyxl
import pytest
from celery import current_app
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from consultations import retention
from consultations.exporting import BOOKINGS
from consultations.models import Booking
from probio.exchange import admin as exchange_admin
from probio.exchange import exports
from probio.exchange.sources import Source
from probio.exchange.writing import write
from probio.models import Export, ExportFormat, ExportState
from tests.exchange.test_cells import FORMULAS
from tests.factories import NOW, make_booking, make_consultation_type, make_nutritionist
from tests.pages import text_of

pytestmark = pytest.mark.django_db

LIST = "/admin/consultations/booking/"
ASK_CSV = {"what": "consultations.bookings", "format": "csv"}


def content_of(response):
    return b"".join(response.streaming_content)


def csv_rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_cells(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Files of this test alone."""
    options = {"location": tmp_path / "exports"}
    settings.STORAGES = {
        **settings.STORAGES,
        "exports": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options},
    }
    return tmp_path / "exports"


@pytest.fixture
def long(monkeypatch):
    """Every export is a long one."""
    monkeypatch.setattr(exchange_admin, "LONG", 0)


@pytest.fixture
def booking():
    return make_booking(name="=1+1", notes="never shown")


@pytest.fixture
def asked(admin_user, booking):
    return exports.ask(BOOKINGS, [booking.pk], "csv", owner=admin_user, now=timezone.now())


def signed_in(*permissions, name="nell"):
    user = get_user_model().objects.create_user(name, is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_workbook_is_a_formula(text):
    file = io.BytesIO()
    write("xlsx", file, ["a"], [[text]])
    assert xlsx_cells(file.getvalue()) == [[("a", "s")], [(f"'{text.strip()}", "s")]]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_begins_like_a_formula(text):
    file = io.BytesIO()
    write("csv", file, ["a"], [[text]])
    assert csv_rows(file.getvalue()) == [["a"], [f"'{text.strip()}"]]


def test_values_are_written_as_what_they_are():
    row = ["+44 20 7946 0018", 5, -2.5, True, None, date(2027, 1, 5), time(9), datetime(2027, 7, 1, 9, tzinfo=UTC)]
    file = io.BytesIO()
    write("csv", file, list("abcdefgh"), [row])
    written = ["+44 20 7946 0018", "5", "-2.5", "yes", "", "2027-01-05", "09:00", "2027-07-01 10:00"]
    assert csv_rows(file.getvalue())[1] == written
    file = io.BytesIO()
    write("xlsx", file, list("abcdefgh"), [row])
    values = [value for value, _ in xlsx_cells(file.getvalue())[1]]
    days = [datetime(2027, 1, 5), time(9), datetime(2027, 7, 1, 10)]  # noqa: DTZ001 (a workbook knows no zones)
    assert values == ["+44 20 7946 0018", 5, -2.5, "yes", None, *days]


@pytest.mark.parametrize("format", ExportFormat.values)
def test_ten_thousand_rows_do_not_fill_the_memory(format, tmp_path):
    rows = ([f"row {number} {'x' * 100}"] * 10 for number in range(10_000))  # 11 MB of text
    tracemalloc.start()
    with (tmp_path / "rows").open("wb") as file:
        write(format, file, list("abcdefghij"), rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000


def test_list_is_exported_as_it_is_filtered(admin_client, booking):
    make_booking(name="Bo Lind")
    response = admin_client.post(f"{LIST}export/?q=1%2B1", ASK_CSV)
    assert response.status_code == 200, response.url
    content = content_of(response)
    heading, row = csv_rows(content)
    assert (heading[0], row[0], row[6]) == ("reference", booking.reference, "'=1+1")
    assert "never shown" not in content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_export_reads_in_batches(admin_client, django_assert_num_queries, count):
    consultation_type = make_consultation_type(make_nutritionist())
    for hour in range(count):
        make_booking(consultation_type, starts_at=datetime(2027, 1, 5, 10 + hour, tzinfo=UTC))
    ids = list(Booking.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        assert len(list(BOOKINGS.read(ids))) == count


@pytest.mark.parametrize("app", ["outgoingemail", "waitlistentry", "nutritionist"])
def test_other_lists_are_exported(admin_client, booking, app):
    page = f"/admin/consultations/{app}/export/"
    names = {"outgoingemail": "mail", "waitlistentry": "waiting_list", "nutritionist": "hours"}
    response = admin_client.post(page, {"what": f"consultations.{names[app]}", "format": "xlsx"})
    assert len(xlsx_cells(content_of(response))) == {"outgoingemail": 2, "waitlistentry": 1, "nutritionist": 8}[app]


def test_export_is_on_record_without_what_was_searched_for(admin_client, admin_user, booking):
    content_of(admin_client.post(f"{LIST}export/?q=amara&status__exact=confirmed", ASK_CSV))
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (admin_user, "Bookings")
    assert entry.change_message == "Exported 0 rows as CSV (q=…, status__exact=confirmed)."


def test_client_data_needs_its_own_permission(booking):
    may = ["consultations.view_booking", "probio.export_client_data"]
    assert signed_in(*may, name="a").post(f"{LIST}export/", ASK_CSV).status_code == 200
    for name, one in zip("bc", may, strict=True):
        assert signed_in(one, name=name).post(f"{LIST}export/", ASK_CSV).status_code == 403
    assert "Export" not in text_of(signed_in(may[0], name="d").get(LIST))


def test_long_export_is_made_by_a_worker_and_downloaded(admin_client, booking, long, folder):
    response = admin_client.post(f"{LIST}export/", ASK_CSV)
    export = Export.objects.get()
    assert response.url == f"/admin/probio/export/{export.pk}/change/"
    assert "0 of 1 rows are written" in text_of(admin_client.get(response.url))
    assert exports.make(export.pk)
    assert "is ready" in text_of(admin_client.get(response.url))
    download = admin_client.get(f"/admin/probio/export/{export.pk}/download/")
    assert csv_rows(content_of(download))[1][0] == booking.reference
    assert not exports.make(export.pk)
    export.refresh_from_db()
    assert (export.state, export.rows_done, export.row_ids) == (ExportState.READY, 1, [])


def test_another_member_of_staff_gets_404(asked):
    exports.make(asked.pk)
    other = signed_in("consultations.view_booking", "probio.export_client_data")
    for page in ("change", "download"):
        assert other.get(f"/admin/probio/export/{asked.pk}/{page}/").status_code == 404


def test_owner_who_may_no_longer_export_is_refused(booking):
    client = signed_in("consultations.view_booking", "probio.export_client_data")
    owner = get_user_model().objects.get()
    export = exports.ask(BOOKINGS, [booking.pk], "csv", owner=owner, now=timezone.now())
    exports.make(export.pk)
    owner.user_permissions.clear()
    assert client.get(f"/admin/probio/export/{export.pk}/download/").status_code == 403


def test_interrupted_export_is_made_again_once_its_lease_is_over(asked, folder):
    lost = timezone.now() - timedelta(seconds=1)
    Export.objects.update(attempts=1, locked_until=timezone.now() + exports.LEASE, rows_done=1)
    exports.sweep(now=timezone.now())
    assert not folder.exists()
    Export.objects.update(locked_until=lost)
    exports.sweep(now=timezone.now())
    asked.refresh_from_db()
    assert (asked.state, asked.attempts, len(list(folder.iterdir()))) == (ExportState.READY, 2, 1)


def test_worker_that_was_overtaken_stores_nothing(asked, folder, monkeypatch):
    def overtaken(source, ids):
        Export.objects.update(attempts=2)
        yield ["late"]

    monkeypatch.setattr(Source, "read", overtaken)
    assert not exports.make(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.attempts, folder.exists()) == (ExportState.WAITING, 2, False)


def test_export_that_fails_three_times_is_given_up(asked, monkeypatch):
    def broken(*args):
        raise OSError("disk full")

    monkeypatch.setattr(exports, "write", broken)
    for _ in range(4):
        exports.make(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.attempts) == (ExportState.FAILED, 3)


def test_expired_export_is_deleted_with_its_file(asked, folder, admin_client):
    exports.make(asked.pk)
    Export.objects.update(asked_at=NOW - timedelta(days=900), expires_at=timezone.now() - timedelta(seconds=1))
    assert admin_client.get(f"/admin/probio/export/{asked.pk}/download/").status_code == 404
    exports.sweep(now=timezone.now())
    assert (Export.objects.count(), list(folder.iterdir())) == (0, [])


def test_retention_says_how_long_exports_are_kept():
    assert retention.EXPORTS_LAST == exports.LASTS


def test_export_whose_file_is_gone_is_404(asked, admin_client):
    exports.make(asked.pk)
    storages["exports"].delete(Export.objects.get().file_name)
    assert admin_client.get(f"/admin/probio/export/{asked.pk}/download/").status_code == 404


def test_too_many_rows_are_refused_in_words(admin_client, booking, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 0)
    response = admin_client.post(f"{LIST}export/", ASK_CSV)
    assert response.status_code == 422
    assert "These are 1 rows. Filter the list to 0 or fewer." in text_of(response)


def test_worker_and_beat_know_the_tasks(settings):
    current_app.loader.import_default_modules()
    assert {"probio.exchange.tasks.make_export", "probio.exchange.tasks.sweep_exports"} <= set(current_app.tasks)
    assert settings.CELERY_BEAT_SCHEDULE["sweep-exports"]["task"] in current_app.tasks
