"""Tables of technical standards as files: the columns, an example, and the rows that stayed out."""

from certifications.models import StandardsImport
from certifications.selectors.standards import plan_import, table_of
from certifications.validators.standards import COLUMNS
from core.files.table_reader import map_headings

HEADINGS = [column.heading for column in COLUMNS]

EXAMPLE_ROWS = [
    [
        "A",
        "Safety and shop practice",
        "10",
        "A.1",
        "Choose and wear eye, hand and hearing protection that fits the job",
    ],
    ["A", "Safety and shop practice", "10", "A.2", "Check a machine, its leads and its ground for damage before use"],
    ["B", "Reading drawings", "12.5", "B.1", "Read a drawing and list the material that the job needs"],
]


def leftover_rows(sent: StandardsImport) -> tuple[list[str], list[list[str]]]:
    """Headings and refused rows as they were sent, each with its reason in a last column."""
    table = table_of(sent)
    headings = list(map_headings(table, COLUMNS).row.cells)
    if sent.applied_at:
        reasons = dict(sent.refused)
    else:
        refused = plan_import(sent).refused
        reasons = {row.number: " ".join(refusal.words for refusal in row.checked.refusals) for row in refused}
    rows = [row for row in table.rows if row.number in reasons]
    width = max([len(headings), *(len(row.cells) for row in rows)])
    padded = [[*row.cells, *[""] * (width - len(row.cells)), reasons[row.number]] for row in rows]
    return [*headings, *[""] * (width - len(headings)), "Reason"], padded
