"""What pages show, worked out from what is held."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from sme_review.enums import Reading
from sme_review.models import Panel, PanelCertification, Panelist, Round
from sme_review.opening_time import moment_in_words
from sme_review.selectors.assignment import Situation
from sme_review.selectors.figures import QuestionResult
from sme_review.selectors.results import CertificationResult
from sme_review.selectors.rounds import Candidate
from sme_review.statistics import Change

READING_TONES = {
    Reading.RECOMMEND: "green",
    Reading.DISCUSS: "amber",
    Reading.DO_NOT_RECOMMEND: "red",
    Reading.WITHHELD: "grey",
}
STATE_TONES = {
    Panel.State.DRAFT: "grey",
    Panel.State.RUNNING: "blue",
    Panel.State.CLOSED: "amber",
    Panel.State.RECOMMENDED: "amber",
    Panel.State.DECIDED: "green",
}


def panel_standing(panel: Any) -> tuple[str, str]:
    """How far a panel is, in words and with a tone; one whose round only lies ahead is not rating yet.

    Args:
        panel: a panel with the counts of `selectors.panels.with_progress`.
    """
    if panel.planned_for:
        return "Round planned", "grey"
    return panel.get_state_display(), STATE_TONES[Panel.State(panel.state)]


@dataclass(frozen=True)
class Step:
    """One line of a panel's task list."""

    title: str
    hint: str
    status: str
    tone: str
    href: str = ""


def panel_steps(panel: Any, held: Round | None, *, decided: int, may_manage: bool) -> list[Step]:
    """The panel's task list: what is done and what is next.

    Args:
        panel: a panel with the counts of `selectors.panels.with_progress`.
        decided: how many of its certifications are decided.
        may_manage: whether the person may change the panel; others read its rules at the end of its page.
    """
    steps = [
        _rules_step(panel, may_change=may_manage and not panel.sent_at and not panel.put_away_at),
        _setup_step("Certifications", "sme_review:certifications", panel, panel.certification_count),
        _setup_step("Panelists", "sme_review:panelists", panel, panel.panelist_count),
        _assignment_step(panel),
        _round_step(panel, held, may_manage=may_manage),
        _results_step(panel, held),
        *_next_round_steps(panel, held, may_manage=may_manage),
        _recommendation_step(panel, sent_back=decided > 0),
        _decision_step(panel, decided),
    ]
    return [_left_undone(step) for step in steps] if panel.put_away_at else steps


def _left_undone(step: Step) -> Step:
    """A step of a panel that is put away: what is not done stays so, and nothing urges to do it."""
    return step if step.tone == "green" else Step(step.title, "", "Not done", "grey", step.href)


def _setup_step(title: str, url_name: str, panel: Any, count: int) -> Step:
    hint = f"{count} on this panel" if count else "None yet"
    status, tone = ("Done", "green") if count else ("To do", "blue")
    return Step(title, hint, status, tone, reverse(url_name, args=[panel.pk]))


def _rules_step(panel: Any, *, may_change: bool) -> Step:
    rounds = "1 round" if panel.rounds_planned == 1 else f"{panel.rounds_planned} rounds"
    hint = f"Standards version {panel.standards_version}, quorum {panel.quorum}, {rounds}"
    href = reverse("sme_review:rules", args=[panel.pk]) if may_change else "#rules"
    return Step("Details and rules", hint, "Done", "green", href)


def _assignment_step(panel: Any) -> Step:
    href = reverse("sme_review:assignment", args=[panel.pk])
    if panel.assignment == Panel.Assignment.EVERYONE:
        return Step("Who rates what", "Everyone rates every certification", "Done", "green", href)
    hint = f"{panel.ratings_wanted} ratings wanted for each certification, {panel.shared_count} shared out"
    if panel.shared_count < panel.ratings_wanted * panel.certification_count:
        return Step("Who rates what", hint, "Look again", "amber", href)
    return Step("Who rates what", hint, "Done", "green", href)


