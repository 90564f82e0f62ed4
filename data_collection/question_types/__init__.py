"""The types of questions, one module each.

To add one: write its module, its template in templates/data_collection/question_types/, and enter it here. Nothing else
in the app knows which types there are.
"""

from data_collection.question_types.base import QuestionType
from data_collection.question_types.choice import CHOICE
from data_collection.question_types.contact import CONTACT
from data_collection.question_types.date import DATE
from data_collection.question_types.long_text import LONG_TEXT
from data_collection.question_types.multi_choice import MULTI_CHOICE
from data_collection.question_types.number import NUMBER
from data_collection.question_types.table import TABLE
from data_collection.question_types.text import TEXT
from data_collection.question_types.yes_no import YES_NO
from data_collection.question_types.yes_no_explain import YES_NO_EXPLAIN

QUESTION_TYPES: dict[str, QuestionType] = {
    question_type.code: question_type
    for question_type in (
        TEXT,
        LONG_TEXT,
        YES_NO,
        YES_NO_EXPLAIN,
        CHOICE,
        MULTI_CHOICE,
        DATE,
        NUMBER,
        CONTACT,
        TABLE,
    )
}


def question_type_choices() -> list[tuple[str, str]]:
    """Code and label of every type. A function, so that a new type is no change of the model."""
    return [(question_type.code, question_type.label) for question_type in QUESTION_TYPES.values()]
