from django.db import migrations

REFUSE = """
CREATE TRIGGER termuse_is_immutable BEFORE UPDATE OR DELETE ON articles_termuse
FOR EACH ROW EXECUTE FUNCTION articles_refuse_change();
"""
ALLOW = "DROP TRIGGER termuse_is_immutable ON articles_termuse"


class Migration(migrations.Migration):
    """What a revision explained by the glossary is part of it, and stays on record with it."""

    dependencies = [("articles", "0013_glossary")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
