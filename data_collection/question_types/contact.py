"""People to ask: a contact and a backup. The value is {"name": ..., "title": ..., ..., "backup_name": ...}."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from data_collection.question_types.base import AnyQuestion, Control, Posted, QuestionType

# (key, label, which keys a phone offers).
_PERSON = (
    ("name", "Full name", "text"),
    ("title", "Job title or team", "text"),
    ("email", "E-mail address", "email"),
    ("phone", "Phone number", "tel"),
)
_BACKUP = (
    ("backup_name", "Backup person: full name", "text"),
    ("backup_email", "Backup person: e-mail address", "email"),
    ("backup_phone", "Backup person: phone number", "tel"),
)
CONTACT_FIELDS = _PERSON + _BACKUP


class ContactType(QuestionType):
    """Several lines, one for each fact about two people."""

    def read(self, question: AnyQuestion, posted: Posted) -> Any:
        """The lines by their keys."""
        return {key: posted.get(f"{question.code}-{key}", "") for key, _, _ in CONTACT_FIELDS}

    def parse(self, text: str) -> Any:
        """From "Jordan Lee, Records Manager, jordan@example.org, 555-0100. Backup: Sam Ortiz, sam@example.org"."""
        value: dict[str, str] = {}
        person, _, backup = text.partition("Backup:")
        for prefix, part in (("", person), ("backup_", backup)):
            for fact in (fact.strip(" .") for fact in part.split(",")):
                if "@" in fact:
                    key = "email"
                elif re.fullmatch(r"[\d()+\-. ]+", fact):
                    key = "phone"
                else:
                    key = "name" if f"{prefix}name" not in value else "title"
                if fact:
                    value[prefix + key] = fact
        return value

    def check(self, _question: AnyQuestion, value: Any) -> None:
        """A name and an e-mail address, and addresses that can be written to."""
        if not isinstance(value, dict) or not value.get("name") or not value.get("email"):
            raise ValidationError("Give at least a full name and an e-mail address.")
        for key in ("email", "backup_email"):
            if value.get(key):
                _check_email(value[key])

    def words(self, question: AnyQuestion, value: Any) -> list[str]:
        """A line for each person."""
        if not isinstance(value, dict):
            return super().words(question, value)
        person, backup = ("; ".join(value[key] for key, _, _ in part if value.get(key)) for part in (_PERSON, _BACKUP))
        return [line for line in (person, backup and f"Backup: {backup}") if line]

    def control_rows(self, question: AnyQuestion, value: Any, _row_count: int) -> list[list[Control]]:
        """An input for each fact."""
        facts = value if isinstance(value, dict) else {}
        names = [(f"{question.code}-{key}", key, label, input_mode) for key, label, input_mode in CONTACT_FIELDS]
        return [[Control(name, name, label, facts.get(key, ""), input_mode) for name, key, label, input_mode in names]]


def _check_email(address: Any) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError(f'"{address}" is not an e-mail address. Write it like records@example.org.') from error


CONTACT = ContactType(code="contact", label="People to ask", template="contact")
