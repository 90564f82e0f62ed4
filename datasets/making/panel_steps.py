"""Three panels between rating and release: one in its second round, one with the approver, one decided and not
released.

People and ratings are invented, and come from what is written here alone, so that they are the same in every demo.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from certifications.models import Certification, Program, ProgramCertification
from datasets.making.people import Cast
from datasets.making.plan import LAST_YEAR, moment
from datasets.making.worksheets import fill_worksheets
from sme_review.enums import Reading, StakeholderGroup, Suggestion
from sme_review.figures.canonical import sha256_of
from sme_review.models import (
    Ballot,
    ListingDecision,
    Material,
    Packet,
    Panel,
    PanelCertification,
    Panelist,
    Rating,
    Round,
)
from sme_review.selectors.packet_content import packet_content
from sme_review.selectors.results import results_by_entry
from sme_review.services.recommendations import Choice, save_recommendation

STANDARDS = "2026 demo"
_OPENED, _CLOSED, _AGAIN = date(2026, 10, 12), date(2026, 10, 30), date(2026, 11, 10)
_SENT, _DECIDED_ON = date(2026, 11, 12), date(2026, 11, 19)
_SHEET = "Invented for demonstration. What it covers, how it is earned, what it costs and who asks for it stand here."
_TEXT = (
    "Invented for demonstration. All three groups took part. The panel is of one mind about the first "
    "certifications and "
    "of two minds about the others; the comments say why."
)
_NOTE = "Invented for demonstration. The comments weigh more here than the numbers."
_FOR = (
    "Employers near us name it in their job postings.",
    "It matches what we teach in the first year.",
    "Our students ask for it by name.",
)
_AGAINST = (
    "Few of our students would sit for it.",
    "It leaves out what employers ask for first.",
    "Nobody has ever shown me this card.",
)
_PEOPLE = (
    ("Avery Lindgren", StakeholderGroup.SECONDARY),
    ("Jordan Okafor", StakeholderGroup.SECONDARY),
    ("Casey Brandt", StakeholderGroup.SECONDARY),
    ("Morgan Haddad", StakeholderGroup.POSTSECONDARY),
    ("Riley Novak", StakeholderGroup.POSTSECONDARY),
    ("Quinn Delgado", StakeholderGroup.BUSINESS),
    ("Harper Weiss", StakeholderGroup.BUSINESS),
)
# What the panel thinks of the first certification, the second and so on: percent, employers, postsecondary.
_OPINIONS = ((80, 5, 4), (65, 5, 4), (55, 4, 3), (40, 3, 3), (20, 2, 2))
_HIGH, _LOW_SHARE, _TOP_SHARE = 5, 30, 100


@dataclass(frozen=True)
class _Step:
    """One panel: its program, title and certifications."""

    cip_code: str
    title: str
    codes: tuple[str, ...]


_SECOND_ROUND = _Step(
    "46.0000",
    "Construction certifications, fall 2026",
    ("NCCER-CORE", "NCCER-CARP1", "HBI-PACT", "OSHA-10-CON", "NOCTI-CARP"),
)
_WITH_APPROVER = _Step(
    "11.0901",
    "Computer network certifications, fall 2026",
    ("COMPTIA-NETPLUS", "COMPTIA-APLUS", "CISCO-CCST-NET", "COMPTIA-SECPLUS", "CISCO-CCNA"),
)
_NOT_RELEASED = _Step(
    "12.0500",
    "Cooking certifications, fall 2026",
    ("NRAEF-PROSTART", "NRA-SS-MGR", "ACF-CFC", "NOCTI-COOK1", "NRA-SS-FH"),
)


def make_panel_steps(cast: Cast) -> None:
    """Make the three panels."""
    _second_round(_rated(_SECOND_ROUND, cast), cast)
    _send(_rated(_WITH_APPROVER, cast), cast)
    _decide(_send(_rated(_NOT_RELEASED, cast), cast), cast)


def freeze(panel: Panel, cast: Cast, sent: datetime) -> None:
    """The packet as it was when the recommendation was sent."""
    content = packet_content(panel, viewer=cast.consultant, number=1, frozen_by=cast.consultant, frozen_at=sent)
    Packet.objects.create(
        panel=panel, content=content, sha256=sha256_of(content), frozen_by=cast.consultant, frozen_at=sent
    )


def _rated(step: _Step, cast: Cast) -> Panel:
    """A panel whose first round is closed."""
    panel = Panel.objects.create(
        program=Program.objects.get(cip_code=step.cip_code),
        title=step.title,
        standards_version=STANDARDS,
        due_date=_CLOSED,
        created_by=cast.consultant,
        state=Panel.State.CLOSED,
    )
    created = moment(_OPENED - timedelta(days=10))
    Panel.objects.filter(pk=panel.pk).update(created_at=created)
    known = {each.code: each for each in Certification.objects.filter(code__in=step.codes)}
    for position, code in enumerate(step.codes, start=1):
        entry = PanelCertification.objects.create(panel=panel, certification=known[code], position=position)
        sheet = known[code].information_sheet or known[code].summary or _SHEET
        Material.objects.create(
            panel_certification=entry,
            information_sheet=sheet,
            link=known[code].link,
            made_by=cast.consultant,
            made_at=created,
        )
    for name, group in _PEOPLE:
        address = f"{name.lower().replace(' ', '.')}.{step.cip_code.replace('.', '')}@example.org"
        Panelist.objects.create(
            panel=panel,
            name=name,
            email=address,
            group=group,
            invited_at=moment(_OPENED),
            due_date_mailed=panel.due_date,
            first_opened_at=moment(_OPENED, 60),
        )
    _hold(panel, cast, number=1, opened=moment(_OPENED), closed=moment(_CLOSED))
    fill_worksheets(panel)
    return panel


def _hold(panel: Panel, cast: Cast, *, number: int, opened: datetime, closed: datetime | None) -> None:
    """A round with its ballots and ratings; of a round that is open a few people have answered."""
    ended = {"closed_by": cast.consultant if closed else None, "closed_at": closed}
    state = Round.State.CLOSED if closed else Round.State.OPEN
    this_round = Round.objects.create(
        panel=panel, number=number, state=state, opened_by=cast.consultant, opened_at=opened, **ended
    )
    people = list(panel.panelists.order_by("pk"))
    for entry in panel.certifications.order_by("position"):
        ballot = Ballot.objects.create(
            round=this_round, panel_certification=entry, opened_by=cast.consultant, opened_at=opened, **ended
        )
        for place, person in enumerate(people if closed else people[:3]):
            _rating(ballot, person, at=opened + timedelta(days=1 + place, minutes=7 * entry.position))


def _rating(ballot: Ballot, person: Panelist, *, at: datetime) -> None:
    """What a person says: near the panel's opinion, and nearer in the second round."""
    entry, number = ballot.panel_certification, ballot.round.number
    share, employers, postsecondary = _OPINIONS[(entry.position - 1) % len(_OPINIONS)]
    steps = [_step(person.name, entry.position, number, question) for question in range(3)]
    proportion = min(_TOP_SHARE, max(0, share + 10 * steps[0]))
    values = [min(_HIGH, max(1, value + step)) for value, step in ((employers, steps[1]), (postsecondary, steps[2]))]
    good, bad = (words[(entry.position + len(person.name)) % len(words)] for words in (_FOR, _AGAINST))
    Rating.objects.create(
        panelist=person,
        panel_certification=entry,
        round=ballot.round,
        ballot=ballot,
        material=entry.materials.get(),
        proportion=proportion,
        proportion_reason=bad if proportion < _LOW_SHARE else "",
        employer_value=values[0],
        employer_reason={1: bad, _HIGH: good}.get(values[0], ""),
        postsecondary_value=values[1],
        postsecondary_reason={1: bad, _HIGH: good}.get(values[1], ""),
        state=Rating.State.LOCKED if ballot.closed_at else Rating.State.SUBMITTED,
        saved_at=at,
        submitted_at=at,
    )


