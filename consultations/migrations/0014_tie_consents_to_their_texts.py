import django.db.models.deletion
from django.db import migrations, models

CHANNELS = [
    ("booking_form", "the booking form"),
    ("waiting_list", "the waiting-list form"),
    ("manage_link", "the client's own link"),
]

# A consent's words are words of its purpose, and what somebody agreed to stays on record.
TIE = """
ALTER TABLE consultations_consent
ADD CONSTRAINT consent_text_is_of_its_purpose
FOREIGN KEY (text_id, purpose) REFERENCES consultations_consenttext (sha256, purpose);
CREATE FUNCTION consultations_keep_consent_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a consent text is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consenttext_is_immutable BEFORE UPDATE OR DELETE ON consultations_consenttext
FOR EACH ROW EXECUTE FUNCTION consultations_keep_consent_text();
"""
UNTIE = """
DROP TRIGGER consenttext_is_immutable ON consultations_consenttext;
DROP FUNCTION consultations_keep_consent_text();
ALTER TABLE consultations_consent DROP CONSTRAINT consent_text_is_of_its_purpose;
"""


class Migration(migrations.Migration):
    dependencies = [("consultations", "0013_keep_consent_wordings_by_hash")]

    operations = [
        migrations.RemoveField("consent", "wording"),
        migrations.AlterField(
            "consent",
            "text",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consultations.consenttext"
            ),
        ),
        migrations.AlterField("consent", "channel", models.CharField(choices=CHANNELS, max_length=20)),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["booking_form", "waiting_list", "manage_link"])),
                name="consent_channel_known",
            ),
        ),
        migrations.RunSQL(TIE, UNTIE),
    ]
