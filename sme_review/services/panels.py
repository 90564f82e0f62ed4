"""Setting up a panel and its certifications."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from certifications.models import Certification, Program
from core.access import require
from core.moments import day_in_words
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from core.stale_pages import ensure_fresh
from core.words import counted
from sme_review import verbs
from sme_review.models import Ballot, Discussion, Panel, PanelCertification, Rating, Recommendation, Round
from sme_review.moves import PANEL_MOVES
from sme_review.permissions import MANAGE_PANELS
from sme_review.preconditions import why_not_change, why_not_put_away
from sme_review.selectors.panel_certifications import sheet_mark
from sme_review.selectors.panel_rules import rules_mark
from sme_review.services.materials import words_of_catalog, write_material

# What may be changed after the panel was made, until the recommendation is sent.
_CHANGEABLE = ("title", "kind", "standards_version", "due_date", *Panel.RULES)

# The first key of our advisory locks for panels; the second is the panel's.
_TURNSTILE = 20
_TURNSTILE_TRIES = 20
_TURNSTILE_PAUSE = 0.01


def lock_panel(panel: Panel, *, even_put_away: bool = False) -> Panel:
    """The panel as it is now, locked until the transaction ends. Its rounds, panelists and ratings stay free.

    Raises:
        MoveNotAllowedError: it is put away, so nothing on it changes; `even_put_away` lets it pass.
    """
    locked = Panel.objects.select_for_update(no_key=True, of=("self",)).select_related("program").get(pk=panel.pk)
    if locked.put_away_at and not even_put_away:
        raise MoveNotAllowedError("This panel is put away, so nothing on it can change. A copy of it can.")
    return locked


def ensure_move(panel: Panel, *, to: str) -> None:
    """Raise MoveNotAllowedError unless the panel's state leads on to `to`."""
    if to not in PANEL_MOVES[panel.state]:
        raise MoveNotAllowedError(
            f'This panel is at the step "{panel.get_state_display()}", so this cannot be done now. Reload the '
            "page to see it."
        )


def bump(panel: Panel) -> None:
    """Tell the pages that follow the panel that something changed for everybody; the caller holds the panel's lock."""
    Panel.objects.filter(pk=panel.pk).update(pulse=F("pulse") + 1)


def ensure_due_after_opening(panel: Panel, opening: Round) -> None:
    """Raise Problem where the panel's answers are due before the day on which a round opens."""
    if panel.due_date < timezone.localdate(opening.opened_at):
        raise Problem(
            f"The round opens on {day_in_words(opening.opened_at)}, so answers cannot be due before that day.",
            field="due_date",
        )


@transaction.atomic
def create_panel(
    *,
    by: User,
    program: Program,
    title: str,
    due_date: date,
    standards_version: str,
    kind: str = Panel.Kind.REFERENT_GROUP,
    **rules: Any,
) -> Panel:
    """Set up a panel for a program (procedure, identification step 1.1).

    Args:
        due_date: by when panelists answer, a Michigan date.
        standards_version: a version of the program's standards.
        rules: quorum, minimum_per_group and the thresholds where they differ from the defaults.
    """
    require(by, MANAGE_PANELS)
    panel = Panel(
        program=program,
        title=title,
        due_date=due_date,
        standards_version=standards_version,
        kind=kind,
        created_by=by,
        **rules,
    )
    panel.full_clean()
    panel.save()
    record(by=by, verb=verbs.PANEL_CREATED, target=panel)
    return panel


class RulesFixedError(Problem):
    """Rules that cannot change any more; `refused` pairs each field with the reason."""

    def __init__(self, refused: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(reason for _, reason in refused), field=refused[0][0])
        self.refused = refused