def _step(name: str, position: int, number: int, question: int) -> int:
    """Minus one, none or one step; none half of the time, and more often in the second round."""
    drawn = sha256(f"{name}:{position}:{question}".encode()).digest()[0]
    return (0, 0, -1, 1)[drawn % 4] if number == 1 or drawn % 3 else 0


def _second_round(panel: Panel, cast: Cast) -> None:
    Panel.objects.filter(pk=panel.pk).update(state=Panel.State.RUNNING, due_date=date(2026, 12, 11))
    Ballot.objects.filter(round__panel=panel).update(revealed_at=moment(_AGAIN))
    _hold(panel, cast, number=2, opened=moment(_AGAIN), closed=None)


def _send(panel: Panel, cast: Cast) -> Panel:
    """The recommendation follows the suggested readings; its packet is frozen."""
    choices = [
        Choice(
            result.entry,
            result.reading if result.reading != Reading.WITHHELD else Suggestion.DISCUSS,
            note="" if result.reading == Reading.RECOMMEND else _NOTE,
            position=result.entry.position,
        )
        for result in results_by_entry(panel, viewer=cast.consultant).values()
    ]
    save_recommendation(by=cast.consultant, panel=panel, text=_TEXT, choices=choices)
    panel.refresh_from_db()
    freeze(panel, cast, moment(_SENT))
    Round.objects.filter(panel=panel).update(state=Round.State.FROZEN)
    panel.state, panel.sent_by, panel.sent_at = Panel.State.RECOMMENDED, cast.consultant, moment(_SENT)
    panel.save(update_fields=["state", "sent_by", "sent_at"])
    return panel


def _decide(panel: Panel, cast: Cast) -> None:
    """The approver has decided each; nothing is released yet."""
    for line in panel.recommendations.order_by("position"):
        approved = line.choice == Suggestion.RECOMMEND
        declined = line.choice == Suggestion.DO_NOT_RECOMMEND
        outcome = (
            ListingDecision.Outcome.APPROVED
            if approved
            else ListingDecision.Outcome.DECLINED
            if declined
            else ListingDecision.Outcome.DEFERRED
        )
        ListingDecision.objects.create(
            recommendation=line,
            outcome=outcome,
            reason="Invented for demonstration. OCTE follows the panel.",
            first_school_year=LAST_YEAR + 1 if approved else None,
            type=ProgramCertification.Type.APPROVED,
            counts_federally=approved,
            decided_by=cast.approver,
            decided_at=moment(_DECIDED_ON, 10 * line.position),
        )
