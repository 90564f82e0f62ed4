"""The questions, and which answers let an entity through which gate."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from data_collection.enums import TYPES_WITH_CHOICES, TYPES_WITH_NOTE, YES_NO_CHOICES, AnswerType, Gate
from data_collection.models.questionnaire import Questionnaire


class Question(models.Model):
    """One question of one version."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="questions")
    code = models.CharField(max_length=6)
    section_code = models.CharField(max_length=2)
    section_title = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    help_text = models.TextField(blank=True)
    answer_type = models.CharField(max_length=14, choices=AnswerType)
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
                condition=(Q(answer_type__in=sorted(TYPES_WITH_CHOICES)) & ~Q(choices=[]))
                | (~Q(answer_type__in=sorted(TYPES_WITH_CHOICES)) & Q(choices=[])),
                name="question_choices_fit_type",
                violation_error_message="Choices (or a table's columns) belong to questions that offer them, and only there.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen, as (value, label); a table's columns."""
        if self.answer_type in (AnswerType.YES_NO, AnswerType.YES_NO_EXPLAIN):
            return list(YES_NO_CHOICES)
        return [(value, label) for value, label in self.choices]

    @property
    def takes_note(self) -> bool:
        """Whether the answer can be followed by a note."""
        return self.answer_type in TYPES_WITH_NOTE


class GateRule(models.Model):
    """An answer to `question` passes when any chosen value is among `passes_when`."""

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
