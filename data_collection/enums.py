"""The fixed words of this app: kinds of answers, gates, methods and times of verification."""

from django.db.models import TextChoices


class AnswerType(TextChoices):
    """How a question is answered. The shape of the kept value stands beside each."""

    TEXT = "text", "One line"  # text
    LONG_TEXT = "long_text", "Several lines"  # text
    YES_NO = "yes_no", "Yes or no"  # "yes" or "no"
    YES_NO_EXPLAIN = "yes_no_explain", "Yes or no, with a note"  # "yes" or "no"
    CHOICE = "choice", "One of several"  # the choice's value
    MULTI_CHOICE = "multi_choice", "Any of several"  # list of values
    DATE = "date", "A date"  # text as typed
    NUMBER = "number", "A number"  # text as typed
    CONTACT = "contact", "People to ask"  # {"name": ..., "title": ..., ..., "backup_name": ...}
    TABLE = "table", "A table"  # list of rows, each a list of texts


# Those whose `choices` column must be filled; for a table the choices are its columns.
TYPES_WITH_CHOICES = (AnswerType.CHOICE, AnswerType.MULTI_CHOICE, AnswerType.TABLE)
# Those whose answer can be followed by a note.
TYPES_WITH_NOTE = (
    AnswerType.YES_NO,
    AnswerType.YES_NO_EXPLAIN,
    AnswerType.CHOICE,
    AnswerType.MULTI_CHOICE,
    AnswerType.NUMBER,
)
YES_NO_CHOICES = (("yes", "Yes"), ("no", "No"))


class Gate(TextChoices):
    """What direct collection depends on."""

    LEGAL = "legal", "Law and consent"
    MATCH = "match", "Finding the student"
    CONTENT = "content", "What a result holds"
    SCOPE = "scope", "Picking out Michigan"
    TIMING = "timing", "In time for the count"
    COST = "cost", "Cost"
    ROSTER = "roster", "Official list for districts"


class Method(TextChoices):
    """Where an entity's results come from (procedure, data collection step 1.3)."""

    UNDECIDED = "undecided", "Not decided yet"
    DIRECT = "direct", "Direct from the awarding entity"
    DISTRICT = "district", "Entered by districts"
    BOTH = "both", "Direct, and districts fill the gaps"
    INTERIM = "interim", "Districts, for the interim"


# Only these open district entry.
DISTRICT_METHODS = (Method.DISTRICT, Method.BOTH, Method.INTERIM)


class VerifyWhen(TextChoices):
    """When the districts' data are verified (procedure, data collection step 1.4: OCTE decides)."""

    ON_SUBMISSION = "on_submission", "As each district submits"
    AFTER_WINDOW = "after_window", "After the districts' due date"
    ON_DATE = "on_date", "From a date that I choose"


class VerificationReach(TextChoices):
    """How much of a school year's district data OCTE verifies."""

    ALL = "all", "All records"
    SAMPLE = "sample", "A sample"


class CheckOutcome(TextChoices):
    """What holding a record against its evidence showed."""

    AGREES = "agrees", "Agrees with the evidence"
    DIFFERS = "differs", "Differs from the evidence"
    NO_EVIDENCE = "no_evidence", "The evidence does not show it"
