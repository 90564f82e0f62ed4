"""Where results come from: due dates, agreements, questionnaires in each state, and the decisions."""

from dataclasses import dataclass
from datetime import date, timedelta

from certifications.models import AwardingEntity
from core.personal_links import new_secret
from data_collection.enums import DISTRICT_METHODS, Method, VerifyWhen
from data_collection.models import (
    Answer,
    CollectionDecision,
    CollectionWindow,
    DataSharingAgreement,
    Questionnaire,
    QuestionnaireRequest,
)
from datasets.files import DEMO, Row, read
from datasets.making.catalog import METHOD_COLUMNS
from datasets.making.people import Cast
from datasets.making.plan import LAST_YEAR, Plan, moment

INVENTED = "Invented for demonstration; this organization did not give these answers."
_ANSWER_COLUMNS = ("entity_code", "question_code", "value", "comment", "state")
_AGREEMENTS = {"ASE": date(2026, 8, 3), "NOCTI": date(2025, 7, 1), "MICROSOFT": date(2025, 7, 1)}
_METHODS = {str(method): str(method) for method in Method}


@dataclass(frozen=True)
class Sending:
    """One questionnaire that was sent.

    Attributes:
        state: sent, opened, answering or submitted.
        answers_of: the entity whose rows of the sample file are used; "" for none.
    """

    entity: str
    contact: str
    email: str
    sent: date
    due: date
    state: str
    answers_of: str = ""


# The decided ones are those submitted whose entities have a method for the year in methods.csv.
_SENDINGS = (
    Sending("ASE", "Jordan Lee", "records.one@example.org", date(2026, 4, 6), date(2026, 5, 15), "submitted", "ASE"),
    Sending(
        "NCCER", "Alex Moreno", "registry.one@example.org", date(2026, 4, 6), date(2026, 5, 15), "submitted", "NCCER"
    ),
    Sending(
        "PRECISION", "Robin Hale", "results@example.org", date(2026, 10, 12), date(2026, 11, 13), "submitted", "ASE"
    ),
    Sending("AWS", "Pat Novak", "cert.one@example.org", date(2026, 10, 26), date(2026, 12, 4), "answering", "AWS"),
    Sending("MSSC", "Kim Ostrow", "assessments@example.org", date(2026, 11, 2), date(2026, 12, 4), "opened"),
    Sending("COMPTIA", "Lee Park", "academic@example.org", date(2026, 10, 5), date(2026, 11, 13), "sent"),
)
# What the answers of another entity would get wrong.
_OWN_ANSWERS = {
    ("PRECISION", "A1"): "Precision Exams, now within YouScience; www.youscience.com; school results team",
    ("PRECISION", "A2"): "Robin Hale, School Results, results@example.org, 555-0130",
    ("PRECISION", "H1"): "Robin Hale, November 10, 2026. Nothing is private.",
}
_NOT_OTHERS = {"B1", "B2", "B5"}
_TABLES = {
    "B1": "Sample exam; current; S-1; entry; three years",
    "B2": "Sample exam; written test; 0 to 100; 70",
    "B5": "sent by mail",
}


def make_collection(plan: Plan, cast: Cast) -> None:
    """Make what is missing; what is there already stays."""
    for year in range(plan.first_year, LAST_YEAR + 1):
        _window(year)
    entities = {entity.code: entity for entity in AwardingEntity.objects.all()}
    agreements = {code: _agreement(entities[code], signed) for code, signed in _AGREEMENTS.items()}
    for row in read(DEMO / "methods.csv", METHOD_COLUMNS):
        _decision(row, row.reference("entity_code", entities, "awarding_entities.csv"), agreements, cast)
    questionnaire = Questionnaire.objects.filter(is_current=True).first()
    if questionnaire is None or QuestionnaireRequest.objects.filter(questionnaire=questionnaire).exists():
        return
    for number, sending in enumerate(_SENDINGS, 1):
        _questionnaire_request(number, sending, entities[sending.entity], questionnaire, cast)


