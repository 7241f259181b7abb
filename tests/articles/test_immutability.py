import pytest
from django.db import IntegrityError, connection, transaction
from psycopg2 import sql

from articles.models import Revision
from tests.articles.factories import make_draft

pytestmark = pytest.mark.django_db
COLUMNS = [field.column for field in Revision._meta.concrete_fields if not field.generated]


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_of_a_revision_is_changed_whoever_writes(column):
    revision = make_draft()
    statement = sql.SQL("UPDATE articles_revision SET {0} = {0} WHERE id = %s").format(sql.Identifier(column))
    with (
        pytest.raises(IntegrityError, match="a revision is never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [revision.pk])


@pytest.mark.parametrize(
    ("values", "constraint"),
    [({"interests": ""}, "revision_states_interests"), ({"is_major": True}, "revision_major_says_what")],
)
def test_revision_that_keeps_something_from_readers_is_refused_by_the_database(values, constraint):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_draft(**values)
    assert refused.value.__cause__.diag.constraint_name == constraint
    make_draft(**{**values, "interests": "None.", "change_note": "A new section."})
