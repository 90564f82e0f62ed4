"""Several lines of text."""

from data_collection.question_types.base import QuestionType

LONG_TEXT = QuestionType(code="long_text", label="Several lines", template="long_text")
