"""How a student's record may move from state to state, and when a reason is needed.

States are named by their stored values, because this file lies below the models.
"""

MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"submitted"}),
    "submitted": frozenset({"returned", "approved", "withdrawn"}),
    "returned": frozenset({"submitted", "withdrawn"}),
    "approved": frozenset({"returned"}),
    "withdrawn": frozenset(),
}

NEEDS_REASON = frozenset({"returned", "withdrawn"})
# States that carry who decided and when.
DECIDED = frozenset({"approved", "returned"})

# What an approver most often returns a record for; more can be typed.
RETURN_REASONS = (
    "The PDF does not show this student's name. Upload the certificate or the roster page that does.",
    "The date does not match the date on the PDF. Correct the date earned.",
    "The score does not match the score on the PDF. Correct the score.",
    "The PDF is for another certification. Choose the certification that the PDF shows, or upload the right PDF.",
    "The PDF cannot be read. Upload a clear copy.",
)


def allows(from_state: str, to_state: str) -> bool:
    """Whether a record may go from one state to the other."""
    return to_state in MOVES.get(from_state, frozenset())