@transaction.atomic
def change_panel(*, by: User, panel: Panel, seen: str | None = None, **changes: Any) -> Panel:
    """Change a panel's title, due date, standards version or rules, until its recommendation is sent.

    Args:
        seen: the mark of the rules that were on the page (`selectors.panel_rules`); None where nobody looked at a page.

    Raises:
        MoveNotAllowedError: the recommendation is sent.
        RulesFixedError: ratings, or what raters were promised, rest on a rule as it is.
        StaleVersionError: somebody has changed the rules since, or opened a round.
        Problem: a planned round would open after its answers are due.
        ValueError: `changes` names something else.
    """
    require(by, MANAGE_PANELS)
    unknown = set(changes) - set(_CHANGEABLE)
    if unknown:
        raise ValueError(f"Not changeable here: {', '.join(sorted(unknown))}")
    panel = lock_panel(panel)
    if panel.sent_at:
        raise MoveNotAllowedError("The recommendation is sent, so the panel's rules can no longer change.")
    before = {name: str(getattr(panel, name)) for name in changes}
    changed = {name: [old, str(changes[name])] for name, old in before.items() if old != str(changes[name])}
    if not changed:
        return panel
    _ensure_changeable(panel, changes, seen)
    for name, value in changes.items():
        setattr(panel, name, value)
    panel.full_clean()
    planned = panel.rounds.planned().first()
    if planned is not None:
        ensure_due_after_opening(panel, planned)
    panel.save(update_fields=[*changes])
    record(by=by, verb=verbs.PANEL_CHANGED, target=panel, detail=changed)
    return panel


def _ensure_changeable(panel: Panel, changes: Mapping[str, Any], seen: str | None) -> None:
    ensure_fresh(
        seen,
        rules_mark(panel),
        "Somebody changed this panel or opened a round since you opened the page, so yours is not saved. What you "
        "typed is still below. Compare it with what is saved now, then save again.",
    )
    if changes.get("worksheet") == Panel.Worksheet.REQUIRED:
        # Nobody submits without a worksheet while we look whether everybody has one.
        close_gate(panel)
    refused = why_not_change(panel, changes)
    if refused:
        raise RulesFixedError(refused)


@transaction.atomic
def add_certifications(*, by: User, panel: Panel, certifications: Iterable[Certification]) -> list[PanelCertification]:
    """Put certifications under consideration, each with the catalog's information sheet as a start.

    One that is on the panel already is left as it is.

    Raises:
        Problem: somebody has started rating.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel)
    _ensure_open_for_changes(panel)
    if Rating.objects.filter(panel_certification__panel=panel).exists():
        raise Problem("Panelists have started to rate, so no certification can be added to this panel.")
    present = set(panel.certifications.values_list("certification_id", flat=True))
    position = panel.certifications.aggregate(last=Max("position"))["last"] or 0
    added = []
    for certification in certifications:
        if certification.pk in present:
            continue
        position += 1
        entry = PanelCertification.objects.create(
            panel=panel,
            certification=certification,
            position=position,
        )
        write_material(by=by, panel_certification=entry, **words_of_catalog(certification))
        _open_in_running_round(by, panel, entry)
        record(by=by, verb=verbs.CERTIFICATION_ADDED, target=entry, detail={"panel": panel.pk})
        added.append(entry)
    return added


def _open_in_running_round(by: User, panel: Panel, entry: PanelCertification) -> None:
    """A certification that joins a round in which all are rated at once is open like the others."""
    now = timezone.now()
    for round_ in panel.rounds.not_closed().filter(mode=Round.Mode.TOGETHER):
        Ballot.objects.create(
            round=round_, panel_certification=entry, opened_by=by, opened_at=max(now, round_.opened_at)
        )


@transaction.atomic
def change_panel_certification(
    *,
    by: User,
    panel_certification: PanelCertification,
    information_sheet: str,
    position: int,
    blueprint: str = "",
    link: str = "",
    seen: str | None = None,
) -> PanelCertification:
    """Change what panelists read, and the place in the list.

    Once the panel runs, a change makes a new version; ratings stay bound to the version that was shown.

    Args:
        seen: the mark of what was on the page (`selectors.panels.sheet_mark`); saving the same twice changes nothing.

    Raises:
        MoveNotAllowedError: the round is closed.
        StaleVersionError: somebody has saved something else since.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel_certification.panel)
    _ensure_open_for_changes(panel)
    close_gate(panel)
    entry = PanelCertification.objects.select_for_update(no_key=True).get(pk=panel_certification.pk)
    entry.panel = panel
    words = {"information_sheet": information_sheet, "blueprint": blueprint, "link": link}
    if seen is not None and seen != sheet_mark(entry) and not _is_saved(entry, position=position, **words):
        raise StaleVersionError(
            "Somebody changed this after you opened the page, so yours is not saved. What you typed is still below. "
            "Compare it with what is saved now, then save again."
        )
    write_material(by=by, panel_certification=entry, **words)
    entry.position = position
    entry.save(update_fields=["position"])
    record(by=by, verb=verbs.CERTIFICATION_CHANGED, target=entry, detail={"panel": panel.pk})
    return entry


