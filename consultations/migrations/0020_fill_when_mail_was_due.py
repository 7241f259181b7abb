from django.db import migrations

# Until now every message was due as soon as it was owed.
FILL = "UPDATE consultations_outgoingemail SET due_at = created_at WHERE due_at IS NULL"


class Migration(migrations.Migration):
    dependencies = [("consultations", "0019_let_mail_be_about_nobody")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
