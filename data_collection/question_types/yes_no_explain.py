"""Yes or no, where the question asks for an explanation in the note. The value is "yes" or "no"."""

from data_collection.question_types.yes_no import YesNoType

YES_NO_EXPLAIN = YesNoType(code="yes_no_explain", label="Yes or no, with a note", template="choice", takes_note=True)
