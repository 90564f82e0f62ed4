"""A round of rating."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sme_review.enums import PanelistView, VisibleFrom
from sme_review.models.panel import Panel
from sme_review.models.panel_certification import PanelCertification


class RoundQuerySet(models.QuerySet["Round"]):
    """Reads of rounds. A round that is not closed is open now, or planned: the clock tells which."""

    def not_closed(self) -> "RoundQuerySet":
        """Those that are open or planned."""
        return self.filter(state=Round.State.OPEN)

    def open_now(self) -> "RoundQuerySet":
        """Those that take ratings."""
        return self.not_closed().filter(opened_at__lte=timezone.now())

    def planned(self) -> "RoundQuerySet":
        """Those whose time has not come yet."""
        return self.not_closed().filter(opened_at__gt=timezone.now())


@pghistory.track()
class Round(models.Model):
    """One round of a panel; what panelists may see of it is kept here.

    Which certifications take ratings is said by its ballots: all at once, or one after the other in a live session,
    where round 2 of one certification may come before round 1 of the next.
    """

    class Mode(models.TextChoices):
        """How panelists go through the certifications."""

        TOGETHER = "together", "All at once, each in their own time"
        LIVE = "live", "Live, one at a time"

    class State(models.TextChoices):
        """Open takes ratings; closed shows its numbers; frozen is part of a sent recommendation."""

        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        FROZEN = "frozen", "Frozen"

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField(default=1)
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.TOGETHER)
    panelists_see = models.CharField(max_length=7, choices=PanelistView, default=PanelistView.SPREAD)
    visible_from = models.CharField(max_length=5, choices=VisibleFrom, default=VisibleFrom.LATER)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rounds_opened")
    # May lie ahead: such a round is planned, and open only when its time has come.
    opened_at = models.DateTimeField()
    # The panel's due date before this round was planned, which comes back if the planning is taken back.
    due_date_before = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="rounds_closed"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ("panel", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panel", "number"],
                name="round_number_once",
                violation_error_message="This panel already has a round with this number.",
            ),
            models.UniqueConstraint(
                fields=["panel"],
                condition=Q(state="open", mode="together"),
                name="round_one_open_per_panel",
                violation_error_message="A round of this panel is already open.",
            ),
            models.CheckConstraint(
                condition=Q(number__range=(1, 2)),
                name="round_number_range",
                violation_error_message="A panel has one or two rounds.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, closed_by=None)
                | Q(state__in=["closed", "frozen"], closed_at__isnull=False, closed_by__isnull=False),
                name="round_closed_at_and_by",
                violation_error_message="A closed round needs both who closed it and when; an open one has neither.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="round_closes_after_opening",
                violation_error_message="A round cannot close before it opens.",
            ),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.panel}"

    @property
    def is_closed(self) -> bool:
        """Whether it is over; otherwise it is open or planned."""
        return self.state != self.State.OPEN

    @property
    def is_planned(self) -> bool:
        """Whether it lies ahead: nobody rates yet, and nothing is revealed because of it."""
        return not self.is_closed and self.opened_at > timezone.now()

    @property
    def shows_at_close(self) -> bool:
        """Whether panelists see something of the others as soon as a certification of it is closed."""
        return self.visible_from == VisibleFrom.CLOSE and self.panelists_see != PanelistView.OWN

    @property
    def is_open(self) -> bool:
        """Whether it takes ratings now."""
        return not self.is_closed and not self.is_planned

    @property
    def is_live_session(self) -> bool:
        """Whether a live session runs in it now."""
        return self.is_open and self.mode == self.Mode.LIVE


class BallotQuerySet(models.QuerySet["Ballot"]):
    """Reads of ballots."""

    def open_now(self) -> "BallotQuerySet":
        """Those that take ratings: opened, not later than now, and not closed."""
        return self.filter(closed_at=None, opened_at__lte=timezone.now())

    def planned(self) -> "BallotQuerySet":
        """Those whose time has not come yet."""
        return self.filter(closed_at=None, opened_at__gt=timezone.now())


@pghistory.track()
class Ballot(models.Model):
    """One opening of one certification in one round. What is recorded as closed is closed: nothing enters afterwards.

    Opening the certification again makes another ballot; a closed one never changes but for being revealed.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="ballots")
    panel_certification = models.ForeignKey(PanelCertification, on_delete=models.PROTECT, related_name="ballots")
    number = models.PositiveSmallIntegerField("opening", default=1)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ballots_opened")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="ballots_closed"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    # From then on panelists see of it what the round lets them see. It lies ahead where the next round is planned.
    revealed_at = models.DateTimeField(null=True, blank=True)

    objects = BallotQuerySet.as_manager()

    class Meta:
        ordering = ("round", "panel_certification", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "panel_certification", "number"],
                name="ballot_opening_once",
                violation_error_message="This opening of the certification exists already.",
            ),
            models.UniqueConstraint(
                fields=["panel_certification"],
                condition=Q(closed_at=None),
                name="ballot_one_open_per_certification",
                violation_error_message="This certification is already open for rating.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="ballot_closed_at_and_by",
                violation_error_message="A closed certification needs both who closed it and when.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="ballot_closes_after_opening",
                violation_error_message="A certification cannot close before it opens.",
            ),
            models.CheckConstraint(
                condition=Q(revealed_at=None) | Q(closed_at__isnull=False, revealed_at__gte=F("closed_at")),
                name="ballot_revealed_after_close",
                violation_error_message="The spread is shown only after the certification is closed.",
            ),
        ]

    def __str__(self) -> str:
        return f"opening {self.number} of {self.panel_certification}"

    @property
    def is_open(self) -> bool:
        """Whether it takes ratings now; one of a planned round does not."""
        return self.closed_at is None and self.opened_at <= timezone.now()

    @property
    def is_revealed(self) -> bool:
        """Whether panelists see of it now what the round lets them see."""
        return self.revealed_at is not None and self.revealed_at <= timezone.now()


@pghistory.track()
class Discussion(models.Model):
    """What was said about a certification, written down by the facilitators."""

    panel_certification = models.OneToOneField(PanelCertification, on_delete=models.PROTECT, related_name="discussion")
    notes = models.TextField("discussion notes", blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="discussions_saved")
    saved_at = models.DateTimeField()
    # Grows with every save, so that of two facilitators writing at once the second is told.
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"discussion of {self.panel_certification_id}"
