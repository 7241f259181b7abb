from django.db import migrations, models

# Deferred to the commit: editors would otherwise queue for the one row until each other's transactions end, and could
# lock each other out. Once a transaction is enough, however many rows it changed.
WATCH = """
INSERT INTO articles_contentversion (id, token, changed_at) VALUES (1, gen_random_uuid(), clock_timestamp());

CREATE FUNCTION articles_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('articles.change_is_noted', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    INSERT INTO articles_contentversion (id, token, changed_at) VALUES (1, gen_random_uuid(), clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET token = excluded.token, changed_at = excluded.changed_at;
    PERFORM set_config('articles.change_is_noted', 'yes', true);
    RETURN NULL;
END $$;

CREATE FUNCTION articles_watch(shown regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE CONSTRAINT TRIGGER readers_see_rows AFTER INSERT OR DELETE ON %s DEFERRABLE INITIALLY DEFERRED '
        'FOR EACH ROW EXECUTE FUNCTION articles_note_change()', shown
    );
    EXECUTE format(
        'CREATE CONSTRAINT TRIGGER readers_see_values AFTER UPDATE ON %s DEFERRABLE INITIALLY DEFERRED '
        'FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION articles_note_change()', shown
    );
END $$;

SELECT articles_watch(shown) FROM unnest(ARRAY[
    'articles_article', 'articles_topic', 'articles_person', 'articles_reference', 'articles_publication',
    'articles_readnext', 'articles_glossaryterm'
]::regclass[]) AS shown;
"""
FORGET = """
DROP FUNCTION articles_note_change() CASCADE;
DROP FUNCTION articles_watch(regclass);
"""


class Migration(migrations.Migration):
    """Whatever changes what readers are shown is noted with it, so that a page kept from before is known to be old."""

    dependencies = [("articles", "0019_search_topic_synonyms")]
    operations = [
        migrations.CreateModel(
            name="ContentVersion",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("token", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="contentversion_is_one_row")]
            },
        ),
        migrations.RunSQL(WATCH, FORGET),
    ]
