"""Approval: student records in the admin, with their PDFs beside them. Everything is written by the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from certifications.models import StudentCertification
from certifications.moves import RETURN_REASONS
from certifications.presenters.records import counting, day_of, result_label, score_of, timeline
from certifications.selectors.records import (
    changes_of,
    evidence_links_of,
    record_years,
    records_visible_to,
    waiting_for_decision,
)
from certifications.services.records import Decision, decide_records
from core.problems import Problem

State = StudentCertification.State
_OTHER = "other"


class DecisionReasonForm(forms.Form):
    """Why records go back: one of the usual reasons, or own words."""

    preset = forms.ChoiceField(
        label="Reason",
        widget=forms.RadioSelect,
        choices=[*((text, text) for text in RETURN_REASONS), (_OTHER, "Another reason, typed below")],
        initial=_OTHER,
    )
    own_words = forms.CharField(
        label="In your own words",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Say what to change. No student names or UICs.",
    )

    def clean(self) -> dict[str, Any]:
        """Put the reason together."""
        data = super().clean() or {}
        preset, own = data.get("preset", _OTHER), data.get("own_words", "").strip()
        data["reason"] = " ".join(part for part in ("" if preset == _OTHER else preset, own) if part)
        if not data["reason"]:
            self.add_error("own_words", "Choose a reason, or type one that the coordinator can act on.")
        return data


class StateFilter(admin.SimpleListFilter):
    """Begins with what waits."""

    title = "status"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All but drafts, which are the district's business."""
        return [("all", "All"), *((value, label) for value, label in State.choices if value != State.DRAFT)]

    def choices(self, changelist: Any) -> Any:
        """The choices with the default marked; Django's own "All" would hide it."""
        chosen = self.value() or State.SUBMITTED
        for value, label in self.lookup_choices:
            yield {
                "selected": value == chosen,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Submitted unless another state was chosen."""
        chosen = self.value() or State.SUBMITTED
        return queryset.exclude(state=State.DRAFT) if chosen == "all" else queryset.filter(state=chosen)


class SchoolYearFilter(admin.SimpleListFilter):
    """School years as people write them."""

    title = "school year"
    parameter_name = "school_year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The years of records."""
        return [(str(year), label) for year, label in record_years()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of the chosen year."""
        chosen = self.value() or ""
        return queryset.filter(school_year=int(chosen)) if chosen.isdecimal() else queryset


@admin.register(StudentCertification)
class StudentCertificationAdmin(admin.ModelAdmin):
    """Records as approvers decide them."""

    list_display = (
        "award_identifier", "student_name", "cip_code", "certification", "district", "day", "outcome", "status",
    )  # fmt: skip
    list_display_links = ("award_identifier",)
    list_filter = (
        StateFilter,
        SchoolYearFilter,
        # All of each: only those in use would be looked up among all records, seconds on half a million.
        "enrollment__offering__building__district__region",
        "enrollment__offering__program",
        "certification__entity",
    )
    list_per_page = 100
    list_max_show_all = 100
    show_full_result_count = False
    ordering = ("pk",)
    # Never a name or a UIC: the search text stands in the address.
    search_fields = ("=submission__reference", "=award_identifier")
    search_help_text = "A receipt's reference (OC-...) or a record's award identifier (MI-...)."
    actions = ("approve_selected", "return_selected")
    change_form_template = "admin/certifications/studentcertification/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[StudentCertification]:
        """What the person may see, with everything that the columns show."""
        return records_visible_to(request.user)  # type: ignore[arg-type]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Districts enter records; nobody adds them here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Records are withdrawn, never deleted."""
        return False

    @admin.display(description="Student", ordering="student__last_name")
    def student_name(self, record: StudentCertification) -> str:
        """Last name first."""
        return record.student.full_name

    @admin.display(description="CIP code", ordering="enrollment__offering__program__cip_code")
    def cip_code(self, record: StudentCertification) -> str:
        """The program's code."""
        return record.enrollment.offering.program.cip_code

    @admin.display(description="District", ordering="enrollment__offering__building__district__name")
    def district(self, record: StudentCertification) -> str:
        """Where the program is taught."""
        return record.enrollment.offering.building.district.name

    @admin.display(description="Date", ordering="date_earned")
    def day(self, record: StudentCertification) -> str:
        """Earned, or tested when failed."""
        return day_of(record)

    @admin.display(description="Result", ordering="score")
    def outcome(self, record: StudentCertification) -> str:
        """Passed or not, and the score."""
        return ", ".join(part for part in (result_label(record), score_of(record)) if part)

    @admin.display(description="Status", ordering="state")
    def status(self, record: StudentCertification) -> str:
        """Where it stands; "state" would be read as the State of Michigan."""
        return record.get_state_display()

    @admin.action(description="Approve selected records", permissions=["change"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[StudentCertification]) -> None:
        """Approve each for itself."""
        self._say(request, decide_records(by=request.user, records=queryset, to=State.APPROVED), "approved")  # type: ignore[arg-type]

    @admin.action(description="Return selected records with a reason", permissions=["change"])
    def return_selected(self, request: HttpRequest, queryset: QuerySet[StudentCertification]) -> HttpResponse | None:
        """Ask for the reason on a page of its own, then return each for itself."""
        form = DecisionReasonForm(request.POST if "give_reason" in request.POST else None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            done = decide_records(by=request.user, records=queryset, to=State.RETURNED, reason=reason)  # type: ignore[arg-type]
            self._say(request, done, "returned")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Return records to the district",
            "opts": self.opts,
            "form": form,
            "records": queryset,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/certifications/studentcertification/return_selected.html", context)

    def _say(self, request: HttpRequest, decision: Decision, what: str) -> None:
        said = "1 record" if decision.done == 1 else f"{decision.done} records"
        self.message_user(request, f"{said} {what}.", messages.SUCCESS if decision.done else messages.INFO)
        for refused in decision.refused:
            self.message_user(request, refused, messages.WARNING)

    def get_urls(self) -> list[URLPattern]:
        """The record's own decision comes before Django's catch-all."""
        decide = path(
            "<int:pk>/decide/",
            self.admin_site.admin_view(self.decide),
            name="certifications_studentcertification_decide",
        )
        return [decide, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under a title that says what to do."""
        return super().changelist_view(request, {"title": "Approve or return student certifications"})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The record, read-only, with its PDF beside it and the two decisions; nothing is saved here."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        return self._record_page(request, record, DecisionReasonForm())

    def _record_page(
        self, request: HttpRequest, record: StudentCertification, form: DecisionReasonForm
    ) -> TemplateResponse:
        waiting = waiting_for_decision(request.user)  # type: ignore[arg-type]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Record {record.award_identifier}",
            "opts": self.opts,
            "record": record,
            "day": day_of(record),
            "score": score_of(record),
            "counting": counting(record),
            "steps": timeline(changes_of(record)),
            "links": evidence_links_of(request.user, record),  # type: ignore[arg-type]
            "form": form,
            "may_approve": record.state == State.SUBMITTED,
            "may_return": record.state in {State.SUBMITTED, State.APPROVED},
            "next": waiting.filter(pk__gt=record.pk).first() or waiting.exclude(pk=record.pk).first(),
        }
        return TemplateResponse(request, self.change_form_template, context)

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Approve or return one record, then go to the next that waits."""
        record = self.get_object(request, str(pk))
        if request.method != "POST" or not self.has_change_permission(request, record):
            raise PermissionDenied
        if record is None:
            raise Http404
        to = State.RETURNED if "return" in request.POST else State.APPROVED
        form = DecisionReasonForm(request.POST)
        if to == State.RETURNED and not form.is_valid():
            return self._record_page(request, record, form)
        reason = form.cleaned_data["reason"] if to == State.RETURNED else ""
        try:
            decision = decide_records(by=request.user, records=[record], to=to, reason=reason)  # type: ignore[arg-type]
        except Problem as problem:
            decision = Decision(refused=[problem.message])
        self._say(request, decision, to.label.lower())
        waiting = waiting_for_decision(request.user).exclude(pk=pk)  # type: ignore[arg-type]
        following = waiting.filter(pk__gt=pk).first() or waiting.first()
        if decision.refused or following is None:
            return redirect(reverse("admin:certifications_studentcertification_change", args=[pk]))
        return redirect(reverse("admin:certifications_studentcertification_change", args=[following.pk]))
