"""Reminders: one mail for each person, about everything that waits for them, to the address on file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from core.mail import send_after_commit
from core.words import counted
from sme_review import verbs
from sme_review.models import Panel, Panelist
from sme_review.permissions import MANAGE_PANELS
from sme_review.selectors.reminders import Waiting, panels_taking_ratings, waiting_on
from sme_review.services.panelists import minutes_for, new_link

# Nobody gets two mails within a day: who was mailed later than this is left out unless somebody says otherwise.
PAUSE = timedelta(hours=24)
SCHEDULE = "reminder schedule"


@dataclass(frozen=True)
class Section:
    """One panel in a person's mail.

    Attributes:
        was_due: the due date that their last mail named, where another one holds now.
        just_opened: their last mail only said when the round would open.
    """

    panel: Panel
    left: int
    total: int
    minutes: int
    link: str
    was_due: date | None
    just_opened: bool


@transaction.atomic
def remind_panel(*, by: User, panel: Panel, opened_at: datetime, include_recent: bool = False) -> int:
    """Remind everybody on a panel who has not finished; the mail tells of their other panels too.

    Args:
        opened_at: when the page with the button was opened: who got a mail since then gets no second one, so that
            pressing twice does no harm.
        include_recent: also those whose last mail is less than 24 hours old.

    Returns:
        To how many people a mail goes.
    """
    require(by, MANAGE_PANELS)
    limit = opened_at if include_recent else min(opened_at, timezone.now() - PAUSE)
    waiting = waiting_on(panels_taking_ratings().filter(pk=panel.pk))
    return _remind(by=by, limits={each.panelist.pk: limit for each in waiting})


@transaction.atomic
def remind_by_schedule(*, days: Collection[int]) -> int:
    """Remind those who have not finished some days before their panel is due, once for each of these days.

    Those who only know when a planned round would open hear that it has, a day after that mail at the earliest. Safe
    to run
    several times a day, and catching up: who had no mail since the day came gets it at the next run.

    Args:
        days: for example 7, 3 and 1: so many days before the due date, in Michigan.

    Returns:
        To how many people a mail goes.
    """
    today = timezone.localdate()
    limits = {}
    for each in waiting_on(panels_taking_ratings()):
        panel = each.panelist.panel
        begun = [_start_of(due) for day in days if (due := panel.due_date - timedelta(days=day)) <= today]
        if panel.due_date >= today:
            limits[each.panelist.pk] = max([*begun, min(_opened_at(panel), timezone.now() - PAUSE)])
    return _remind(by=None, limits=limits)


def _opened_at(panel: Any) -> datetime:
    """When the open round opened; the panel comes from `panels_taking_ratings`."""
    opened_at: datetime = panel.opened_at
    return opened_at


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _remind(*, by: User | None, limits: Mapping[int, datetime]) -> int:
    """Mail those whose last mail is older than their limit; `limits` is by the panelist's primary key."""
    # Two who press at once: the second waits here and then sees the first one's reminders.
    list(Panelist.objects.select_for_update(no_key=True).filter(pk__in=limits).order_by("pk"))
    waiting = waiting_on(panels_taking_ratings())
    by_address: dict[str, list[Waiting]] = {}
    for each in waiting:
        by_address.setdefault(each.address, []).append(each)
    sent = 0
    for everything in by_address.values():
        if any(_is_due(each, limits) for each in everything):
            _mail(by=by, everything=sorted(everything, key=lambda each: each.panelist.panel.due_date))
            sent += 1
    return sent


def _is_due(each: Waiting, limits: Mapping[int, datetime]) -> bool:
    limit = limits.get(each.panelist.pk)
    return limit is not None and each.last_mailed is not None and each.last_mailed < limit


def _mail(*, by: User | None, everything: list[Waiting]) -> None:
    """One person's mail, with a link for each panel; earlier links keep working."""
    sections = []
    for each in everything:
        person = each.panelist
        sections.append(
            Section(
                panel=person.panel,
                left=each.left,
                total=each.total,
                minutes=minutes_for(each.left),
                link=new_link(person),
                was_due=each.due_date_before,
                just_opened=each.last_mailed is not None and each.last_mailed < _opened_at(person.panel),
            )
        )
        person.reminded_at = timezone.now()
        person.due_date_mailed = person.panel.due_date
        person.save(update_fields=["reminded_at", "due_date_mailed"])
        record(
            by=by,
            by_label="" if by else SCHEDULE,
            verb=verbs.PANELIST_REMINDED,
            target=person,
            detail={"panel": person.panel_id, "left": each.left},
        )
    first = everything[0].panelist
    left = sum(section.left for section in sections)
    due = f"{first.panel.due_date:%B} {first.panel.due_date.day}"
    what = f"{counted(left, 'certification')} to rate"
    send_after_commit(
        to=first.email,
        subject=f"Reminder: {what}, {'' if len(sections) == 1 else 'the first '}due {due}",
        template="sme_review/mail/reminder.txt",
        context={"panelist": first, "sections": sections, "left": left},
    )
