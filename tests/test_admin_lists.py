"""What the team looks at most: as many queries for a hundred rows of everything as for one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.everything import addresses, make_everything

pytestmark = pytest.mark.django_db
ROWS = 100
START, DIARY = "/admin/", "/admin/consultations/booking/diary/"


def queries(client, path):
    with CaptureQueriesContext(connection) as needed:
        assert client.get(path).status_code == 200
    return len(needed)


def test_pages_of_the_team_need_as_many_queries_for_a_hundred_rows_as_for_one(admin_client, admin_user):
    make_everything(admin_user)
    week = f"{DIARY}?week={timezone.localdate() + timedelta(days=9)}"  # everything is booked for that day
    pages = [START, week, *(path for name, path in addresses() if name.endswith("_changelist"))]
    assert len(pages) > 20
    for path in pages:
        admin_client.get(path)  # kinds of content are read once a process
    few = {path: queries(admin_client, path) for path in pages}
    assert (few[START] <= 12, few[week] <= 8) == (True, True), few
    for number in range(2, ROWS + 1):
        make_everything(admin_user, name=f"everything-{number}")
    assert {path: queries(admin_client, path) for path in pages} == few
