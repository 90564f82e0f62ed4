"""Which states lead to which."""

PANEL_MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"running"}),
    "running": frozenset({"closed"}),
    "closed": frozenset({"recommended"}),
    "recommended": frozenset({"decided"}),
    "decided": frozenset(),
}
