"""Who sits on a panel, and their personal links."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.links import new_secret
from accounts.models import User
from accounts.services.audit import record
from octe_certs.mail import absolute, send_after_commit
from octe_certs.problems import MoveNotAllowedError, Problem
from sme_review import verbs
from sme_review.models import Panel, Panelist, PanelistLink
from sme_review.selectors.panels import asked_of
from sme_review.services.panels import close_gate, lock_panel

# How long it takes, as invitations say it: reading in, then each certification.
_MINUTES_TO_START = 10
_MINUTES_EACH = 6


@dataclass(frozen=True)
class NewPanelist:
    """Somebody to be added; `group` is a value of StakeholderGroup."""

    name: str
    email: str
    group: str
    title: str = ""
    organisation: str = ""


@transaction.atomic
def add_panelist(
    *, by: User, panel: Panel, name: str, email: str, group: str, title: str = "", organisation: str = ""
) -> Panelist:
    """Add one person. While the round is open they are invited at once.

    Raises:
        Problem: the address is on the panel already, something is missing, or the panel's round is closed.
    """
    panel = lock_panel(panel)
    if panel.state not in {Panel.State.DRAFT, Panel.State.RUNNING}:
        raise MoveNotAllowedError("The round is closed, so nobody can be added to this panel.")
    panelist = Panelist(
        panel=panel, name=name.strip(), email=email.strip().lower(), group=group, title=title, organisation=organisation
    )
    try:
        panelist.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Problem(messages[0], field="email" if field == "__all__" else field) from error
    panelist.save()
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
                    organisation=person.organisation,
                )
            )
        except Problem as problem:
            raise Problem(f"{person.email}: {problem.message}") from problem
    return added


@transaction.atomic
def remove_panelist(*, by: User, panelist: Panelist) -> None:
    """Take somebody off the panel who has not started to rate; their link stops working.

    Raises:
        Problem: they have rated something.
    """
    panel = lock_panel(panelist.panel)
    close_gate(panel)
    person = Panelist.objects.select_for_update().filter(pk=panelist.pk).first()
    if person is None:
        return
    if person.ratings.exists():
        raise Problem(f"{person.name} has started to rate, so they stay on the panel, and so do their ratings.")
    person.conflicts.all().delete()
    record(by=by, verb=verbs.PANELIST_REMOVED, target=person, detail={"panel": panel.pk})
    person.delete()


@transaction.atomic
def send_new_link(*, by: User, panelist: Panelist) -> Panelist:
    """Mail a fresh personal link to the address on file; the earlier link stops working.

    Raises:
        Problem: the round was never opened, or the panel is put away.
    """
    panel = lock_panel(panelist.panel)
    if panelist.withdrawn_at:
        raise MoveNotAllowedError(f"{panelist.name} is off the panel, so no link can be sent.")
    if panel.put_away_at:
        raise MoveNotAllowedError("This panel is put away, so its links no longer work.")
    person = Panelist.objects.select_for_update(no_key=True).get(pk=panelist.pk)
    if not panel.rounds.exists():
        raise Problem("Links are mailed when the round opens. Open the round first.")
    end_links(person)
    mail_link(person)
    record(by=by, verb=verbs.PANELIST_LINK_SENT, target=person, detail={"panel": panel.pk})
    return person


def mail_link(panelist: Panelist) -> None:
    """Give the panelist a new link and mail it; only the hash of its secret is kept, and earlier links keep working."""
    secret, secret_hash = new_secret()
    now = timezone.now()
    PanelistLink.objects.create(panelist=panelist, secret_hash=secret_hash, sent_at=now)
    panelist.invited_at = now
    panelist.save(update_fields=["invited_at"])
    panel = panelist.panel
    count = asked_of(panelist)
    send_after_commit(
        to=panelist.email,
        subject=f"Please rate certifications for {panel.program.title} by {panel.due_date:%B} {panel.due_date.day}",
        template="sme_review/mail/invitation.txt",
        context={
            "panelist": panelist,
            "panel": panel,
            "link": absolute(reverse("sme_review:link_welcome", args=[secret])),
            "count": count,
            "minutes": minutes_for(count),
        },
    )


def end_links(panelist: Panelist) -> None:
    """Let every link that the panelist was sent open nothing any more."""
    panelist.links.filter(ended_at=None).update(ended_at=timezone.now())


def minutes_for(certifications: int) -> int:
    """How long rating takes, in minutes, rounded up to five."""
    minutes = _MINUTES_TO_START + _MINUTES_EACH * certifications
    return -(-minutes // 5) * 5
