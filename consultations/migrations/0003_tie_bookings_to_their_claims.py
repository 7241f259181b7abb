from django.db import migrations

# A booking that occupies time must point at a live claim on the same nutritionist and start; one that does
# not, at a released claim. Deferred to the commit, because a move or a cancellation changes both rows.
TIE = """
ALTER TABLE consultations_booking
ADD CONSTRAINT booking_matches_its_claim
FOREIGN KEY (claim_id, nutritionist_id, starts_at, occupies)
REFERENCES consultations_slotclaim (id, nutritionist_id, starts_at, is_live)
DEFERRABLE INITIALLY DEFERRED
"""
UNTIE = "ALTER TABLE consultations_booking DROP CONSTRAINT booking_matches_its_claim"


class Migration(migrations.Migration):
    dependencies = [("consultations", "0002_consultations_ledger_and_outbox")]
    operations = [migrations.RunSQL(TIE, UNTIE)]
