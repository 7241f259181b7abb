from django.db import migrations

# Checked when an article is pointed at a revision, and true from then on: revisions never change or go.
REFUSE = """
CREATE FUNCTION articles_check_live_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.live_revision_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM articles_revision
        WHERE id = NEW.live_revision_id AND article_id = NEW.id
        AND reviewer_id <> author_id AND reviewed_on IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'an article shows a revision of its own that somebody other than its author has reviewed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'article_live_revision_reviewed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER article_live_revision_reviewed BEFORE INSERT OR UPDATE OF id, live_revision_id ON articles_article
FOR EACH ROW EXECUTE FUNCTION articles_check_live_revision();
"""
ALLOW = """
DROP TRIGGER article_live_revision_reviewed ON articles_article;
DROP FUNCTION articles_check_live_revision();
"""


class Migration(migrations.Migration):
    """No article shows another one's text or one that nobody checked, whoever writes to the database."""

    dependencies = [("articles", "0003_hold_dois_to_one_form")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
