"""One student's attempt at a certification: every rule, in one place, over what was typed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from certifications.validators import dates, scores
from certifications.validators.scores import Scale
from core.problems import Problem

PASSED = "passed"
FAILED = "failed"
NUMBER_LENGTH = 60
# What a person is told the columns are called.
COLUMNS = {
    "result": "Result",
    "score": "Score",
    "date_tested": "Date tested",
    "date_earned": "Date earned",
    "certificate_number": "Certificate number",
    "page": "Page",
}

Value = TypeVar("Value")


@dataclass(frozen=True)
class Typed:
    """An attempt exactly as it was typed, right or wrong."""

    result: str = PASSED
    score: str = ""
    date_tested: str = ""
    date_earned: str = ""
    certificate_number: str = ""

    @classmethod
    def from_mapping(cls, values: dict[str, Any]) -> "Typed":
        """From a form's or a draft's mapping; what is missing keeps its default."""
        known = {item.name for item in fields(cls)}
        return cls(**{name: str(value) for name, value in values.items() if name in known and value is not None})


@dataclass(frozen=True)
class Facts:
    """What the rules need to know besides what was typed.

    Attributes:
        today: the date in Michigan.
        first_school_year: ending year of the student's first school year in the program.
        scales: one for each scored part of the certification.
        passes, fails: dates of the student's other passes and failed attempts of the same certification.
    """

    today: date
    first_school_year: int
    scales: Sequence[Scale] = ()
    passes: Collection[date] = frozenset()
    fails: Collection[date] = frozenset()


@dataclass(frozen=True)
class Attempt:
    """An attempt that keeps every rule."""

    result: str
    score: Decimal | None
    date_tested: date | None
    date_earned: date | None
    certificate_number: str


@dataclass
class Checked:
    """Either an attempt, or the problems that keep it from being one."""

    attempt: Attempt | None = None
    problems: list[Problem] = field(default_factory=list)


def check_attempt(typed: Typed, facts: Facts) -> Checked:
    """Every rule over one attempt; problems carry the field that they are about.

    For a failed attempt, the one date that a district types is the date of the exam: it is kept as the date tested.
    """
    problems: list[Problem] = []

    def read(reader: Callable[..., Value], *args: Any, **named: Any) -> Value | None:
        try:
            return reader(*args, **named)
        except Problem as problem:
            problems.append(problem)
            return None

    read(_check_result, typed.result)
    passed = typed.result != FAILED
    score = read(scores.read_score, typed.score, field="score")
    if score is not None or not typed.score.strip():
        read(scores.check_score, score, passed=passed, scales=facts.scales, field="score")
    tested = read(dates.read_date, typed.date_tested, field="date_tested")
    earned = read(dates.read_date, typed.date_earned, field="date_earned")
    if tested:
        read(dates.check_not_future, tested, today=facts.today, field="date_tested")
    if earned:
        read(_check_earned, earned, tested=tested, facts=facts)
    elif not typed.date_earned.strip() and (passed or not typed.date_tested.strip()):
        problems.append(Problem(_no_date(passed=passed), field="date_earned"))
    day = earned if passed else (earned or tested)
    if day:
        read(_check_no_duplicate, day, passed=passed, facts=facts)
    number = " ".join(typed.certificate_number.split())
    read(_check_number, number)
    if problems:
        return Checked(problems=problems)
    return Checked(
        Attempt(
            result=typed.result,
            score=score,
            date_tested=tested if passed else day,
            date_earned=earned if passed else None,
            certificate_number=number,
        )
    )


def _check_result(result: str) -> None:
    if result not in {PASSED, FAILED}:
        raise Problem('Choose "Passed" or "Did not pass".', field="result")


def _check_earned(earned: date, *, tested: date | None, facts: Facts) -> None:
    dates.check_not_future(earned, today=facts.today, field="date_earned")
    dates.check_after_enrollment(earned, first_school_year=facts.first_school_year, field="date_earned")
    dates.check_earned_after_tested(earned, tested=tested, field="date_earned")


def _no_date(*, passed: bool) -> str:
    if passed:
        return "A pass needs the date it was earned. Type the date on the certificate, for example 5/14/2027."
    return "Type the date of the exam, for example 5/14/2027."


def _check_no_duplicate(day: date, *, passed: bool, facts: Facts) -> None:
    if day in (facts.passes if passed else facts.fails):
        raise Problem(duplicate_words(day), field="date_earned")


def duplicate_words(day: date) -> str:
    """One message for every duplicate, whoever entered the first: it must not tell which district did."""
    return (
        f"This student already has this certification with the date {dates.show_date(day)} in the state's records. "
        "It counts only once, so leave the student out here. If it is a different award, correct the date."
    )


def _check_number(number: str) -> None:
    if len(number) > NUMBER_LENGTH:
        raise Problem(
            f"The certificate number has {len(number)} characters; at most {NUMBER_LENGTH} are allowed. "
            "Type only the number, without other words.",
            field="certificate_number",
        )


def check_page(text: str, *, pages: int | None) -> int | None:
    """The page of the PDF that shows the student; None for nothing.

    Args:
        pages: how many pages the PDF has, None while there is none yet.

    Raises:
        Problem: it is not a page of the PDF.
    """
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:9]) < 1:
        raise Problem(f'"{text}" is not a page number. Type a whole number such as 2, or leave it empty.', field="page")
    if pages is not None and int(text[:9]) > pages:
        raise Problem(
            f"The PDF has {pages} page{'' if pages == 1 else 's'}, so there is no page {text[:9]}. Check the number.",
            field="page",
        )
    return int(text[:9])
