"""A record's student is its enrolment's student: a composite foreign key, which Django's models cannot declare."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("certifications", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
                ALTER TABLE certifications_studentcertification
                ADD CONSTRAINT record_student_matches_enrollment
                FOREIGN KEY (enrollment_id, student_id)
                REFERENCES certifications_enrollment (id, student_id)
                DEFERRABLE INITIALLY DEFERRED
            """,
            reverse_sql="""
                ALTER TABLE certifications_studentcertification
                DROP CONSTRAINT record_student_matches_enrollment
            """,
        ),
    ]
