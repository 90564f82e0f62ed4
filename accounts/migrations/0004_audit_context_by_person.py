from django.db import migrations


class Migration(migrations.Migration):
    """Find the row log's contexts of one person without reading them all."""

    dependencies = [
        ("accounts", "0003_invitation_once"),
        ("pghistory", "0006_delete_aggregateevent"),
    ]

    operations = [
        migrations.RunSQL(
            sql="CREATE INDEX audit_context_by_person ON pghistory_context ((metadata -> 'user'))",
            reverse_sql="DROP INDEX audit_context_by_person",
        ),
    ]
