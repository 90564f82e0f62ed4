"""The types of questions: each is complete, and a new one needs its module, its template and its entry only."""

from copy import deepcopy
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.loader import get_template
from django.urls import reverse

import data_collection.question_types
from core.personal_links import new_secret
from data_collection.models import Answer
from data_collection.question_types import QUESTION_TYPES, question_type_choices
from data_collection.question_types.base import QuestionType
from data_collection.question_types.contact import CONTACT_FIELDS
from data_collection.question_types.date import parse_date
from data_collection.selectors.answers import assessment_of
from data_collection.services.questionnaires import sync_standard_questionnaire
from data_collection.validators.answers import in_words, is_answered, problem_with, tidy
from tests.factories.data_collection import QuestionnaireRequestFactory

CHOICES = [["csv", "CSV file"], ["xml", "XML file"], ["none", "None of these"]]
JORDAN = {"name": "Jordan Lee", "email": "jordan@example.org"}

# code of the type -> what a browser sends, what is stored, how it reads.
ROUND_TRIPS = {
    "text": ("Q1=Great+Lakes", "Great Lakes", ["Great Lakes"]),
    "long_text": ("Q1=Two%0D%0Alines", "Two\nlines", ["Two", "lines"]),
    "yes_no": ("Q1=no", "no", ["No"]),
    "yes_no_explain": ("Q1=yes", "yes", ["Yes"]),
    "choice": ("Q1=xml", "xml", ["XML file"]),
    "multi_choice": ("Q1=csv&Q1=xml", ["csv", "xml"], ["CSV file", "XML file"]),
    "date": ("Q1=3%2F4%2F2027", "3/4/2027", ["3/4/2027"]),
    "number": ("Q1=1%2C250", "1,250", ["1,250"]),
    "contact": ("Q1-name=Jordan+Lee&Q1-email=jordan%40example.org", JORDAN, ["Jordan Lee; jordan@example.org"]),
    "table": ("Q1-0-csv=Welding&Q1-0-xml=2025&Q1-1-csv=", [["Welding", "2025", ""]], ["Welding; 2025"]),
}


def question(code):
    question_type = QUESTION_TYPES[code]
    options = question_type.options(CHOICES if question_type.needs_choices else [])
    return SimpleNamespace(code="Q1", answer_type=code, required=True, options=options)


def test_every_type_has_a_module_of_its_name():
    directory = Path(data_collection.question_types.__file__).parent
    modules = {path.stem for path in directory.glob("*.py")} - {"__init__", "base"}
    assert modules == set(QUESTION_TYPES)
    for code, question_type in QUESTION_TYPES.items():
        module = import_module(f"data_collection.question_types.{code}")
        assert getattr(module, code.upper()) is question_type


@pytest.mark.parametrize("code", QUESTION_TYPES)
def test_every_type_has_a_label_and_a_template(code):
    question_type = QUESTION_TYPES[code]
    assert (code, question_type.label) in question_type_choices()
    assert get_template(question_type.template_name)
    assert len(code) <= 14


@pytest.mark.parametrize("code", QUESTION_TYPES)
def test_what_is_posted_is_stored_valid_shown_and_read_back(code):
    posted, value, words = ROUND_TRIPS[code]
    one = question(code)
    stored = tidy(QUESTION_TYPES[code].read(one, QueryDict(posted)))
    assert stored == value
    assert (problem_with(one, stored), is_answered(one, stored)) == ("", True)
    assert in_words(one, stored) == words
    again = QueryDict(mutable=True)
    for row in QUESTION_TYPES[code].control_rows(one, stored, 0):
        for control in row:
            if control.is_chosen or ("choice" not in code and "yes_no" not in code):
                again.appendlist(control.name, control.value)
    assert tidy(QUESTION_TYPES[code].read(one, again)) == value


@pytest.mark.parametrize("code", QUESTION_TYPES)
def test_an_empty_question_shows_empty_inputs(code):
    rows = QUESTION_TYPES[code].control_rows(question(code), "", 0)
    assert rows[0]
    assert not any(control.is_chosen for row in rows for control in row)


# Single types


def words(code, value):
    return QUESTION_TYPES[code].words(question(code), value)


def test_a_choice_that_is_no_longer_offered_still_reads():
    assert words("multi_choice", ["csv", "old"]) == ["CSV file", "old"]


def test_tables_and_contacts_in_words():
    assert words("table", [["Welding", "2025"], ["Brakes", ""]]) == ["Welding; 2025", "Brakes"]
    assert words("table", "Welding") == ["Welding"]
    assert words("contact", {**JORDAN, "backup_name": "Sam Ortiz"}) == [
        "Jordan Lee; jordan@example.org",
        "Backup: Sam Ortiz",
    ]
    assert words("contact", "Jordan Lee") == ["Jordan Lee"]


