"""Who sits on a panel, and their personal links."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from core.mail import absolute, send_after_commit
from core.moments import moment_in_words
from core.personal_links import new_secret
from core.problems import MoveNotAllowedError, Problem
from sme_review import verbs
from sme_review.models import Assignment, Panel, Panelist, PanelistLink, Round
from sme_review.permissions import MANAGE_PANELS
from sme_review.selectors.ballots import waiting_round
from sme_review.selectors.panelists import assigned_entries
from sme_review.services.panels import bump, close_gate, lock_panel

# How long it takes, as invitations say it: reading in, then each certification.
_MINUTES_TO_START = 10
_MINUTES_EACH = 6

# A mail's subject, the name of its template, and what the template says besides.
Mail = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class NewPanelist:
    """Somebody to be added; `group` is a value of StakeholderGroup."""

    name: str
    email: str
    group: str
    title: str = ""
    organization: str = ""


@transaction.atomic
def add_panelist(
    *,
    by: User,
    panel: Panel,
    name: str,
    email: str,
    group: str,
    title: str = "",
    organization: str = "",
    replaces: Panelist | None = None,
) -> Panelist:
    """Add one person. While the round is open they are invited at once.

    Args:
        replaces: somebody who was taken off; the new one is asked for the certifications that were theirs.

    Raises:
        Problem: the address is on the panel already, something is missing, or the panel's round is closed.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel)
    if panel.state not in {Panel.State.DRAFT, Panel.State.RUNNING}:
        raise MoveNotAllowedError("The round is closed, so nobody can be added to this panel.")
    panelist = Panelist(
        panel=panel, name=name.strip(), email=email.strip().lower(), group=group, title=title, organization=organization
    )
    try:
        panelist.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Problem(messages[0], field="email" if field == "__all__" else field) from error
    panelist.replaces = replaces
    panelist.save()
    if replaces is not None:
        Assignment.objects.bulk_create(
            Assignment(panelist=panelist, panel_certification_id=pair.panel_certification_id, source=pair.source)
            for pair in replaces.assignments.all()
        )
    record(by=by, verb=verbs.PANELIST_ADDED, target=panelist, detail={"panel": panel.pk})
    if panel.state == Panel.State.RUNNING:
        mail_link(panelist)
    return panelist


@transaction.atomic
def add_panelists(*, by: User, panel: Panel, people: Iterable[NewPanelist]) -> list[Panelist]:
    """Add several people, all or none.

    Raises:
        Problem: one of them cannot be added; its message names the address.
    """
    require(by, MANAGE_PANELS)
    added = []
    for person in people:
        try:
            added.append(
                add_panelist(
                    by=by,
                    panel=panel,
                    name=person.name,
                    email=person.email,
                    group=person.group,
                    title=person.title,
                    organization=person.organization,
                )
            )
        except Problem as problem:
            raise Problem(f"{person.email}: {problem.message}") from problem
    return added


@transaction.atomic
def remove_panelist(*, by: User, panelist: Panelist) -> None:
    """Take somebody off the panel who has not started to rate; their link stops working.

    Raises:
        MoveNotAllowedError: the recommendation is sent; its numbers stay as they are.
        Problem: they have rated something.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panelist.panel)
    _ensure_not_sent(panel)
    close_gate(panel)
    person = Panelist.objects.select_for_update().filter(pk=panelist.pk).first()
    if person is None:
        return
    if person.ratings.exists():
        raise Problem(f"{person.name} has started to rate. Take them off with a reason: their ratings are kept.")
    person.conflicts.all().delete()
    record(by=by, verb=verbs.PANELIST_REMOVED, target=person, detail={"panel": panel.pk})
    person.delete()


@transaction.atomic
def withdraw_panelist(*, by: User, panelist: Panelist, reason: str) -> Panelist:
    """Take somebody off the panel: their links die, their ratings are kept and no longer count.

    Raises:
        MoveNotAllowedError: the recommendation is sent; its numbers stay as they are.
        Problem: the reason is missing.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panelist.panel)
    _ensure_not_sent(panel)
    if not reason.strip():
        raise Problem("Say why, in a few words.", field="reason")
    close_gate(panel)
    person = Panelist.objects.select_for_update(no_key=True).get(pk=panelist.pk)
    if person.withdrawn_at is None:
        person.withdrawn_at, person.withdrawn_by, person.withdrawal_reason = timezone.now(), by, reason.strip()
        person.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
        end_links(person)
        bump(panel)
        record(by=by, verb=verbs.PANELIST_WITHDRAWN, target=person, detail={"panel": panel.pk})
    return person


def _ensure_not_sent(panel: Panel) -> None:
    if panel.sent_at:
        raise MoveNotAllowedError("The recommendation is sent, so the panel stays as it was.")


