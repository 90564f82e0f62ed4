"""Questionnaires, their answers, and the decisions that follow from them, one file per noun."""

from data_collection.models.agreement import DataSharingAgreement
from data_collection.models.answer import Answer
from data_collection.models.decision import CollectionDecision
from data_collection.models.question import GateRule, Question
from data_collection.models.questionnaire import Questionnaire
from data_collection.models.questionnaire_request import QuestionnaireRequest
from data_collection.models.retention import RetentionRule
from data_collection.models.verification import VerificationCheck, VerificationPlan
from data_collection.models.window import CollectionWindow

__all__ = [
    "Answer",
    "CollectionDecision",
    "CollectionWindow",
    "DataSharingAgreement",
    "GateRule",
    "Question",
    "Questionnaire",
    "QuestionnaireRequest",
    "RetentionRule",
    "VerificationCheck",
    "VerificationPlan",
]
