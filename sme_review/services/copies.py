"""Setting up a panel from an earlier one, of which nothing changes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from certifications.models import Certification
from core.access import require
from sme_review import verbs
from sme_review.models import Material, Panel, PanelCertification, Panelist
from sme_review.permissions import MANAGE_PANELS
from sme_review.selectors.copies import Proposal, Replaced, proposal_of
from sme_review.services.materials import words_of_catalog
from sme_review.services.panels import create_panel, lock_panel

_RULES = ("kind", *Panel.RULES)


@dataclass(frozen=True)
class Parts:
    """What is taken along; `replacements` are primary keys of Certification, those to take for what they replaced."""

    rules: bool = True
    certifications: bool = True
    replacements: Collection[int] = ()
    people: bool = True


@dataclass(frozen=True)
class Copied:
    """The new panel with what came along and what stayed behind; not `is_new` where it was copied before."""

    panel: Panel
    is_new: bool
    certifications: int = 0
    people: int = 0
    left_out: tuple[Replaced, ...] = ()


@transaction.atomic
def copy_panel(
    *, by: User, source: Panel, title: str, due_date: date, standards_version: str, parts: Parts | None = None
) -> Copied:
    """Set up a panel for the same program with rules, certifications and people of an earlier one.

    Certifications come with the latest version of their materials; those that the catalog has replaced since stay out,
    and come as their replacement where that is wished. People come with name, address, group, job title and
    organization,
    unless they were taken off. Links, conflicts, ratings and who rates what stay behind. A second press of the same
    button
    finds the copy that the first one made: the one under this title that is still being set up.
    """
    require(by, MANAGE_PANELS)
    parts = parts or Parts()
    source = lock_panel(source, even_put_away=True)
    made_before = Panel.objects.filter(
        copied_from=source, title__iexact=title.strip(), state=Panel.State.DRAFT, put_away_at=None
    ).first()
    if made_before is not None:
        return Copied(made_before, is_new=False)
    rules: dict[str, Any] = {name: getattr(source, name) for name in _RULES} if parts.rules else {}
    panel = create_panel(
        by=by,
        program=source.program,
        title=title.strip(),
        due_date=due_date,
        standards_version=standards_version,
        copied_from=source,
        **rules,
    )
    proposal = proposal_of(source)
    certifications = _copy_certifications(by, panel, proposal, set(parts.replacements)) if parts.certifications else 0
    people = _copy_people(panel, proposal) if parts.people else 0
    left_out = _left_out(proposal, parts)
    names = [str(each.entry) for each in left_out]
    detail = {"from": source.pk, "rules": parts.rules, "certifications": certifications, "left out": names}
    record(by=by, verb=verbs.PANEL_COPIED, target=panel, detail={**detail, "people": people})
    return Copied(panel, is_new=True, certifications=certifications, people=people, left_out=left_out)


def _left_out(proposal: Proposal, parts: Parts) -> tuple[Replaced, ...]:
    """What the catalog has replaced and does not come as its replacement."""
    if not parts.certifications:
        return ()
    return tuple(each for each in proposal.replaced if each.by.pk not in parts.replacements)


def _copy_certifications(by: User, panel: Panel, proposal: Proposal, wanted: set[int]) -> int:
    """Certifications in their order, each once, and the first version of their materials here; how many."""
    words: dict[int, dict[str, str]] = {}
    instead = {each.entry.pk: each.by for each in proposal.replacements if each.by.pk in wanted}
    entries = [*proposal.entries, *(each.entry for each in proposal.replaced if each.entry.pk in instead)]
    for entry in sorted(entries, key=lambda each: (each.position, each.pk)):
        if entry.pk in instead:
            words[instead[entry.pk].pk] = words_of_catalog(instead[entry.pk])
        else:
            words[entry.certification_id] = _words_of(entry.material, entry.certification)
    made = PanelCertification.objects.bulk_create(
        PanelCertification(panel=panel, certification_id=pk, position=place) for place, pk in enumerate(words, start=1)
    )
    now = timezone.now()
    Material.objects.bulk_create(
        Material(panel_certification=entry, made_by=by, made_at=now, **words[entry.certification_id]) for entry in made
    )
    return len(made)


def _words_of(material: Material | None, certification: Certification) -> dict[str, str]:
    """The latest version, or what the catalog says where nothing was written."""
    if material is None:
        return words_of_catalog(certification)
    return {name: getattr(material, name) for name in ("information_sheet", "blueprint", "link")}


def _copy_people(panel: Panel, proposal: Proposal) -> int:
    """People as they are reached, nothing of what they did; how many."""
    names = ("name", "email", "group", "title", "organization")
    made = Panelist.objects.bulk_create(
        Panelist(panel=panel, **{name: getattr(person, name) for name in names}) for person in proposal.people
    )
    return len(made)
