from django.db import migrations

# Before this, lines about bookings and the waiting list named the client, and those about time off said why.
FORGET_NAMES = """
UPDATE django_admin_log SET object_repr = split_part(object_repr, ':', 1)
FROM django_content_type AS kind WHERE kind.id = content_type_id AND (app_label, model) = ('consultations', 'booking');
UPDATE django_admin_log SET object_repr = 'Waiting' || COALESCE(substring(object_repr FROM ' since .*$'), '')
FROM django_content_type AS kind
WHERE kind.id = content_type_id AND (app_label, model) = ('consultations', 'waitlistentry');
UPDATE django_admin_log SET object_repr = 'Time off'
FROM django_content_type AS kind WHERE kind.id = content_type_id AND (app_label, model) = ('consultations', 'timeoff');
"""
REFUSE = """
CREATE FUNCTION probio_refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a line of the log is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER log_is_immutable BEFORE UPDATE OR DELETE ON django_admin_log
FOR EACH ROW EXECUTE FUNCTION probio_refuse_change_of_log();
"""
ALLOW = """
DROP TRIGGER log_is_immutable ON django_admin_log;
DROP FUNCTION probio_refuse_change_of_log();
"""
INDEX = "CREATE INDEX admin_log_by_time ON django_admin_log (action_time DESC, id DESC)"


class Migration(migrations.Migration):
    """Who did what stays on record whoever writes to the database, and needs no change when a client is erased."""

    dependencies = [
        ("probio", "0001_keep_exports_and_uploads_for_a_day"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunSQL(FORGET_NAMES, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE, ALLOW),
        migrations.RunSQL(INDEX, "DROP INDEX admin_log_by_time"),
    ]