@transaction.atomic
def replace_panelist(*, by: User, panelist: Panelist, reason: str, person: NewPanelist) -> Panelist:
    """Put somebody in another's place: the earlier one is withdrawn, the new one is asked for the same certifications.

    While the round is open the new one is invited at once. A second press finds the replacement and changes nothing.

    Raises:
        MoveNotAllowedError: rating is closed.
        Problem: the address is on the panel already, or something is missing.
    """
    require(by, MANAGE_PANELS)
    earlier = withdraw_panelist(by=by, panelist=panelist, reason=reason)
    there = Panelist.objects.filter(replaces=earlier).first()
    if there is not None:
        return there
    added = add_panelist(
        by=by,
        panel=earlier.panel,
        name=person.name,
        email=person.email,
        group=person.group,
        title=person.title,
        organization=person.organization,
        replaces=earlier,
    )
    record(by=by, verb=verbs.PANELIST_REPLACED, target=earlier, detail={"panel": added.panel_id, "by": added.pk})
    return added


@transaction.atomic
def send_new_link(*, by: User, panelist: Panelist) -> Panelist:
    """Mail a fresh personal link to the address on file; the earlier link stops working.

    Raises:
        Problem: the round was never opened.
        MoveNotAllowedError: they are off the panel, or the panel is put away.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panelist.panel)
    if panelist.withdrawn_at:
        raise MoveNotAllowedError(f"{panelist.name} is off the panel, so no link can be sent.")
    person = Panelist.objects.select_for_update(no_key=True).get(pk=panelist.pk)
    if not panel.rounds.exists():
        raise Problem("Links are mailed when the round opens. Open the round first.")
    end_links(person)
    mail_link(person, replaces=True)
    record(by=by, verb=verbs.PANELIST_LINK_SENT, target=person, detail={"panel": panel.pk})
    return person


def mail_link(panelist: Panelist, *, replaces: bool = False) -> None:
    """Give the panelist a new link and mail it; earlier links keep working.

    The mail fits how the panel stands: a live session, a round that is open or planned, or nothing to rate any more.

    Args:
        replaces: the earlier links were ended, and the mail says so.
    """
    to_rate = waiting_round(panelist.panel)
    link = new_link(panelist)
    panelist.invited_at = timezone.now()
    if to_rate is not None and to_rate.mode == Round.Mode.TOGETHER:  # the other mails give no due date
        panelist.due_date_mailed = panelist.panel.due_date
    panelist.save(update_fields=["invited_at", "due_date_mailed"])
    subject, template, more = _nothing_to_rate(panelist) if to_rate is None else _asks_to_rate(panelist, to_rate)
    send_after_commit(
        to=panelist.email,
        subject=subject,
        template=f"sme_review/mail/{template}.txt",
        context={"panelist": panelist, "panel": panelist.panel, "link": link, "replaces": replaces, **more},
    )


def _nothing_to_rate(panelist: Panelist) -> Mail:
    return f"Your personal link to the panel for {panelist.panel.program.title}", "link_only", {}


def _asks_to_rate(panelist: Panelist, to_rate: Round) -> Mail:
    """The mail for a round that is open or planned; in a live session it says what to do now, not by when."""
    panel, entries = panelist.panel, list(assigned_entries(panelist).select_related("certification"))
    before = panel.rounds.filter(number__lt=to_rate.number, closed_at__isnull=False).last()
    shared = {"entries": entries, "count": len(entries), "before": before}
    if to_rate.mode == Round.Mode.LIVE:
        return f"The session is open: please join to rate certifications for {panel.program.title}", "session", shared
    opens = to_rate.opened_at if to_rate.is_planned else None
    due = f"{panel.due_date:%B} {panel.due_date.day}"
    when = f"from {_short_day(opens)} to {due}" if opens else f"by {due}"
    what = "Second round: please rate certifications again" if before else "Please rate certifications"
    more = {"minutes": minutes_for(len(entries)), "opens": moment_in_words(opens) if opens else ""}
    return f"{what} for {panel.program.title} {when}", "invitation", {**shared, **more}


def _short_day(at: datetime) -> str:
    day = timezone.localdate(at)
    return f"{day:%B} {day.day}"


def new_link(panelist: Panelist) -> str:
    """The address of a new personal link of the panelist; only the hash of its secret is kept."""
    secret, secret_hash = new_secret()
    PanelistLink.objects.create(panelist=panelist, secret_hash=secret_hash, sent_at=timezone.now())
    return absolute(reverse("sme_review:link_welcome", args=[secret]))


def end_links(panelist: Panelist) -> None:
    """Let every link that the panelist was sent open nothing any more."""
    panelist.links.filter(ended_at=None).update(ended_at=timezone.now())


def minutes_for(certifications: int) -> int:
    """How long rating takes, in minutes, rounded up to five."""
    minutes = _MINUTES_TO_START + _MINUTES_EACH * certifications
    return -(-minutes // 5) * 5
