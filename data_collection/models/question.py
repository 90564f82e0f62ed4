"""The questions, and which answers let an entity through which gate."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from data_collection.enums import Gate
from data_collection.models.questionnaire import Questionnaire
from data_collection.question_types import QUESTION_TYPES, question_type_choices
from data_collection.question_types.base import Options, QuestionType

_NEED_CHOICES = sorted(code for code, question_type in QUESTION_TYPES.items() if question_type.needs_choices)


class Question(models.Model):
    """One question of one version."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="questions")
    code = models.CharField(max_length=6)
    section_code = models.CharField(max_length=2)
    section_title = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    help_text = models.TextField(blank=True)
    answer_type = models.CharField(max_length=14, choices=question_type_choices)
    # [["value", "Label"], ...]; for a table its columns.
    choices = models.JSONField(default=list, blank=True)
    required = models.BooleanField(default=False)
    gate = models.CharField(max_length=10, choices=Gate, blank=True)
    used_for = models.CharField(max_length=100, blank=True)
    derived_from = models.TextField(blank=True)

    class Meta:
        ordering = ("questionnaire", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["questionnaire", "code"],
                name="question_code_once",
                violation_error_message="This version already has a question with this code.",
            ),
            models.UniqueConstraint(
                fields=["questionnaire", "position"],
                name="question_position_once",
                violation_error_message="This version already has a question in this place.",
            ),
            models.CheckConstraint(
                condition=(Q(answer_type__in=_NEED_CHOICES) & ~Q(choices=[]))
                | (~Q(answer_type__in=_NEED_CHOICES) & Q(choices=[])),
                name="question_choices_fit_type",
                violation_error_message="Questions that offer choices (or columns) need some; others cannot have any.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def question_type(self) -> QuestionType:
        """What can be done with its answers."""
        return QUESTION_TYPES[self.answer_type]

    @property
    def options(self) -> Options:
        """What can be chosen, as (value, label); a table's columns."""
        return self.question_type.options(self.choices)

    @property
    def takes_note(self) -> bool:
        """Whether people may add a note to the answer."""
        return self.question_type.takes_note


class GateRule(models.Model):
    """An answer to `question` passes when it is, or holds, a value in `passes_when`."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="gate_rules")
    gate = models.CharField(max_length=10, choices=Gate)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="gate_rules")
    passes_when = ArrayField(models.CharField(max_length=60))
    explanation = models.TextField("why it matters", blank=True)

    class Meta:
        ordering = ("questionnaire", "question__position")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["gate", "question"],
                name="gate_rule_once",
                violation_error_message="This gate already has a rule for this question.",
            ),
            models.CheckConstraint(
                condition=~Q(passes_when=[]),
                name="gate_rule_can_be_passed",
                violation_error_message="Name at least one answer that passes.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_gate_display()}: {self.question_id}"
