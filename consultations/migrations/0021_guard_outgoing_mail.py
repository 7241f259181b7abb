from django.db import migrations, models
from django.db.models.functions import Now

# A second copy must carry the first one's Message-ID, or it is no copy; what is sent or no longer needed stays so.
GUARD = """
CREATE FUNCTION consultations_guard_outgoing_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.message_id <> OLD.message_id OR NEW.dedupe_key <> OLD.dedupe_key THEN
        RAISE EXCEPTION 'a message keeps the Message-ID and the key it was written with'
        USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'obsolete' AND NEW.state <> OLD.state
    OR OLD.state = 'sent' AND NEW.state NOT IN ('sent', 'bounced') THEN
        RAISE EXCEPTION 'a message that is % is not owed again', OLD.state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outgoingemail_keeps_its_word BEFORE UPDATE OF message_id, dedupe_key, state
ON consultations_outgoingemail FOR EACH ROW EXECUTE FUNCTION consultations_guard_outgoing_mail();
"""
UNGUARD = """
DROP TRIGGER outgoingemail_keeps_its_word ON consultations_outgoingemail;
DROP FUNCTION consultations_guard_outgoing_mail();
"""


class Migration(migrations.Migration):
    dependencies = [("consultations", "0020_fill_when_mail_was_due")]
    operations = [
        migrations.AlterField("outgoingemail", "due_at", models.DateTimeField(db_default=Now())),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
