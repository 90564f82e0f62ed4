"""Six panels, one at each step: three from the sample files (decided, rating now, being set up), and
panel_steps.py's.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from certifications.models import Certification, Program, ProgramCertification
from datasets.files import DEMO, Row, read
from datasets.making.panel_steps import STANDARDS, freeze, make_panel_steps
from datasets.making.people import Cast
from datasets.making.plan import LAST_YEAR, moment
from datasets.making.worksheets import fill_worksheets
from sme_review.enums import StakeholderGroup, Suggestion
from sme_review.models import (
    Ballot,
    ConflictDeclaration,
    ListingDecision,
    Material,
    Panel,
    PanelCertification,
    Panelist,
    PanelistLink,
    Rating,
    Recommendation,
    Round,
)
from sme_review.services.panelists import mail_link
from sme_review.services.recommendations import Choice, save_recommendation

DECIDED, RUNNING, SET_UP = "47.0604", "48.0508", "51.0000"
_TITLES = {
    DECIDED: "Automobile technician certifications, fall 2026",
    RUNNING: "Welding certifications, fall 2026",
    SET_UP: "Health sciences certifications, winter 2027",
}
_OPENED = {DECIDED: date(2026, 9, 8), RUNNING: date(2026, 11, 9)}
_DUE = {DECIDED: date(2026, 10, 2), RUNNING: date(2026, 12, 4), SET_UP: date(2027, 2, 12)}
_CLOSED, _SENT, _DECIDED_ON = date(2026, 10, 2), date(2026, 10, 9), date(2026, 10, 16)
_TEXT = (
    "Invented for demonstration. The panel found that the maintenance and service tests match the program well "
    "and that "
    "employers ask for them. It was of two minds about the state's mechanic certification. It did not find the safety "
    "course to be a credential that shows the skills of the program."
)
_DIFFERS = "Invented for demonstration. The consultant weighed the comments beside the numbers."
_GROUPS = {str(group): str(group) for group in StakeholderGroup}
_ON_DRAFT = (("NHA-CPT", 1), ("PTCB-CPHT", 2))


@dataclass
class Seats:
    """A panel with its certifications by code and its people by address."""

    panel: Panel
    certifications: dict[str, PanelCertification]
    people: dict[str, Panelist]


def make_panels(cast: Cast) -> None:
    """Make the panels, unless the programs have panels already."""
    if Panel.objects.filter(program__cip_code__in=_TITLES).exists():
        return
    decided, running = _seats(DECIDED, cast), _seats(RUNNING, cast)
    _seats(SET_UP, cast)
    ratings = read(DEMO / "ratings.csv", ("cip_code", "panelist_email", "certification_code", "state"))
    _rate(decided, [row for row in ratings if row.text("cip_code") == DECIDED], cast)
    fill_worksheets(decided.panel)
    _rate(running, [row for row in ratings if row.text("cip_code") == RUNNING], cast)
    for person in running.people.values():
        # The mails make the demo's outbox useful from the first minute; their links work.
        mail_link(person)
    Panelist.objects.filter(panel=running.panel).update(
        invited_at=moment(_OPENED[RUNNING]), due_date_mailed=running.panel.due_date
    )
    PanelistLink.objects.filter(panelist__panel=running.panel).update(sent_at=moment(_OPENED[RUNNING]))
    _recommend_and_decide(decided, cast)
    make_panel_steps(cast)


def _seats(cip_code: str, cast: Cast) -> Seats:
    panel = Panel.objects.create(
        program=Program.objects.get(cip_code=cip_code),
        title=_TITLES[cip_code],
        standards_version=STANDARDS,
        due_date=_DUE[cip_code],
        created_by=cast.consultant,
    )
    created = _OPENED.get(cip_code, date(2026, 11, 16)) - timedelta(days=14)
    Panel.objects.filter(pk=panel.pk).update(created_at=moment(created))
    sheets = read(DEMO / "panels.csv", ("cip_code", "certification_code", "position", "information_sheet_text"))
    rows = [
        (row.required("certification_code"), row.integer("position") or 1, row.text("information_sheet_text"))
        for row in sheets
        if row.text("cip_code") == cip_code
    ]
    if cip_code == SET_UP:
        rows = [(code, position, "") for code, position in _ON_DRAFT]
    known = {each.code: each for each in Certification.objects.filter(code__in=[code for code, *_ in rows])}
    certifications = {
        code: PanelCertification.objects.create(
            panel=panel,
            certification=known[code],
            position=position,
        )
        for code, position, text in rows
    }
    for code, _, text in rows:
        Material.objects.create(
            panel_certification=certifications[code],
            information_sheet=text or known[code].information_sheet,
            link=known[code].link,
            made_by=cast.consultant,
            made_at=moment(created),
        )
    return Seats(panel, certifications, _people(panel, cip_code, certifications))


def _people(panel: Panel, cip_code: str, certifications: dict[str, PanelCertification]) -> dict[str, Panelist]:
    people = {}
    rows = read(DEMO / "panelists.csv", ("cip_code", "name", "email", "title", "organization", "group", "conflict"))
    for row in (row for row in rows if row.text("cip_code") == cip_code):
        person = Panelist.objects.create(
            panel=panel,
            name=row.required("name"),
            email=row.required("email"),
            group=row.choice("group", _GROUPS),
            title=row.text("title"),
            organization=row.text("organization"),
            invited_at=moment(_OPENED[cip_code]),
            due_date_mailed=panel.due_date,
        )
        if row.text("conflict"):
            code, reason = row.text("conflict").split(";", 1)
            made = ConflictDeclaration.objects.create(
                panelist=person, panel_certification=certifications[code], reason=reason.strip()
            )
            ConflictDeclaration.objects.filter(pk=made.pk).update(declared_at=moment(_OPENED[cip_code], 300))
        people[person.email] = person
    return people


def _rate(seats: Seats, rows: list[Row], cast: Cast) -> None:
    """One round with its ratings; the decided panel's round is closed, the other's open."""
    cip_code = seats.panel.program.cip_code
    closed = cip_code == DECIDED
    opened = _OPENED[cip_code]
    this_round = Round.objects.create(
        panel=seats.panel,
        number=1,
        state=Round.State.CLOSED if closed else Round.State.OPEN,
        opened_by=cast.consultant,
        opened_at=moment(opened),
        closed_by=cast.consultant if closed else None,
        closed_at=moment(_CLOSED, 420) if closed else None,
    )
    for entry in seats.certifications.values():
        Ballot.objects.create(
            round=this_round,
            panel_certification=entry,
            opened_by=this_round.opened_by,
            opened_at=this_round.opened_at,
            closed_by=this_round.closed_by,
            closed_at=this_round.closed_at,
        )
    visits: dict[str, datetime] = defaultdict(lambda: moment(opened + timedelta(days=2 + len(visits)), 60))
    for row in rows:
        visits[row.required("panelist_email")] += timedelta(minutes=6)
        _rating(seats, this_round, row, visits[row.required("panelist_email")])
    for email, at in visits.items():
        Panelist.objects.filter(pk=seats.people[email].pk).update(first_opened_at=at - timedelta(minutes=20))
    seats.panel.state = Panel.State.CLOSED if closed else Panel.State.RUNNING
    seats.panel.save(update_fields=["state"])


def _rating(seats: Seats, this_round: Round, row: Row, at: datetime) -> None:
    draft = row.text("state") == "draft"
    entry = row.reference("certification_code", seats.certifications, "panels.csv")
    settled = Rating.State.LOCKED if this_round.state == Round.State.CLOSED else Rating.State.SUBMITTED
    Rating.objects.create(
        panelist=seats.people[row.required("panelist_email")],
        panel_certification=entry,
        round=this_round,
        ballot=entry.ballots.get(),
        material=entry.materials.get(),
        proportion=row.integer("proportion"),
        proportion_reason=row.text("reason"),
        employer_value=_value(row, "employer_value"),
        employer_cannot_judge=row.text("employer_value") == "cannot_judge",
        postsecondary_value=_value(row, "postsecondary_value"),
        postsecondary_cannot_judge=row.text("postsecondary_value") == "cannot_judge",
        state=Rating.State.DRAFT if draft else settled,
        saved_at=at,
        submitted_at=None if draft else at,
    )


def _value(row: Row, column: str) -> int | None:
    return None if row.text(column) == "cannot_judge" else row.integer(column)


def _recommend_and_decide(seats: Seats, cast: Cast) -> None:
    """The recommendation follows the listings that the sample files hold, and so do the approver's decisions."""
    listings = {
        code: ProgramCertification.objects.filter(
            program=seats.panel.program, certification=entry.certification, first_school_year=LAST_YEAR
        ).get()
        for code, entry in seats.certifications.items()
    }
    approved = {code for code, listing in listings.items() if listing.status == ProgramCertification.Status.APPROVED}
    choices = [
        Choice(
            entry,
            Suggestion.RECOMMEND if code in approved else Suggestion.DO_NOT_RECOMMEND,
            position=entry.position,
        )
        for code, entry in seats.certifications.items()
    ]
    for recommendation in save_recommendation(by=cast.consultant, panel=seats.panel, text=_TEXT, choices=choices):
        if recommendation.choice != recommendation.reading:
            Recommendation.objects.filter(pk=recommendation.pk).update(note=_DIFFERS)
    seats.panel.refresh_from_db()
    freeze(seats.panel, cast, moment(_SENT))
    Round.objects.filter(panel=seats.panel).update(state=Round.State.FROZEN)
    Panel.objects.filter(pk=seats.panel.pk).update(
        state=Panel.State.DECIDED,
        sent_by=cast.consultant,
        sent_at=moment(_SENT),
        released_by=cast.approver,
        released_at=moment(_DECIDED_ON, 120),
    )
    for code, entry in seats.certifications.items():
        listing = listings[code]
        ListingDecision.objects.create(
            recommendation=Recommendation.objects.get(panel_certification=entry),
            outcome=ListingDecision.Outcome.APPROVED if code in approved else ListingDecision.Outcome.DECLINED,
            reason=listing.reason,
            first_school_year=LAST_YEAR if code in approved else None,
            type=listing.type,
            counts_federally=listing.counts_federally,
            listing=listing,
            decided_by=cast.approver,
            decided_at=moment(_DECIDED_ON, 10 * entry.position),
            released_at=moment(_DECIDED_ON, 120),
        )