def _round_step(panel: Any, held: Round | None, *, may_manage: bool) -> Step:
    if held is None:
        ready = panel.certification_count and panel.panelist_count
        status, tone = ("Next", "blue") if ready else ("Cannot start yet", "grey")
        href = reverse("sme_review:open_round", args=[panel.pk]) if may_manage else ""
        return Step("Round 1", "Check everything, then mail the links", status, tone, href)
    title, href = f"Round {held.number}", reverse("sme_review:round", args=[panel.pk])
    if held.is_planned:
        return Step(title, f"Opens on {moment_in_words(held.opened_at)}", "Planned", "grey", href)
    if held.is_open:
        return Step(title, f"{panel.rated_count} of {panel.expected_count} answers are in", "Open", "blue", href)
    hint = f"{panel.rated_count} of {panel.expected_count} answers came in"
    if held.number == panel.rounds_planned:
        hint += ". All planned rounds were held"
    return Step(title, hint, "Closed", "green", href)


def _next_round_steps(panel: Any, held: Round | None, *, may_manage: bool) -> list[Step]:
    """The round that may follow a closed one; a person decides whether it is needed."""
    if not may_manage or held is None or panel.state != Panel.State.CLOSED or held.number >= panel.rounds_planned:
        return []
    href = reverse("sme_review:open_round", args=[panel.pk])
    hint = "Ask again where the panel disagrees, or go on without it"
    return [Step(f"Round {held.number + 1}", hint, "If needed", "blue", href)]


def _results_step(panel: Any, held: Round | None) -> Step:
    waiting = held is not None and held.state == Round.State.OPEN
    if held is None or (waiting and held.number == 1):
        return Step("Results", "They show when the round is closed", "Cannot start yet", "grey")
    hint = "Of what is closed; the rest shows when its round is" if waiting else "Ratings, spread and comments"
    return Step("Results", hint, "Ready", "green", reverse("sme_review:results", args=[panel.pk]))


def _recommendation_step(panel: Panel, *, sent_back: bool) -> Step:
    href = reverse("sme_review:recommend", args=[panel.pk])
    if panel.state in {Panel.State.DRAFT, Panel.State.RUNNING}:
        return Step("Recommendation", "Written after the round is closed", "Cannot start yet", "grey")
    if panel.sent_at is None and sent_back:
        return Step("Recommendation", "Change what was sent back, and send it again", "Next", "blue", href)
    if panel.sent_at is None:
        return Step("Recommendation", "Choose, explain, and send it to the approvers", "Next", "blue", href)
    return Step("Recommendation", f"Sent on {_day(panel.sent_at)}", "Sent", "green", href)


def _day(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%B} {local.day}, {local.year}"


def _decision_step(panel: Any, decided: int) -> Step:
    if panel.sent_at is None and decided:
        hint = "Some was sent back; the approvers go on when the recommendation is sent again"
        return Step("Decision", hint, "Sent back", "amber")
    if panel.sent_at is None:
        return Step("Decision", "An approver decides each certification", "Cannot start yet", "grey")
    href = reverse("sme_review:decide", args=[panel.pk])
    hint = f"{decided} of {panel.certification_count} decided"
    if decided == panel.certification_count and panel.state != Panel.State.DECIDED:
        hint += "; what is not released, or was deferred, still waits"
    if panel.state == Panel.State.DECIDED:
        return Step("Decision", hint, "Decided", "green", href)
    return Step("Decision", hint, "With the approvers", "amber", href)


def panelist_status(panelist: Any) -> tuple[str, str]:
    """How far a panelist is, in words and with a tone; takes the counts of `selectors.panels.panelists_of`."""
    if _has_finished(panelist):
        return ("Submitted" if panelist.submitted_count else "Stepped back"), "green"
    if panelist.begun_count:
        expected = panelist.asked_count - panelist.recused_count
        return f"Started, {panelist.submitted_count} of {expected} submitted", "blue"
    if panelist.first_opened_at:
        return "Opened", "blue"
    return ("Invited", "grey") if panelist.invited_at else ("Not invited yet", "grey")


def _has_finished(panelist: Any) -> bool:
    """Nothing is left to rate: all of it is submitted or stepped back from."""
    return bool(panelist.asked_count) and panelist.submitted_count + panelist.recused_count >= panelist.asked_count


@dataclass(frozen=True)
class GroupProgress:
    """How many of a stakeholder group have come how far."""

    label: str
    invited: int
    opened: int
    started: int
    finished: int


