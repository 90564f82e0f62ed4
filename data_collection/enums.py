"""The fixed words of this app: gates, methods, and when and how results are verified."""

from django.db.models import TextChoices


class Gate(TextChoices):
    """What direct collection depends on."""

    LEGAL = "legal", "Law and consent"
    MATCH = "match", "Finding the student"
    CONTENT = "content", "What a result contains"
    SCOPE = "scope", "Identifying Michigan results"
    TIMING = "timing", "On time for the count"
    COST = "cost", "Cost"
    ROSTER = "roster", "Official list for districts"


class Method(TextChoices):
    """Where an entity's results come from (procedure, data collection step 1.3)."""

    UNDECIDED = "undecided", "Not decided yet"
    DIRECT = "direct", "Direct from the awarding entity"
    DISTRICT = "district", "Entered by districts"
    BOTH = "both", "Direct, and districts fill the gaps"
    INTERIM = "interim", "Districts, for now"


# Only these open district entry.
DISTRICT_METHODS = (Method.DISTRICT, Method.BOTH, Method.INTERIM)


class VerifyWhen(TextChoices):
    """When the districts' data are verified (procedure, data collection step 1.4: OCTE decides)."""

    ON_SUBMISSION = "on_submission", "As each district submits"
    AFTER_WINDOW = "after_window", "After the districts' due date"
    ON_DATE = "on_date", "Starting on a date I choose"


class VerificationReach(TextChoices):
    """How much of a school year's district data OCTE verifies."""

    ALL = "all", "All records"
    SAMPLE = "sample", "A sample"


class CheckOutcome(TextChoices):
    """What comparing a record with its evidence showed."""

    AGREES = "agrees", "Agrees with the evidence"
    DIFFERS = "differs", "Differs from the evidence"
    NO_EVIDENCE = "no_evidence", "The evidence does not show it"
