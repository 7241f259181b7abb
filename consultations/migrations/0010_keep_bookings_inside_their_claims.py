from django.db import migrations

# The foreign key of 0003 ties who and when a booking begins to its claim; this ties when it ends. Asked at the commit,
# because a move changes both rows.
TIE = """
CREATE FUNCTION consultations_booking_fits_its_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM consultations_booking booking JOIN consultations_slotclaim claim ON claim.id = booking.claim_id
        WHERE booking.occupies AND booking.ends_at > claim.blocked_until
        AND CASE TG_TABLE_NAME WHEN 'consultations_booking' THEN booking.id ELSE claim.id END = NEW.id
    ) THEN
        RAISE EXCEPTION 'a booking ends within its claim'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_fits_its_claim';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER booking_fits_its_claim
AFTER INSERT OR UPDATE OF claim_id, ends_at, status ON consultations_booking
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION consultations_booking_fits_its_claim();
CREATE CONSTRAINT TRIGGER claim_holds_its_booking
AFTER UPDATE OF blocked_until ON consultations_slotclaim
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION consultations_booking_fits_its_claim();
"""
UNTIE = """
DROP TRIGGER booking_fits_its_claim ON consultations_booking;
DROP TRIGGER claim_holds_its_booking ON consultations_slotclaim;
DROP FUNCTION consultations_booking_fits_its_claim();
"""


class Migration(migrations.Migration):
    dependencies = [("consultations", "0009_limit_what_types_allow")]
    operations = [migrations.RunSQL(TIE, UNTIE)]
