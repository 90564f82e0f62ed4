"""How long what is kept, with the law or rule behind it."""

from data_collection.models import RetentionRule
from datasets.files import REFERENCE, read
from datasets.loaders.sync import Counts, sync

_COLUMNS = ("name", "basis", "start_event", "years", "legal_hold_note")


def load_retention_rules(overwrite: bool) -> Counts:
    """The rules of retention (procedure, data collection step 1.5); OCTE may change them."""
    return sync(
        RetentionRule,
        (
            (
                row,
                {
                    "name": row.required("name"),
                    "basis": row.required("basis"),
                    "start_event": row.required("start_event"),
                    "years": row.integer("years"),
                    "legal_hold_note": row.text("legal_hold_note"),
                },
            )
            for row in read(REFERENCE / "retention_rules.csv", _COLUMNS)
        ),
        key=["name"],
        overwrite=overwrite,
    )
