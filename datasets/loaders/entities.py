"""The bodies that award certifications."""

from certifications.models import AwardingEntity
from datasets.files import REFERENCE, Row, read
from datasets.loaders.sync import Counts, sync

# In words, as pages show them.
KINDS = {
    "certification_body": "Certification body",
    "assessment_vendor": "Assessment vendor",
    "assessment_owner": "Assessment owner",
    "state_agency": "State agency",
    "federal_agency": "Federal agency",
    "delivery_channel": "Delivery channel",
    "safety_card_issuer": "Safety card issuer",
    "apprenticeship_sponsor": "Apprenticeship sponsor",
}
SAFETY_CARD_ISSUER = KINDS["safety_card_issuer"]
_COLUMNS = (
    "code",
    "name",
    "short_name",
    "kind",
    "website",
    "aliases",
    "delivery_channels",
    "why_it_matters",
    "source",
)


def load_entities(overwrite: bool) -> Counts:
    """Awarding entities with the other names that they go by."""
    rows = read(REFERENCE / "awarding_entities.csv", _COLUMNS)
    return sync(AwardingEntity, ((row, _values(row)) for row in rows), key=["code"], overwrite=overwrite)


def _values(row: Row) -> dict[str, object]:
    return {
        "code": row.required("code"),
        "name": row.required("name"),
        "short_name": row.text("short_name"),
        "kind": KINDS.get(row.text("kind"), row.text("kind").replace("_", " ").capitalize()),
        "website": row.text("website"),
        "aliases": row.listed("aliases"),
        "delivery_channels": row.listed("delivery_channels"),
        "source_note": f"{row.text('why_it_matters')} Source: {row.text('source')}.".strip(),
    }