def progress_by_group(panelists: list[Any]) -> list[GroupProgress]:
    """Counts for each stakeholder group; each number includes those further on."""
    groups: dict[str, list[Any]] = {}
    for panelist in sorted(panelists, key=lambda person: person.group):
        groups.setdefault(panelist.get_group_display(), []).append(panelist)
    return [
        GroupProgress(
            label=label,
            invited=sum(bool(person.invited_at) for person in members),
            opened=sum(bool(person.first_opened_at) for person in members),
            started=sum(bool(person.begun_count) or _has_finished(person) for person in members),
            finished=sum(_has_finished(person) for person in members),
        )
        for label, members in groups.items()
    ]


@dataclass(frozen=True)
class Spread:
    """What the picture of a spread needs."""

    low: float
    high: float
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float


@dataclass(frozen=True)
class ShownQuestion:
    """One question's numbers, ready for the page."""

    result: QuestionResult
    spread: Spread | None
    change: Change | None = None

    @property
    def label(self) -> str:
        """What the picture shows."""
        return self.result.question.title


@dataclass(frozen=True)
class ShownCertification:
    """One certification's numbers, ready for the page."""

    result: CertificationResult
    questions: list[ShownQuestion]
    tone: str


def show_results(
    results: list[CertificationResult], changes: Mapping[tuple[int, str], Change] | None = None
) -> list[ShownCertification]:
    """The results with their pictures, and with what changed between rounds where that is to be shown."""
    return [
        ShownCertification(
            result=result,
            questions=[
                ShownQuestion(
                    question, _spread(question), (changes or {}).get((result.entry.pk, question.question.key))
                )
                for question in result.questions
            ],
            tone=READING_TONES[result.reading],
        )
        for result in results
    ]


def _spread(result: QuestionResult) -> Spread | None:
    summary = result.summary
    if summary is None:
        return None
    return Spread(
        low=float(result.question.low),
        high=float(result.question.high),
        minimum=summary.minimum,
        q1=summary.q1,
        median=summary.median,
        q3=summary.q3,
        maximum=summary.maximum,
    )


@dataclass(frozen=True)
class Box:
    """One box to tick: its key, words and hint, whether it is ticked, and why it cannot be changed."""

    key: int
    label: str
    hint: str
    ticked: bool
    fixed: str = ""


def certification_boxes(
    entry: PanelCertification, situation: Situation, ticked: set[tuple[int, int]] | None
) -> list[Box]:
    """A box for each panelist; `ticked` are pairs that were typed and not saved yet."""
    return [_box((person.pk, entry.pk), person.pk, person, situation, ticked) for person in situation.people]


def panelist_boxes(person: Panelist, situation: Situation, ticked: set[tuple[int, int]] | None) -> list[Box]:
    """A box for each certification."""
    return [_box((person.pk, entry.pk), entry.pk, entry, situation, ticked) for entry in situation.entries]


def _box(
    pair: tuple[int, int],
    key: int,
    of: Panelist | PanelCertification,
    situation: Situation,
    ticked: set[tuple[int, int]] | None,
) -> Box:
    fixed = ""
    if pair in situation.conflicts:
        fixed = "conflict of interest"
    elif pair in situation.rated and pair in situation.asked:
        fixed = "rating begun"
    if isinstance(of, Panelist):
        load = sum(who == of.pk for who, _ in situation.asked)
        words, hint = of.name, f"{of.get_group_display()}, asked for {load}"
    else:
        load = sum(entry == of.pk for _, entry in situation.asked)
        words, hint = str(of), f"{load} asked"
    chosen = situation.asked if ticked is None else ticked | (situation.asked & situation.rated)
    return Box(key, words, hint, pair in chosen and pair not in situation.conflicts, fixed)


@dataclass(frozen=True)
class ShownCandidate:
    """One box on the page that opens a second round."""

    candidate: Candidate
    tone: str
    is_ticked: bool


def show_candidates(candidates: Iterable[Candidate], ticked: Container[str]) -> list[ShownCandidate]:
    """The boxes; `ticked` holds their keys as a form has them."""
    return [
        ShownCandidate(
            candidate=candidate,
            tone=READING_TONES[candidate.result.reading] if candidate.result else "grey",
            is_ticked=str(candidate.entry.pk) in ticked,
        )
        for candidate in candidates
    ]
