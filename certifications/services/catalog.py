"""Writing the catalog: certifications, parts, other names, awarding entities. OCTE consultants only."""

from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Model

from accounts.models import User
from accounts.services.audit import record
from certifications.models import AwardingEntity, Certification, CertificationAlias, CertificationPart
from certifications.permissions import EDIT_CATALOG, REVIEW_LISTINGS
from certifications.selectors.catalog import fingerprint
from core.access import require
from core.problems import Problem
from core.stale_pages import ensure_fresh

Row = TypeVar("Row", bound=Model)


def _save(row: Row, fields: dict[str, Any], refusal: str) -> list[str]:
    """Save the fields that differ; their names in words.

    Raises:
        Problem: the database refuses, for the reason given by `refusal`.
    """
    changed = [name for name, value in fields.items() if getattr(row, name, None) != value]
    for name in changed:
        setattr(row, name, fields[name])
    try:
        with transaction.atomic():
            row.save(update_fields=changed if row.pk else None)
    except IntegrityError as error:
        raise Problem(refusal) from error
    return [str(row._meta.get_field(name).verbose_name) for name in changed]  # type: ignore[union-attr]


def _locked(row: Row, seen: str) -> Row:
    """The row, locked, as it was when the form was opened.

    Raises:
        StaleVersionError: somebody saved it in between.
    """
    locked: Row = type(row)._default_manager.select_for_update().get(pk=row.pk)  # noqa: SLF001 - any model
    ensure_fresh(
        seen,
        fingerprint(locked),
        "Somebody else saved this since you opened it. What you typed is kept below. "
        "Compare it with what is saved now, and save again to replace it.",
    )
    return locked


@transaction.atomic
def add_certification(*, by: User, entity: AwardingEntity, **fields: Any) -> Certification:
    """Put a certification into the catalog; its code is made from the entity's.

    Args:
        fields: the columns of Certification, without the code.

    Raises:
        PermissionDenied: not a consultant.
        Problem: the entity already has one of this name and version.
    """
    require(by, EDIT_CATALOG)
    entity = AwardingEntity.objects.select_for_update().get(pk=entity.pk)
    number = entity.certifications.count() + 1
    while Certification.objects.filter(code=f"{entity.code}-{number:03d}").exists():
        number += 1
    certification = Certification(entity=entity, code=f"{entity.code}-{number:03d}")
    refusal = "This awarding entity already has a certification of this name and version."
    _save(certification, fields, refusal)
    record(by=by, verb="added to the catalog", target=certification)
    return certification


@transaction.atomic
def change_certification(*, by: User, certification: Certification, seen: str, **fields: Any) -> Certification:
    """Correct a certification.

    Args:
        seen: the fingerprint of the row when the form was opened.

    Raises:
        PermissionDenied: not a consultant.
        StaleVersionError: somebody saved it in between.
        Problem: the entity already has one of this name and version, or it would replace itself.
    """
    require(by, EDIT_CATALOG)
    if fields.get("replaced_by"):
        _hold_replacements()
    certification = _locked(certification, seen)
    if fields.get("replaced_by"):
        _refuse_circle(certification, fields["replaced_by"])
    refusal = "This awarding entity already has a certification of this name and version."
    changed = _save(certification, fields, refusal)
    record(by=by, verb="changed", target=certification, detail={"fields": changed})
    return certification


@transaction.atomic
def set_replaced_by(*, by: User, certification: Certification, replaced_by: Certification | None) -> Certification:
    """Say which certification takes the place of another, or that none does. The same again changes nothing.

    Raises:
        PermissionDenied: not a consultant.
        Problem: the replacements would lead in a circle.
    """
    require(by, EDIT_CATALOG)
    return write_replaced_by(by=by, certification=certification, replaced_by=replaced_by)


def write_replaced_by(*, by: User, certification: Certification, replaced_by: Certification | None) -> Certification:
    """The writing of `set_replaced_by`, inside the caller's transaction.

    Whoever retires a listing may say what takes its place; that is why the right asked for is that of reviewing.

    Raises:
        PermissionDenied: the person reviews no listings.
        Problem: the replacements would lead in a circle.
    """
    require(by, REVIEW_LISTINGS)
    _hold_replacements()
    certification = Certification.objects.select_for_update().get(pk=certification.pk)
    if certification.replaced_by_id == (replaced_by.pk if replaced_by else None):
        return certification
    if replaced_by:
        _refuse_circle(certification, replaced_by)
    certification.replaced_by = replaced_by
    certification.save(update_fields=["replaced_by"])
    detail = {"replaced_by": replaced_by.code if replaced_by else None}
    record(by=by, verb="set the replacement of", target=certification, detail=detail)
    return certification


