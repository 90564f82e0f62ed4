"""Where a panel stands, and the list of steps on its page."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from core.moments import day_in_words, moment_in_words
from core.words import counted
from sme_review.models import Panel, Round

STATE_TONES = {
    Panel.State.DRAFT: "gray",
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
        return "Round planned", "gray"
    return panel.get_state_display(), STATE_TONES[Panel.State(panel.state)]


@dataclass(frozen=True)
class Step:
    """One line of a panel's task list."""

    title: str
    hint: str
    status: str
    tone: str
    href: str = ""


def panel_steps(panel: Any, latest: Round | None, *, decided: int, may_manage: bool) -> list[Step]:
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
        _round_step(panel, latest, may_manage=may_manage),
        _results_step(panel, latest),
        *_next_round_steps(panel, latest, may_manage=may_manage),
        _recommendation_step(panel, sent_back=decided > 0),
        _decision_step(panel, decided),
    ]
    return [_left_undone(step) for step in steps] if panel.put_away_at else steps


def _left_undone(step: Step) -> Step:
    """A step of a panel that is put away: what is not done stays so, and nothing urges to do it."""
    return step if step.tone == "green" else Step(step.title, "", "Not done", "gray", step.href)


def _setup_step(title: str, url_name: str, panel: Any, count: int) -> Step:
    hint = f"{count} on this panel" if count else "None yet"
    status, tone = ("Done", "green") if count else ("To do", "blue")
    return Step(title, hint, status, tone, reverse(url_name, args=[panel.pk]))


def _rules_step(panel: Any, *, may_change: bool) -> Step:
    rounds = counted(panel.rounds_planned, "round")
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


def _round_step(panel: Any, latest: Round | None, *, may_manage: bool) -> Step:
    if latest is None:
        ready = panel.certification_count and panel.panelist_count
        status, tone = ("Next", "blue") if ready else ("Cannot start yet", "gray")
        href = reverse("sme_review:open_round", args=[panel.pk]) if may_manage else ""
        return Step("Round 1", "Check everything, then mail the links", status, tone, href)
    title, href = f"Round {latest.number}", reverse("sme_review:round", args=[panel.pk])
    if latest.is_planned:
        return Step(title, f"Opens on {moment_in_words(latest.opened_at)}", "Planned", "gray", href)
    if latest.is_open:
        return Step(title, f"{panel.rated_count} of {panel.expected_count} answers are in", "Open", "blue", href)
    hint = f"{panel.rated_count} of {panel.expected_count} answers came in"
    if latest.number == panel.rounds_planned:
        hint += ". All planned rounds are over"
    return Step(title, hint, "Closed", "green", href)


def _next_round_steps(panel: Any, latest: Round | None, *, may_manage: bool) -> list[Step]:
    """The round that may follow a closed one; a person decides whether it is needed."""
    if not may_manage or latest is None or panel.state != Panel.State.CLOSED or latest.number >= panel.rounds_planned:
        return []
    href = reverse("sme_review:open_round", args=[panel.pk])
    hint = "Ask again where the panel disagrees, or go on without it"
    return [Step(f"Round {latest.number + 1}", hint, "If needed", "blue", href)]


def _results_step(panel: Any, latest: Round | None) -> Step:
    waiting = latest is not None and not latest.is_closed
    if latest is None or (waiting and latest.number == 1):
        return Step("Results", "Shown after the round is closed", "Cannot start yet", "gray")
    hint = (
        "What is closed so far; the rest follows when its round closes" if waiting else "Ratings, spread and comments"
    )
    return Step("Results", hint, "Ready", "green", reverse("sme_review:results", args=[panel.pk]))


def _recommendation_step(panel: Panel, *, sent_back: bool) -> Step:
    href = reverse("sme_review:recommend", args=[panel.pk])
    if panel.state in {Panel.State.DRAFT, Panel.State.RUNNING}:
        return Step("Recommendation", "Written after the round is closed", "Cannot start yet", "gray")
    if panel.sent_at is None and sent_back:
        return Step("Recommendation", "Change what was sent back, and send it again", "Next", "blue", href)
    if panel.sent_at is None:
        return Step("Recommendation", "Choose, explain, and send it to the approvers", "Next", "blue", href)
    return Step("Recommendation", f"Sent on {day_in_words(panel.sent_at)}", "Sent", "green", href)


def _decision_step(panel: Any, decided: int) -> Step:
    if panel.sent_at is None and decided:
        hint = "Some certifications were sent back; the approvers continue when the recommendation is sent again"
        return Step("Decision", hint, "Sent back", "amber")
    if panel.sent_at is None:
        return Step("Decision", "An approver decides each certification", "Cannot start yet", "gray")
    href = reverse("sme_review:decide", args=[panel.pk])
    hint = f"{decided} of {panel.certification_count} decided"
    if decided == panel.certification_count and panel.state != Panel.State.DECIDED:
        hint += "; what is not released, or was deferred, still waits"
    if panel.state == Panel.State.DECIDED:
        return Step("Decision", hint, "Decided", "green", href)
    return Step("Decision", hint, "With the approvers", "amber", href)
