"""Give the approved listings of before a school year for their review: five after their first."""

from django.db import migrations
from django.db.models import F


def backfill(apps, schema_editor):
    listings = apps.get_model("certifications", "ProgramCertification").objects
    listings.filter(status="approved", review_school_year=None).update(review_school_year=F("first_school_year") + 5)


class Migration(migrations.Migration):
    dependencies = [("certifications", "0006_listing_review_year")]

    # Back again, the column goes by itself.
    operations = [migrations.RunPython(backfill, migrations.RunPython.noop)]