def _window(year: int) -> None:
    """Dates like those that CTEIS published for 2021-22: preliminary in June, final at the end of August."""
    CollectionWindow.objects.get_or_create(
        school_year=year,
        defaults={
            "opens_on": date(year - 1, 9, 8),
            "preliminary_district_due": date(year, 6, 16),
            "preliminary_octe_due": date(year, 6, 23),
            "final_district_due": date(year, 8, 24),
            "final_octe_due": date(year, 8, 31),
        },
    )


def _agreement(entity: AwardingEntity, signed: date) -> DataSharingAgreement:
    agreement, _ = DataSharingAgreement.objects.get_or_create(
        entity=entity,
        title=f"Sharing of student results ({entity.short_name or entity.name})",
        defaults={
            "signed_on": signed,
            "starts_on": signed,
            "ends_on": signed.replace(year=signed.year + 3),
            "note": "Invented for demonstration.",
        },
    )
    return agreement


def _decision(row: Row, entity: AwardingEntity, agreements: dict[str, DataSharingAgreement], cast: Cast) -> None:
    year = row.integer("school_year") or LAST_YEAR
    method = row.choice("method", _METHODS)
    decided = method != Method.UNDECIDED
    CollectionDecision.objects.in_force(year).get_or_create(
        entity=entity,
        certification=None,
        school_year=year,
        defaults={
            "method": method,
            "reason": row.required("reason"),
            "verify_when": VerifyWhen.AFTER_WINDOW if method in DISTRICT_METHODS else "",
            "verify_note": row.text("verify_when"),
            "agreement": agreements.get(entity.code) if method in {Method.DIRECT, Method.BOTH} else None,
            "review_by": date(year, 5, 31),
            "decided_by": cast.approver if decided else None,
            "decided_at": moment(date(year - 1, 6, 15)) if decided else None,
        },
    )


def _questionnaire_request(
    number: int, sending: Sending, entity: AwardingEntity, questionnaire: Questionnaire, cast: Cast
) -> None:
    seen = None if sending.state == "sent" else moment(sending.sent + timedelta(days=3))
    submitted = sending.state == "submitted"
    last = moment(sending.sent + timedelta(days=12), 90) if seen else None
    questionnaire_request = QuestionnaireRequest.objects.create(
        entity=entity,
        questionnaire=questionnaire,
        reference=f"QR-DEM{number}-2026",
        contact_name=sending.contact,
        contact_email=sending.email,
        secret_hash=new_secret()[1],
        due_on=sending.due,
        link_ends_on=sending.due + timedelta(days=60),
        sent_at=moment(sending.sent),
        sent_by=cast.consultant,
        first_opened_at=seen,
        last_seen_at=last,
        visits={"sent": 0, "opened": 1}.get(sending.state, 2),
        submitted_at=last if submitted else None,
        signed_by=sending.contact if submitted else "",
    )
    if sending.answers_of:
        _answers(questionnaire_request, sending)


def _answers(questionnaire_request: QuestionnaireRequest, sending: Sending) -> None:
    questions = {question.code: question for question in questionnaire_request.questionnaire.questions.all()}
    borrowed = sending.answers_of != sending.entity
    for row in read(DEMO / "questionnaire_answers.csv", _ANSWER_COLUMNS):
        if row.text("entity_code") != sending.answers_of:
            continue
        question = row.reference("question_code", questions, "questionnaire.csv")
        text = _OWN_ANSWERS.get((sending.entity, question.code)) or row.text("value")
        if borrowed and question.code in _NOT_OTHERS:
            text = _TABLES[question.code]
        if not text:
            continue
        note = row.text("comment")
        Answer.objects.create(
            questionnaire_request=questionnaire_request,
            question=question,
            value=question.question_type.parse(text),
            comment=INVENTED if question.code == "A1" else ("" if borrowed else note),
        )
