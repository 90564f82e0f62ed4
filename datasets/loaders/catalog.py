"""The sample certifications: real names, invented for the demonstration otherwise, and marked as samples."""

from certifications.models import AwardingEntity, Certification, CertificationAlias, CertificationPart
from datasets.files import DEMO, Row, read
from datasets.loaders.entities import SAFETY_CARD_ISSUER
from datasets.loaders.sync import Counts, sync

_KINDS = {
    "certification": Certification.Kind.CERTIFICATION,
    "license": Certification.Kind.LICENSE,
    "certificate": Certification.Kind.CERTIFICATE,
    "education_certificate": Certification.Kind.CERTIFICATE,
    "apprenticeship": Certification.Kind.APPRENTICESHIP,
}
_COLUMNS = (
    "code",
    "entity_code",
    "name",
    "version",
    "kind",
    "level",
    "expires_after_months",
    "renewal_rule",
    "summary",
    "how_earned",
    "typical_cost_usd",
    "website",
    "ctid",
    "sample_note",
)


def load_certifications(overwrite: bool) -> Counts:
    """Certifications of the sample catalog with their information sheets."""
    entities = {entity.code: entity for entity in AwardingEntity.objects.all()}
    panels = read(DEMO / "panels.csv", ("certification_code", "information_sheet_text"))
    sheets = {row.required("certification_code"): row.required("information_sheet_text") for row in panels}
    rows = read(DEMO / "certifications.csv", _COLUMNS)
    return sync(
        Certification, ((row, _values(row, entities, sheets)) for row in rows), key=["code"], overwrite=overwrite
    )


def _values(row: Row, entities: dict[str, AwardingEntity], sheets: dict[str, str]) -> dict[str, object]:
    entity = row.reference("entity_code", entities, "awarding_entities.csv")
    kind = row.choice("kind", _KINDS)
    if entity.kind == SAFETY_CARD_ISSUER and kind is Certification.Kind.CERTIFICATE:
        kind = Certification.Kind.SAFETY
    return {
        "code": row.required("code"),
        "entity_id": entity.pk,
        "name": row.required("name"),
        "version": row.text("version"),
        "kind": kind.value,
        "expires_after_months": row.integer("expires_after_months"),
        "renewal_rule": row.text("renewal_rule"),
        "summary": row.text("summary"),
        "how_earned": row.text("how_earned"),
        "information_sheet": sheets.get(row.text("code")) or _composed_sheet(row),
        "link": row.text("website"),
        "credential_engine_id": row.text("ctid"),
        "typical_cost": row.decimal("typical_cost_usd"),
        "is_sample": True,
    }


def _composed_sheet(row: Row) -> str:
    """What the file tells, in the order in which the written sheets tell it."""
    parts = [f"What it covers: {row.text('summary')}", f"How it is earned: {row.text('how_earned')}"]
    months = row.integer("expires_after_months")
    parts.append(f"How long it lasts: {months} months." if months else "How long it lasts: it does not run out.")
    if row.text("renewal_rule"):
        parts.append(f"How it is renewed: {row.text('renewal_rule')}.")
    return "\n\n".join(parts)


def load_parts(overwrite: bool) -> Counts:
    """Scored parts with their cut scores."""
    certifications = dict(Certification.objects.values_list("code", "id"))
    columns = ("certification_code", "position", "name", "score_min", "score_max", "cut_score", "unit")
    return sync(
        CertificationPart,
        (
            (row, _part(row, row.reference("certification_code", certifications, "certifications.csv")))
            for row in read(DEMO / "certification_parts.csv", columns)
        ),
        key=["certification_id", "position"],
        overwrite=overwrite,
    )


def _part(row: Row, certification: int) -> dict[str, object]:
    low, high, cut = row.decimal("score_min"), row.decimal("score_max"), row.decimal("cut_score")
    if low is None or high is None or cut is None or not low <= cut <= high or low == high:
        raise row.bad("cut_score", "does not lie on the scale from score_min to score_max. Correct one of the three.")
    return {
        "certification_id": certification,
        "position": row.integer("position"),
        "name": row.required("name"),
        "score_min": low,
        "score_max": high,
        "cut_score": cut,
        "unit": row.text("unit"),
    }


def load_aliases(overwrite: bool) -> Counts:
    """Old and informal names."""
    certifications = dict(Certification.objects.values_list("code", "id"))
    return sync(
        CertificationAlias,
        (
            (
                row,
                {
                    "certification_id": row.reference("certification_code", certifications, "certifications.csv"),
                    "alias": row.required("alias"),
                },
            )
            for row in read(DEMO / "certification_aliases.csv", ("certification_code", "alias"))
        ),
        key=["certification_id", "alias"],
        overwrite=overwrite,
    )
