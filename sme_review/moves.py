"""Which states lead to which."""

PANEL_MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"running"}),
    # Back to "draft" where round 1 was planned and is taken back.
    "running": frozenset({"closed", "draft"}),
    "closed": frozenset({"running", "recommended"}),
    "recommended": frozenset({"closed", "decided"}),
    "decided": frozenset(),
}
