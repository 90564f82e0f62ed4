"""An error that quotes a student's row leaves no trace of it in the log."""

import json
import logging
import logging.config

import pytest
from django.db import IntegrityError, transaction

from core.logs import logging_config
from tests.factories.certifications import StudentFactory


def test_a_database_error_is_logged_without_the_row_it_quotes(db, capsys):
    StudentFactory(uic="7319046258")
    with pytest.raises(IntegrityError, match="7319046258") as error, transaction.atomic():
        StudentFactory(uic="7319046258")
    config = logging_config(json=True, quiet=False)
    handler = logging.StreamHandler()
    made = config["formatters"]["structured"]
    handler.setFormatter(made["()"](processors=made["processors"], foreign_pre_chain=made["foreign_pre_chain"]))
    logger = logging.Logger("test", level=logging.INFO)  # noqa: LOG001 - one of our own, so that no other handler hears it
    logger.addHandler(handler)
    logger.error("it broke", exc_info=error.value)
    line = capsys.readouterr().err
    written = json.loads(line)
    assert written["event"] == "it broke"
    assert written["exception"][0]["type"] == "django.db.utils.IntegrityError"
    assert written["exception"][1]["type"] == "psycopg2.errors.UniqueViolation"
    assert "test_logs_hold_no_rows.py" in written["exception"][0]["at"][0]
    assert "7319046258" not in line
