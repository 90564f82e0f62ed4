"""How far panelists have come, each and by stakeholder group."""

from dataclasses import dataclass
from typing import Any


def panelist_status(panelist: Any) -> tuple[str, str]:
    """How far a panelist is, in words and with a tone; takes the counts of `selectors.panels.panelists_of`."""
    if _has_finished(panelist):
        return ("Submitted" if panelist.submitted_count else "Stepped back"), "green"
    if panelist.begun_count:
        expected = panelist.assigned_count - panelist.recused_count
        return f"Started, {panelist.submitted_count} of {expected} submitted", "blue"
    if panelist.first_opened_at:
        return "Opened", "blue"
    return ("Invited", "gray") if panelist.invited_at else ("Not invited yet", "gray")


def _has_finished(panelist: Any) -> bool:
    """Nothing is left to rate: all of it is submitted or stepped back from."""
    return (
        bool(panelist.assigned_count) and panelist.submitted_count + panelist.recused_count >= panelist.assigned_count
    )


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
