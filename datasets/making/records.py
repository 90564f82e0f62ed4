"""Student certifications in every state, with their submissions, evidence and steps."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from certifications.models import EvidenceDocument, EvidenceLink, StateChange, StudentCertification, Submission
from certifications.models.record import StudentCertification as Record
from certifications.moves import RETURN_REASONS
from core.references import ALPHABET
from datasets.making.bulk import NULL, Copier, next_id
from datasets.making.catalog import Award
from datasets.making.evidence import Shelf, page_of
from datasets.making.offerings import School
from datasets.making.people import Cast
from datasets.making.plan import HOME_DISTRICT, LAST_YEAR, TODAY, TWIN_DISTRICT, Plan, moment
from datasets.making.students import Attendance

# How often an enrollment in grade 11 or above, in a program with listings, leads to a record.
_SHARE_PAST, _SHARE_NOW, _SHARE_SECOND = 0.80, 0.18, 0.15
_SHARE_FAILED = 0.06
_FIRST_GRADE = 11
_MOST_PER_SUBMISSION = 40
_ROSTER_FROM = 3
_STATES_PAST = (("approved", 0.95), ("submitted", 0.97), ("returned", 0.98), ("withdrawn", 1.0))
_STATES_NOW = (("submitted", 0.55), ("approved", 0.80), ("returned", 0.95), ("withdrawn", 1.0))
_WITHDRAWN_REASON = "Entered for the wrong student."
# Files that are made besides those of the running year in the demo's own districts.
_MOST_FILES = 150

RECORD_FIELDS = (
    "id",
    "enrollment_id",
    "student_id",
    "certification_id",
    "school_year",
    "date_tested",
    "date_earned",
    "score",
    "result",
    "certificate_number",
    "award_identifier",
    "source",
    "state",
    "state_reason",
    "submission_id",
    "created_by_id",
    "created_at",
    "decided_by_id",
    "decided_at",
    "version",
)
SUBMISSION_FIELDS = ("id", "reference", "district_id", "submitted_by_id", "submitted_at")
DOCUMENT_FIELDS = (
    "id",
    "district_id",
    "kind",
    "file",
    "preview",
    "original_name",
    "size",
    "sha256",
    "pages",
    "check_result",
    "uploaded_by_id",
    "uploaded_at",
)
LINK_FIELDS = ("id", "record_id", "document_id", "page")
CHANGE_FIELDS = ("id", "record_id", "from_state", "to_state", "by_id", "at", "reason")


@dataclass(frozen=True, slots=True)
class Win:
    """A student who passed or tried, before it becomes a record."""

    attendance: Attendance
    award: Award
    day: date
    passed: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What one person submits at once: one certification, one program, one year, one district."""

    district: int
    by: int
    at: datetime
    wins: Sequence[Win]
    own_files: bool


class RecordMaker:
    """Hears of each enrollment, decides what the student earned, and writes all records at the end."""

    def __init__(
        self, plan: Plan, schools: Sequence[School], cast: Cast, offer: Mapping[tuple[str, int], list[Award]]
    ) -> None:
        self.chance = plan.random("records")
        self.schools = schools
        self.cast = cast
        self.offer = offer
        self.shelf = Shelf(_MOST_FILES)
        self._groups: dict[tuple[int, int, str, int], list[Win]] = defaultdict(list)
        # What the student at hand holds already; students come one after the other.
        self._student = 0
        self._awarded: set[int] = set()

    def hear(self, attendance: Attendance) -> None:
        """Decide whether this enrollment leads to one record, two or none."""
        if attendance.student != self._student:
            self._student, self._awarded = attendance.student, set()
        awards = self.offer.get((attendance.cip_code, attendance.year))
        share = _SHARE_PAST if attendance.year < LAST_YEAR else _SHARE_NOW
        if not awards or attendance.grade < _FIRST_GRADE or self.chance.random() > share:
            return
        self._win(attendance, awards)
        if self.chance.random() < _SHARE_SECOND:
            self._win(attendance, awards)

    def _win(self, attendance: Attendance, awards: list[Award]) -> None:
        award = awards[int(self.chance.random() * len(awards))]
        if award.certification in self._awarded:
            return
        self._awarded.add(award.certification)
        passed = self.chance.random() > _SHARE_FAILED
        win = Win(attendance, award, _day_earned(attendance.year, self.chance), passed)
        district = self.schools[attendance.school].building.district_id
        self._groups[district, attendance.year, attendance.cip_code, award.certification].append(win)

    def write(self) -> int:
        """Copy submissions, records, evidence and steps; gives the number of records."""
        with ExitStack() as stack:
            tables = Tables(stack)
            for batch in self._batches():
                _write_batch(batch, tables, self.cast, self.chance, self.shelf)
            return tables.record - tables.first_record

    def _batches(self) -> list[Batch]:
        """In the order of time, so that the newest records have the highest keys, as in life."""
        demo_districts = {
            school.building.district_id
            for school in self.schools
            if school.building.district.code in {HOME_DISTRICT, TWIN_DISTRICT}
        }
        batches = []
        for (district, year, _cip_code, _award), wins in self._groups.items():
            own_files = district in demo_districts and year == LAST_YEAR
            for start in range(0, len(wins), _MOST_PER_SUBMISSION):
                part = wins[start : start + _MOST_PER_SUBMISSION]
                day = max(win.day for win in part) + timedelta(days=3 + self.chance.randrange(10))
                at = moment(min(day, TODAY), self.chance.randrange(400))
                batches.append(Batch(district, self.cast.coordinators[district].pk, at, part, own_files))
        return sorted(batches, key=lambda batch: batch.at)