def _is_saved(entry: PanelCertification, *, position: int, **words: str) -> bool:
    material = entry.materials.order_by("number").last()
    return entry.position == position and all(getattr(material, name, "") == text for name, text in words.items())


@transaction.atomic
def remove_certification(*, by: User, panel_certification: PanelCertification) -> None:
    """Take a certification off the panel while nobody has rated it or written about it.

    Raises:
        Problem: somebody has rated it, notes or a recommendation hang on it, or it is the last one of a running panel.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel_certification.panel)
    _ensure_open_for_changes(panel)
    close_gate(panel)
    entry = PanelCertification.objects.select_for_update().filter(pk=panel_certification.pk).first()
    if entry is None:
        return
    _ensure_nothing_hangs_on(entry)
    if panel.state == Panel.State.RUNNING and panel.certifications.count() == 1:
        raise Problem("This is the only certification of a running panel, so it cannot be removed.")
    entry.conflicts.all().delete()
    Discussion.objects.filter(panel_certification=entry).delete()  # its notes are empty
    entry.materials.all().delete()
    entry.ballots.all().delete()
    record(by=by, verb=verbs.CERTIFICATION_REMOVED, target=entry, detail={"panel": panel.pk})
    entry.delete()


def _ensure_nothing_hangs_on(entry: PanelCertification) -> None:
    """Raise Problem where somebody has rated the certification, or written something that would go with it."""
    rated = entry.ratings.count()
    if rated:
        people = counted(rated, "panelist has", "panelists have")
        raise Problem(f"{entry} cannot be removed: {people} already rated it, and ratings are kept.")
    if Discussion.objects.filter(panel_certification=entry).exclude(notes="").exists():
        raise Problem(f"{entry} cannot be removed: it has discussion notes, and they are kept.")
    if Recommendation.objects.filter(panel_certification=entry).exists():
        raise Problem(f"{entry} cannot be removed: a recommendation on it was saved. Set it aside there instead.")


@transaction.atomic
def put_away_panel(*, by: User, panel: Panel, reason: str) -> Panel:
    """Close a panel for good, finished or not: its personal links stop working, and nothing on it changes any more.

    Putting it away twice changes nothing; the first reason stays.

    Raises:
        MoveNotAllowedError: a round is open, or the recommendation waits for the approvers.
        Problem: the reason is missing.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel, even_put_away=True)
    if panel.put_away_at:
        return panel
    obstacle = why_not_put_away(panel)
    if obstacle:
        raise MoveNotAllowedError(obstacle)
    if not reason.strip():
        raise Problem("Say why, in a few words.", field="reason")
    panel.put_away_at, panel.put_away_by, panel.put_away_reason = timezone.now(), by, reason.strip()
    panel.save(update_fields=["put_away_at", "put_away_by", "put_away_reason"])
    bump(panel)
    record(by=by, verb=verbs.PANEL_PUT_AWAY, target=panel, detail={"reason": panel.put_away_reason})
    return panel


def hold_back_raters(panel: Panel) -> None:
    """Let no rater begin to save until the transaction ends; those in flight go on.

    Without it a stream of raters, who share the lock on a ballot, could keep whoever closes it waiting without end.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_TURNSTILE, panel.pk])


def pass_turnstile(panel_id: int) -> None:
    """Wait a little while somebody closes a certification of the panel; nothing stays locked.

    Only a courtesy, so it gives up after a fifth of a second: somebody whose own transaction is what the closing waits
    for must not wait for the closing. What keeps late ratings out is the lock on the ballot.
    """
    for _ in range(_TURNSTILE_TRIES):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT CASE WHEN pg_try_advisory_lock_shared(%s, %s) THEN pg_advisory_unlock_shared(%s, %s) END",
                [_TURNSTILE, panel_id] * 2,
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(_TURNSTILE_PAUSE)


def close_gate(panel: Panel) -> None:
    """Wait for ratings in flight and hold back new ones until the transaction ends (see `services.ratings`)."""
    hold_back_raters(panel)
    # By primary key, as raters lock them, so that two never wait for each other.
    list(Ballot.objects.select_for_update().filter(round__panel=panel, closed_at=None).order_by("pk"))


def _ensure_open_for_changes(panel: Panel) -> None:
    if panel.state not in {Panel.State.DRAFT, Panel.State.RUNNING}:
        raise MoveNotAllowedError("The round is closed, so the panel's certifications can no longer change.")
