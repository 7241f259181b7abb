from django.db import migrations

# Published questions stay as they were asked; a look stays on record for two years, then retention may delete it.
# Answers stand on a consent of their own booking, for health answers, that has not been withdrawn: asked at the commit,
# because giving and withdrawing change both rows.
GUARD = """
CREATE FUNCTION consultations_keep_questionnaire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published questionnaire is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER questionnaireversion_is_immutable BEFORE UPDATE OR DELETE ON consultations_questionnaireversion
FOR EACH ROW EXECUTE FUNCTION consultations_keep_questionnaire();

CREATE FUNCTION consultations_keep_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '2 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a look at answers is never changed, nor deleted for two years'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER answerslook_is_kept BEFORE UPDATE OR DELETE ON consultations_answerslook
FOR EACH ROW EXECUTE FUNCTION consultations_keep_look();

CREATE FUNCTION consultations_answers_stand_on_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM consultations_intakeanswers answers
        JOIN consultations_consent consent ON consent.id = answers.consent_id
        WHERE (
            consent.withdrawn_at IS NOT NULL OR consent.purpose <> 'health' OR consent.booking_id <> answers.booking_id
        )
        AND CASE TG_TABLE_NAME WHEN 'consultations_consent' THEN consent.id ELSE answers.id END = NEW.id
    ) THEN
        RAISE EXCEPTION 'answers are kept on a consent that stands'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'intakeanswers_stand_on_consent';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER intakeanswers_stand_on_consent
AFTER INSERT OR UPDATE OF booking_id, consent_id ON consultations_intakeanswers
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION consultations_answers_stand_on_consent();
CREATE CONSTRAINT TRIGGER consent_carries_its_answers
AFTER UPDATE OF booking_id, purpose, withdrawn_at ON consultations_consent
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION consultations_answers_stand_on_consent();
"""
UNGUARD = """
DROP TRIGGER consent_carries_its_answers ON consultations_consent;
DROP TRIGGER intakeanswers_stand_on_consent ON consultations_intakeanswers;
DROP FUNCTION consultations_answers_stand_on_consent();
DROP TRIGGER answerslook_is_kept ON consultations_answerslook;
DROP FUNCTION consultations_keep_look();
DROP TRIGGER questionnaireversion_is_immutable ON consultations_questionnaireversion;
DROP FUNCTION consultations_keep_questionnaire();
"""


class Migration(migrations.Migration):
    dependencies = [("consultations", "0015_ask_before_a_consultation")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
