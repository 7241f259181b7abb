from django.db import migrations

# The triggers of 0010 and 0016 chose the column to compare by CASE, which no index serves: at its commit each booking
# read all bookings, and each client's answers everybody's. With ten thousand rows that was five milliseconds apiece.
CHECK = """
CREATE OR REPLACE FUNCTION consultations_booking_fits_its_claim() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_broken boolean;
BEGIN
    IF TG_TABLE_NAME = 'consultations_booking' THEN
        is_broken := EXISTS (
            SELECT FROM consultations_booking booking JOIN consultations_slotclaim claim ON claim.id = booking.claim_id
            WHERE booking.id = NEW.id AND booking.occupies AND booking.ends_at > claim.blocked_until
        );
    ELSE
        is_broken := EXISTS (
            SELECT FROM consultations_booking booking JOIN consultations_slotclaim claim ON claim.id = booking.claim_id
            WHERE claim.id = NEW.id AND booking.occupies AND booking.ends_at > claim.blocked_until
        );
    END IF;
    IF is_broken THEN
        RAISE EXCEPTION 'a booking ends within its claim'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_fits_its_claim';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION consultations_answers_stand_on_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_broken boolean;
BEGIN
    IF TG_TABLE_NAME = 'consultations_intakeanswers' THEN
        is_broken := EXISTS (
            SELECT FROM consultations_intakeanswers answers
            JOIN consultations_consent consent ON consent.id = answers.consent_id
            WHERE answers.id = NEW.id AND (
                consent.withdrawn_at IS NOT NULL OR consent.purpose <> 'health'
                OR consent.booking_id <> answers.booking_id
            )
        );
    ELSE
        is_broken := EXISTS (
            SELECT FROM consultations_intakeanswers answers
            JOIN consultations_consent consent ON consent.id = answers.consent_id
            WHERE consent.id = NEW.id AND (
                consent.withdrawn_at IS NOT NULL OR consent.purpose <> 'health'
                OR consent.booking_id <> answers.booking_id
            )
        );
    END IF;
    IF is_broken THEN
        RAISE EXCEPTION 'answers are kept on a consent that stands'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'intakeanswers_stand_on_consent';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """Reversed, the functions stay as they are here: they refuse the same."""

    dependencies = [("consultations", "0021_guard_outgoing_mail")]
    operations = [migrations.RunSQL(CHECK, migrations.RunSQL.noop)]
