"""The dates of each school year's collection, and the rules of retention."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from core.problems import Problem
from data_collection import verbs
from data_collection.models import CollectionWindow, RetentionRule
from data_collection.permissions import EDIT_RETENTION, SET_WINDOWS


@transaction.atomic
def set_window(
    *,
    by: User,
    school_year: int,
    opens_on: date,
    preliminary_district_due: date,
    preliminary_octe_due: date,
    final_district_due: date,
    final_octe_due: date,
) -> CollectionWindow:
    """Set or change the dates of a school year.

    Args:
        school_year: ending year.

    Raises:
        PermissionDenied: the person may not set the dates.
        Problem: the dates are not in order.
    """
    require(by, SET_WINDOWS)
    window = CollectionWindow.objects.select_for_update().filter(school_year=school_year).first()
    window = window or CollectionWindow(school_year=school_year)
    window.opens_on = opens_on
    window.preliminary_district_due = preliminary_district_due
    window.preliminary_octe_due = preliminary_octe_due
    window.final_district_due = final_district_due
    window.final_octe_due = final_octe_due
    try:
        window.full_clean()
    except ValidationError as error:
        raise Problem(" ".join(error.messages)) from error
    window.save()
    record(by=by, verb=verbs.SET, target=window)
    return window


@transaction.atomic
def save_retention_rule(*, by: User, rule: RetentionRule) -> RetentionRule:
    """Save a new or changed rule of retention (procedure, data collection step 1.5).

    Raises:
        PermissionDenied: the person may not change them.
    """
    require(by, EDIT_RETENTION)
    rule.save()
    record(by=by, verb=verbs.CHANGED, target=rule)
    return rule
