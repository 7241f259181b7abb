from django.db import migrations

REFUSE = """
CREATE FUNCTION articles_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a revision is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER revision_is_immutable BEFORE UPDATE OR DELETE ON articles_revision
FOR EACH ROW EXECUTE FUNCTION articles_refuse_change();
"""
ALLOW = """
DROP TRIGGER revision_is_immutable ON articles_revision;
DROP FUNCTION articles_refuse_change();
"""


class Migration(migrations.Migration):
    """What readers were shown, and what was signed off, stays on record whoever writes to the database."""

    dependencies = [("articles", "0001_article_library")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
