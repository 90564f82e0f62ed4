"""Give rounds their ballots, certifications their first material, panelists their link, and ratings what they rest on."""

import secrets

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    models = {name: apps.get_model("sme_review", name) for name in (
        "Ballot", "ListingDecision", "Material", "Panel", "PanelCertification", "Panelist", "PanelistLink", "Rating", "Round",
    )}
    for entry in models["PanelCertification"].objects.select_related("panel"):
        material = models["Material"].objects.create(
            panel_certification=entry,
            number=1,
            information_sheet=entry.information_sheet,
            made_by_id=entry.panel.created_by_id,
            made_at=entry.panel.created_at,
        )
        models["Rating"].objects.filter(panel_certification=entry).update(material=material)
        for held in models["Round"].objects.filter(panel=entry.panel):
            ballot = models["Ballot"].objects.create(
                round=held,
                panel_certification=entry,
                number=1,
                opened_by_id=held.opened_by_id,
                opened_at=held.opened_at,
                closed_by_id=held.closed_by_id,
                closed_at=held.closed_at,
            )
            models["Rating"].objects.filter(panel_certification=entry, round=held).update(ballot=ballot)
    for panelist in models["Panelist"].objects.exclude(secret_hash=None):
        models["PanelistLink"].objects.create(
            panelist=panelist, secret_hash=panelist.secret_hash, sent_at=panelist.invited_at
        )
    models["ListingDecision"].objects.filter(released_at=None).update(released_at=F("decided_at"))
    for panel in models["Panel"].objects.filter(state="decided"):
        last = models["ListingDecision"].objects.filter(recommendation__panel=panel).order_by("-decided_at").first()
        if last:
            models["Panel"].objects.filter(pk=panel.pk).update(
                released_at=last.decided_at, released_by_id=last.decided_by_id
            )


def empty(apps, schema_editor):
    """Back to one sheet and one link each, so that filling again starts from nothing."""
    for entry in apps.get_model("sme_review", "PanelCertification").objects.all():
        latest = entry.materials.order_by("-number").first()
        if latest:
            entry.information_sheet = latest.information_sheet
            entry.save(update_fields=["information_sheet"])
    for link in apps.get_model("sme_review", "PanelistLink").objects.filter(ended_at=None).order_by("sent_at"):
        link.panelist.secret_hash = link.secret_hash
        link.panelist.save(update_fields=["secret_hash"])
    # The earlier form wants a link for everybody who was invited; this one opens for nobody.
    for panelist in apps.get_model("sme_review", "Panelist").objects.filter(secret_hash=None, invited_at__isnull=False):
        panelist.secret_hash = secrets.token_hex(32)
        panelist.save(update_fields=["secret_hash"])
    apps.get_model("sme_review", "Rating").objects.update(ballot=None, material=None)
    for name in ("PanelistLink", "Ballot", "Material"):
        apps.get_model("sme_review", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("sme_review", "0002_ballots_materials_links")]
    operations = [migrations.RunPython(fill, empty)]
