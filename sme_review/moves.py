"""Which states lead to which."""

PANEL_MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"running"}),
    "running": frozenset({"closed"}),
    "closed": frozenset({"running", "recommended"}),
    "recommended": frozenset({"closed", "decided"}),
    "decided": frozenset(),
}