def test_gates_look_at_what_is_chosen():
    assert QUESTION_TYPES["choice"].passes_gate("csv", ("csv", "xml"))
    assert not QUESTION_TYPES["choice"].passes_gate("none", ("csv", "xml"))
    assert QUESTION_TYPES["multi_choice"].passes_gate(["none", "xml"], ("csv", "xml"))
    assert QUESTION_TYPES["text"].passes_gate("csv", ("csv",))
    assert not QUESTION_TYPES["table"].passes_gate([["csv"]], ("csv",))
    assert not QUESTION_TYPES["contact"].passes_gate(JORDAN, ("csv",))


def test_values_from_a_sample_file():
    assert QUESTION_TYPES["multi_choice"].parse("csv; xml") == ["csv", "xml"]
    assert QUESTION_TYPES["table"].parse("Welding; 2025\nBrakes; current\n") == [
        ["Welding", "2025"],
        ["Brakes", "current"],
    ]
    assert QUESTION_TYPES["choice"].parse("csv ") == "csv"
    text = "Jordan Lee, Records Manager, one@example.org, 555-0100. Backup: Sam Ortiz, two@example.org, 555-0101"
    facts = ["Jordan Lee", "Records Manager", "one@example.org", "555-0100", "Sam Ortiz", "two@example.org", "555-0101"]
    assert QUESTION_TYPES["contact"].parse(text) == dict(zip((key for key, _, _ in CONTACT_FIELDS), facts, strict=True))
    assert QUESTION_TYPES["contact"].parse("Jordan Lee, , one@example.org")["email"] == "one@example.org"


def test_dates_are_read_as_americans_write_them():
    assert parse_date("3/4/2027").isoformat() == "2027-03-04"
    assert parse_date("2027-13-01") is None


# A new type


class PercentType(QuestionType):
    """A share in percent, as a new module would define it."""

    def check(self, _question, value):
        """A whole number from 0 to 100."""
        if not (value.isdecimal() and int(value) <= 100):
            raise ValidationError(f'"{value}" is not a percentage from 0 to 100.')

    def words(self, _question, value):
        """With the sign."""
        return [f"{value} percent"]

    def passes_gate(self, value, passes_when):
        """At least the value that the gate names."""
        return int(value) >= int(passes_when[0])


TEMPLATE = """<label for="{{ item.code }}">{{ item.question.text }}</label>
<input type="range" id="{{ item.code }}" name="{{ item.code }}" value="{{ item.text }}">{{ item.problem }}"""


@pytest.fixture
def percent(monkeypatch, settings, tmp_path):
    """The one entry in the registry, and the one template."""
    monkeypatch.setitem(
        QUESTION_TYPES, "percent", PercentType(code="percent", label="A percentage", template="percent")
    )
    (tmp_path / "data_collection" / "question_types").mkdir(parents=True)
    (tmp_path / "data_collection" / "question_types" / "percent.html").write_text(TEMPLATE)
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], tmp_path]
    settings.TEMPLATES = templates


ROW = {
    "code": "A1", "section_code": "A", "section_title": "Results", "position": "1", "text": "What share passes?",
    "help_text": "", "answer_type": "percent", "choices": "", "required": "yes", "gate": "", "used_for": "",
    "derived_from": "",
}  # fmt: skip
GATE = {"gate": "legal", "question_code": "A1", "passes_when": "50", "explanation": ""}


def test_a_new_type_works_from_the_file_to_the_gate(percent, db, client):
    secret = new_secret()[0]
    questionnaire = sync_standard_questionnaire(version="2030", questions=[ROW], gates=[GATE])
    questionnaire_request = QuestionnaireRequestFactory(questionnaire=questionnaire, secret=secret)
    page = reverse("data_collection:link_section", args=[secret, "A"])
    assert '<input type="range" id="A1"' in client.get(page).content.decode()

    wrong = client.post(page, {"A1": "120", "action": "continue"}, follow=True).content.decode()
    assert "&quot;120&quot; is not a percentage from 0 to 100." in wrong

    client.post(page, {"A1": "80", "action": "continue"})
    assert Answer.objects.get().value == "80"
    check = client.get(reverse("data_collection:link_check", args=[secret])).content.decode()
    assert ("80 percent" in check, "Continue to sign" in check) == (True, True)
    assert assessment_of(questionnaire_request).gates[0].outcome == "passed"
