"""How far an entity is, in words; for the list and its download alike."""

from typing import Any

from data_collection.enums import Method

STATUS_WORDS = {
    "not_sent": "Not sent",
    "sent": "Sent",
    "opened": "Opened",
    "partly": "Partly answered",
    "submitted": "Submitted",
    "decided": "Method decided",
    "overdue": "Overdue",
}
_TONES = {"not_sent": "gray", "sent": "blue", "opened": "blue", "partly": "blue", "submitted": "green"}
METHOD_TONES: dict[str, str] = {
    Method.UNDECIDED: "gray",
    Method.DIRECT: "green",
    Method.DISTRICT: "blue",
    Method.BOTH: "green",
    Method.INTERIM: "amber",
}


def status_of(row: Any) -> str:
    """A key of `STATUS_WORDS` for a row of `selectors.entities.entities_with_status`: its questionnaire."""
    if row.questionnaire_request_id is None:
        return "not_sent"
    if row.submitted_at:
        return "submitted"
    if row.answered:
        return "partly"
    return "opened" if row.opened_at else "sent"


def status_words(row: Any) -> str:
    """The status of its questionnaire: "Partly answered (14 of 27)"."""
    status = status_of(row)
    words = STATUS_WORDS[status]
    return f"{words} ({row.answered} of {row.question_count})" if status == "partly" else words


def status_tone(row: Any) -> str:
    """The color of its tag."""
    return _TONES[status_of(row)]
