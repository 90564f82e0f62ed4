"""One line of text."""

from data_collection.question_types.base import QuestionType

TEXT = QuestionType(code="text", label="One line", template="text")
