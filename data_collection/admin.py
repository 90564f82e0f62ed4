"""Retention rules in the admin; approvers keep them there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from data_collection.models import RetentionRule
from data_collection.permissions import EDIT_RETENTION
from data_collection.services.windows import save_retention_rule


@admin.register(RetentionRule)
class RetentionRuleAdmin(admin.ModelAdmin):
    """Rules are changed and added, not deleted: what was kept under one stays explainable."""

    list_display = ("name", "start_event", "how_long")

    def save_model(self, request: HttpRequest, obj: RetentionRule, form: Any, change: bool) -> None:
        """Through the service, so that the audit trail has it."""
        save_retention_rule(by=request.user, rule=obj)  # type: ignore[arg-type]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Shown to those who may change it."""
        return request.user.has_perm(EDIT_RETENTION)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As changing."""
        return request.user.has_perm(EDIT_RETENTION)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As changing."""
        return request.user.has_perm(EDIT_RETENTION)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may change rules of retention."""
        return request.user.has_perm(EDIT_RETENTION)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False