def _hold_replacements() -> None:
    """Let two people who might close a circle together come one after the other. Before any row is locked: a row that
    refers to another one locks that one too, and the two would wait for each other for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('certifications.replaced_by'))")


def _refuse_circle(certification: Certification, replaced_by: Certification) -> None:
    """Follow the replacements to their end; the caller holds them.

    Raises:
        Problem: they lead back to the certification.
    """
    following: int | None = replaced_by.pk
    while following is not None:
        if following == certification.pk:
            itself = replaced_by.pk == certification.pk
            way = "by itself" if itself else f"by {replaced_by}, which it replaces in turn"
            raise Problem(f"A certification cannot be replaced {way}.", field="replaced_by")
        following = Certification.objects.values_list("replaced_by", flat=True).get(pk=following)


@transaction.atomic
def add_part(*, by: User, certification: Certification, **fields: Any) -> CertificationPart:
    """Add a scored part after the others.

    Raises:
        PermissionDenied: not a consultant.
        Problem: the cut score does not lie on the scale.
    """
    require(by, EDIT_CATALOG)
    certification = Certification.objects.select_for_update().get(pk=certification.pk)
    last = certification.parts.aggregate(last=Max("position"))["last"] or 0
    part = CertificationPart(certification=certification, position=last + 1)
    _save(part, fields, "The cut score must lie on the scale, and the scale must run upward.")
    record(by=by, verb="added a part to", target=certification, detail={"part": part.name})
    return part


@transaction.atomic
def change_part(*, by: User, part: CertificationPart, seen: str, **fields: Any) -> CertificationPart:
    """Correct a part, its scale or its cut score. Scores entered before keep what was decided on them.

    Raises:
        PermissionDenied: not a consultant.
        StaleVersionError: somebody saved it in between.
        Problem: the cut score does not lie on the scale.
    """
    require(by, EDIT_CATALOG)
    part = _locked(part, seen)
    changed = _save(part, fields, "The cut score must lie on the scale, and the scale must run upward.")
    record(by=by, verb="changed a part of", target=part.certification, detail={"part": part.name, "fields": changed})
    return part


@transaction.atomic
def remove_part(*, by: User, part: CertificationPart) -> None:
    """Remove a part; the row log keeps what it was.

    Raises:
        PermissionDenied: not a consultant.
    """
    require(by, EDIT_CATALOG)
    record(by=by, verb="removed a part of", target=part.certification, detail={"part": part.name})
    part.delete()


@transaction.atomic
def add_alias(*, by: User, certification: Certification, alias: str) -> CertificationAlias:
    """Add another name under which the certification is found.

    Raises:
        PermissionDenied: not a consultant.
        Problem: it has this other name already.
    """
    require(by, EDIT_CATALOG)
    row = CertificationAlias(certification=certification)
    _save(row, {"alias": alias.strip()}, "This certification already has this other name.")
    record(by=by, verb="added another name to", target=certification, detail={"alias": row.alias})
    return row


@transaction.atomic
def remove_alias(*, by: User, alias: CertificationAlias) -> None:
    """Remove another name.

    Raises:
        PermissionDenied: not a consultant.
    """
    require(by, EDIT_CATALOG)
    record(by=by, verb="removed another name of", target=alias.certification, detail={"alias": alias.alias})
    alias.delete()


@transaction.atomic
def add_entity(*, by: User, **fields: Any) -> AwardingEntity:
    """Add an awarding entity.

    Raises:
        PermissionDenied: not a consultant.
        Problem: the name or the code is taken.
    """
    require(by, EDIT_CATALOG)
    entity = AwardingEntity()
    _save(entity, fields, "Another awarding entity has this name or this code.")
    record(by=by, verb="added to the catalog", target=entity)
    return entity


@transaction.atomic
def change_entity(*, by: User, entity: AwardingEntity, seen: str, **fields: Any) -> AwardingEntity:
    """Correct an awarding entity.

    Raises:
        PermissionDenied: not a consultant.
        StaleVersionError: somebody saved it in between.
        Problem: the name or the code is taken.
    """
    require(by, EDIT_CATALOG)
    entity = _locked(entity, seen)
    changed = _save(entity, fields, "Another awarding entity has this name or this code.")
    record(by=by, verb="changed", target=entity, detail={"fields": changed})
    return entity
