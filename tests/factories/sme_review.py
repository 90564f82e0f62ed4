"""Panels and what comes of them."""

import factory
from django.utils import timezone

from core.personal_links import new_secret
from sme_review import models
from sme_review.enums import Reading, StakeholderGroup, Suggestion
from tests.dates import due
from tests.factories.accounts import UserFactory
from tests.factories.certifications import (
    CertificationFactory,
    ProgramCertificationFactory,
    ProgramFactory,
    ProgramStandardFactory,
)


class PanelFactory(factory.django.DjangoModelFactory):
    """A panel that is being set up."""

    class Meta:
        model = models.Panel

    program = factory.SubFactory(ProgramFactory)
    title = factory.Sequence(lambda n: f"Panel {n:05d}")
    standards_version = "2026"
    due_date = factory.LazyFunction(due)
    created_by = factory.SubFactory(UserFactory)


class PanelCertificationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.PanelCertification

    panel = factory.SubFactory(PanelFactory)
    certification = factory.SubFactory(CertificationFactory)
    position = factory.Sequence(lambda n: n + 1)


class MaterialFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Material

    panel_certification = factory.SubFactory(PanelCertificationFactory)
    information_sheet = "What it covers: the basics of the trade."
    made_at = factory.LazyFunction(timezone.now)


class PanelistFactory(factory.django.DjangoModelFactory):
    """A panelist who is not invited yet; `invited=True` invites them."""

    class Meta:
        model = models.Panelist

    class Params:
        invited = factory.Trait(invited_at=factory.LazyFunction(timezone.now))

    panel = factory.SubFactory(PanelFactory)
    name = factory.Sequence(lambda n: f"Panelist Number{n:05d}")
    email = factory.Sequence(lambda n: f"panelist{n:05d}@example.org")
    group = StakeholderGroup.SECONDARY


class PanelistLinkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.PanelistLink

    panelist = factory.SubFactory(PanelistFactory, invited=True)
    secret_hash = factory.LazyFunction(lambda: new_secret()[1])
    sent_at = factory.LazyFunction(timezone.now)


class AssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Assignment

    panelist = factory.SubFactory(PanelistFactory)
    panel_certification = factory.SubFactory(PanelCertificationFactory, panel=factory.SelfAttribute("..panelist.panel"))


class ConflictDeclarationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.ConflictDeclaration

    panelist = factory.SubFactory(PanelistFactory)
    panel_certification = factory.SubFactory(PanelCertificationFactory, panel=factory.SelfAttribute("..panelist.panel"))
    reason = "Writes its test questions for pay"


class RoundFactory(factory.django.DjangoModelFactory):
    """An open round 1; `closed=True` closes it."""

    class Meta:
        model = models.Round

    class Params:
        closed = factory.Trait(
            state=models.Round.State.CLOSED,
            closed_by=factory.SubFactory(UserFactory),
            closed_at=factory.LazyFunction(timezone.now),
        )

    panel = factory.SubFactory(PanelFactory)
    opened_by = factory.SubFactory(UserFactory)
    opened_at = factory.LazyFunction(timezone.now)


class BallotFactory(factory.django.DjangoModelFactory):
    """An open ballot; `closed=True` closes it."""

    class Meta:
        model = models.Ballot

    class Params:
        closed = factory.Trait(closed_by=factory.SubFactory(UserFactory), closed_at=factory.LazyFunction(timezone.now))

    round = factory.SubFactory(RoundFactory)
    panel_certification = factory.SubFactory(PanelCertificationFactory, panel=factory.SelfAttribute("..round.panel"))
    opened_by = factory.SubFactory(UserFactory)
    opened_at = factory.LazyFunction(timezone.now)


class DiscussionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Discussion

    panel_certification = factory.SubFactory(PanelCertificationFactory)
    notes = "Two employers ask for it."
    saved_by = factory.SubFactory(UserFactory)
    saved_at = factory.LazyFunction(timezone.now)


class RatingFactory(factory.django.DjangoModelFactory):
    """A submitted rating in the middle of every scale."""

    class Meta:
        model = models.Rating

    panelist = factory.SubFactory(PanelistFactory, invited=True)
    round = factory.SubFactory(RoundFactory, panel=factory.SelfAttribute("..panelist.panel"))
    panel_certification = factory.SubFactory(PanelCertificationFactory, panel=factory.SelfAttribute("..panelist.panel"))
    ballot = factory.SubFactory(
        BallotFactory,
        round=factory.SelfAttribute("..round"),
        panel_certification=factory.SelfAttribute("..panel_certification"),
    )
    material = factory.SubFactory(MaterialFactory, panel_certification=factory.SelfAttribute("..panel_certification"))
    proportion = 60
    employer_value = 4
    postsecondary_value = 3
    state = models.Rating.State.SUBMITTED
    saved_at = factory.LazyFunction(timezone.now)
    submitted_at = factory.Maybe(
        factory.LazyAttribute(lambda rating: rating.state != models.Rating.State.DRAFT),
        yes_declaration=factory.LazyFunction(timezone.now),
        no_declaration=None,
    )


class StandardMarkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.StandardMark

    rating = factory.SubFactory(RatingFactory)
    standard = factory.SubFactory(ProgramStandardFactory, program=factory.SelfAttribute("..rating.round.panel.program"))
    mark = models.StandardMark.Mark.FULL


class PacketFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Packet

    panel = factory.SubFactory(PanelFactory)
    content = factory.LazyFunction(dict)
    sha256 = "0" * 64
    frozen_by = factory.SubFactory(UserFactory)
    frozen_at = factory.LazyFunction(timezone.now)


class RecommendationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Recommendation

    panel_certification = factory.SubFactory(PanelCertificationFactory)
    panel = factory.SelfAttribute("panel_certification.panel")
    reading = Reading.RECOMMEND
    rule = "Everything needed to recommend holds."
    choice = Suggestion.RECOMMEND


class ListingDecisionFactory(factory.django.DjangoModelFactory):
    """An approval with its listing."""

    class Meta:
        model = models.ListingDecision

    recommendation = factory.SubFactory(RecommendationFactory)
    outcome = models.ListingDecision.Outcome.APPROVED
    reason = "The panel found it strong."
    first_school_year = 2028
    listing = factory.SubFactory(ProgramCertificationFactory, first_school_year=2028)
    decided_by = factory.SubFactory(UserFactory)
    decided_at = factory.LazyFunction(timezone.now)
    released_at = factory.LazyFunction(timezone.now)
