from django.db import migrations

# Until now there was one wording of each purpose, and the booking form was the only place to agree.
KEEP = """
INSERT INTO consultations_consenttext (sha256, purpose, version, wording)
SELECT DISTINCT encode(sha256(convert_to(wording, 'UTF8')), 'hex'), purpose, 1, wording FROM consultations_consent;
UPDATE consultations_consent
SET text_id = encode(sha256(convert_to(wording, 'UTF8')), 'hex'), channel = 'booking_form';
"""
GIVE_BACK = """
UPDATE consultations_consent consent SET wording = text.wording
FROM consultations_consenttext text WHERE text.sha256 = consent.text_id;
"""


class Migration(migrations.Migration):
    dependencies = [("consultations", "0012_make_room_for_consent_texts")]
    operations = [migrations.RunSQL(KEEP, GIVE_BACK)]