class Tables:
    """The tables that a batch writes to, with their next keys."""

    def __init__(self, stack: ExitStack) -> None:
        self.submissions = stack.enter_context(Copier(Submission, SUBMISSION_FIELDS))
        self.documents = stack.enter_context(Copier(EvidenceDocument, DOCUMENT_FIELDS))
        self.records = stack.enter_context(Copier(StudentCertification, RECORD_FIELDS))
        self.links = stack.enter_context(Copier(EvidenceLink, LINK_FIELDS))
        self.changes = stack.enter_context(Copier(StateChange, CHANGE_FIELDS))
        self.submission = next_id(Submission)
        self.document = next_id(EvidenceDocument)
        self.record = self.first_record = next_id(StudentCertification)
        self.link = next_id(EvidenceLink)
        self.change = next_id(StateChange)


def _day_earned(year: int, chance: Random) -> date:
    """January to May of a past school year, September to now in the running one."""
    if year < LAST_YEAR:
        return date(year, 1, 10) + timedelta(days=chance.randrange(140))
    return date(LAST_YEAR - 1, 9, 8) + timedelta(days=chance.randrange((TODAY - date(LAST_YEAR - 1, 9, 8)).days - 4))


def _reference(prefix: str, groups: int, chance: Random) -> str:
    return "-".join((prefix, *("".join(chance.choices(ALPHABET, k=4)) for _ in range(groups))))


def _write_batch(batch: Batch, tables: Tables, cast: Cast, chance: Random, shelf: Shelf) -> None:
    tables.submissions.add(
        tables.submission, _reference("OC", 2, chance), batch.district, batch.by, batch.at.isoformat()
    )
    first_record = tables.record
    for win in batch.wins:
        _write_record(win, batch, tables, cast, chance)
    if len(batch.wins) >= _ROSTER_FROM:
        _write_document("roster", list(enumerate(batch.wins, first_record)), batch, tables, shelf)
    else:
        for pair in enumerate(batch.wins, first_record):
            _write_document("certificate", [pair], batch, tables, shelf)
    tables.submission += 1


def _write_record(win: Win, batch: Batch, tables: Tables, cast: Cast, chance: Random) -> None:
    attendance = win.attendance
    state = _state(attendance.year, chance)
    decided = min(batch.at + timedelta(days=2 + chance.randrange(12)), moment(TODAY, 440))
    reason = {"returned": chance.choice(RETURN_REASONS), "withdrawn": _WITHDRAWN_REASON}.get(state, "")
    is_decided = state in {"approved", "returned"}
    tables.records.add(
        tables.record,
        attendance.enrollment,
        attendance.student,
        win.award.certification,
        attendance.year,
        win.day,
        win.day if win.passed else NULL,
        _score(win, chance),
        Record.Result.PASSED.value if win.passed else Record.Result.FAILED.value,
        "",
        _reference("MI", 4, chance),
        Record.Source.DISTRICT_ENTRY.value,
        state,
        reason,
        tables.submission,
        batch.by,
        batch.at.isoformat(),
        cast.approver.pk if is_decided else NULL,
        decided.isoformat() if is_decided else NULL,
        1 if state == "submitted" else 2,
    )
    _write_change(tables, "submitted", by=batch.by, at=batch.at)
    if state != "submitted":
        by = cast.approver.pk if is_decided else batch.by
        _write_change(tables, state, by=by, at=decided, reason=reason)
    tables.record += 1


def _write_change(tables: Tables, to_state: str, *, by: int, at: datetime, reason: str = "") -> None:
    from_state = "draft" if to_state == "submitted" else "submitted"
    tables.changes.add(tables.change, tables.record, from_state, to_state, by, at.isoformat(), reason)
    tables.change += 1


def _state(year: int, chance: Random) -> str:
    drawn = chance.random()
    shares = _STATES_PAST if year < LAST_YEAR else _STATES_NOW
    return next(state for state, up_to in shares if drawn <= up_to)


def _score(win: Win, chance: Random) -> str:
    """A score on the passing side of the cut score or below it; none where there is no overall score."""
    low, high = win.award.lowest, win.award.highest
    if low is None or high is None:
        return NULL
    part = chance.random()
    if not win.passed:
        return str(int(float(low) * (0.75 + 0.2 * part))) if low > 1 else NULL
    return str(int(float(low) + float(high - low) * part))


def _write_document(kind: str, pairs: Sequence[tuple[int, Win]], batch: Batch, tables: Tables, shelf: Shelf) -> None:
    award = pairs[0][1].award
    lines = [
        f"{win.day:%m/%d/%Y}   {'passed' if win.passed else 'did not pass'}   {win.attendance.name}" for _, win in pairs
    ]
    heading = f"{award.entity}: {'results roster' if kind == 'roster' else 'certificate'}"
    stored = shelf.put(kind, heading[:68], [award.name, "", *lines], own=batch.own_files)
    tables.documents.add(
        tables.document,
        batch.district,
        kind,
        stored.name,
        stored.preview,
        f"{kind}-{tables.submission}.pdf",
        stored.size,
        stored.sha256,
        stored.pages,
        "ok",
        batch.by,
        (batch.at - timedelta(minutes=4)).isoformat(),
    )
    for line, (record, _) in enumerate(pairs, 2):
        tables.links.add(tables.link, record, tables.document, min(page_of(line), stored.pages))
        tables.link += 1
    tables.document += 1
