from django.db import migrations, models

# AFTER, so that whoever waited for another transaction to move an article away sees the old address it left.
KEEP = """
CREATE FUNCTION articles_refuse_reuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM articles_article JOIN articles_oldaddress USING (slug)
        WHERE slug = NEW.slug AND articles_article.id <> articles_oldaddress.article_id
    ) THEN
        RAISE EXCEPTION 'an address at which readers found one article is never given to another'
        USING ERRCODE = 'unique_violation', CONSTRAINT = 'article_address_never_reused';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER article_address_never_reused AFTER INSERT OR UPDATE OF slug ON articles_article
FOR EACH ROW EXECUTE FUNCTION articles_refuse_reuse();
CREATE TRIGGER oldaddress_is_no_others AFTER INSERT ON articles_oldaddress
FOR EACH ROW EXECUTE FUNCTION articles_refuse_reuse();

CREATE FUNCTION articles_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this stays on record: %', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER oldaddress_is_kept BEFORE UPDATE OR DELETE ON articles_oldaddress
FOR EACH ROW EXECUTE FUNCTION articles_refuse_rewriting('where an article was found');
CREATE TRIGGER publication_is_not_changed BEFORE UPDATE ON articles_publication
FOR EACH ROW EXECUTE FUNCTION articles_refuse_rewriting('what readers were shown');
CREATE TRIGGER publication_is_kept BEFORE DELETE ON articles_publication
FOR EACH ROW WHEN (OLD.at <= now()) EXECUTE FUNCTION articles_refuse_rewriting('what readers were shown');
"""
FORGET = """
DROP TRIGGER publication_is_kept ON articles_publication;
DROP TRIGGER publication_is_not_changed ON articles_publication;
DROP TRIGGER oldaddress_is_kept ON articles_oldaddress;
DROP FUNCTION articles_refuse_rewriting;
DROP TRIGGER oldaddress_is_no_others ON articles_oldaddress;
DROP TRIGGER article_address_never_reused ON articles_article;
DROP FUNCTION articles_refuse_reuse;
"""


class Migration(migrations.Migration):
    """An address is never given to another article, and what readers saw when stays on record, whoever writes."""

    dependencies = [("articles", "0007_publishing_fill_dates")]
    operations = [
        migrations.RemoveConstraint(
            model_name="article",
            name="article_live_has_time",
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("live_revision", None),
                    models.Q(("changed_at__isnull", False), ("publish_at__isnull", False)),
                    _connector="OR",
                ),
                name="article_live_has_time",
            ),
        ),
        migrations.RunSQL(KEEP, FORGET),
    ]
