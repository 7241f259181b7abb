from django.db import migrations

REFUSE = """
CREATE TRIGGER citation_is_immutable BEFORE UPDATE OR DELETE ON articles_citation
FOR EACH ROW EXECUTE FUNCTION articles_refuse_change();
"""
ALLOW = "DROP TRIGGER citation_is_immutable ON articles_citation"


class Migration(migrations.Migration):
    """What a revision cited is part of it, and stays on record with it."""

    dependencies = [("articles", "0004_show_readers_only_reviewed_revisions")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
