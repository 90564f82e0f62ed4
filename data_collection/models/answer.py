"""What a contact answered."""

from typing import ClassVar

import pghistory
from django.db import models

from accounts.models import User
from data_collection.models.question import Question
from data_collection.models.questionnaire_request import QuestionnaireRequest


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Reads of answers."""

    def visible_to(self, user: User) -> "AnswerQuerySet":
        """As their questionnaire: the state's only."""
        return self.all() if user.scope.state else self.none()


@pghistory.track()
class Answer(models.Model):
    """The answer to one question, as typed, right or wrong; earlier ones stay in the row log."""

    questionnaire_request = models.ForeignKey(QuestionnaireRequest, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    # Its shape depends on the question's type: see `question_types`.
    value = models.JSONField(default=str, blank=True)
    comment = models.TextField("note", blank=True)
    saved_at = models.DateTimeField(auto_now=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ("questionnaire_request", "question__position")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["questionnaire_request", "question"],
                name="answer_once_per_question",
                violation_error_message="This question already has an answer.",
            ),
        ]

    def __str__(self) -> str:
        return f"Answer {self.pk}"
