"""A person who signs in with an e-mail address."""

from functools import cached_property
from typing import Any, ClassVar

import pghistory
import rules
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from accounts.roles import LEVEL_OF, Level, Role
from accounts.scope import Scope


class UserManager(BaseUserManager["User"]):
    """Makes users."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user; without a password they can only set one by mail.

        Raises:
            ValueError: the address is empty.
        """
        if not email:
            raise ValueError("A user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person. What they may do comes from their memberships alone: there is no all-seeing account."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("full name", max_length=150)
    is_active = models.BooleanField("may sign in", default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    is_superuser = False

    objects = UserManager()

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="This e-mail address is already in use.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def scope(self) -> Scope:
        """The organizations in reach, read once."""
        rows = list(
            self.memberships.filter(ended_at=None).values_list("role", "region_id", "district_id", "building_id")
        )
        return Scope(
            state=any(LEVEL_OF[role] == Level.STATE for role, *_ in rows),
            region_ids=frozenset(region for _, region, _, _ in rows if region),
            district_ids=frozenset(district for _, _, district, _ in rows if district),
            building_ids=frozenset(building for _, _, _, building in rows if building),
            roles=frozenset(role for role, *_ in rows),
            official_district_ids=frozenset(
                district for role, _, district, _ in rows if district and role == Role.FISCAL_OFFICIAL
            ),
        )

    @property
    def is_staff(self) -> bool:
        """Django's name for "may use the admin"."""
        return self.has_perm("accounts.use_admin")

    def has_perm(self, permission: str, obj: object | None = None) -> bool:
        """Whether a predicate in some app's `permissions.py` grants `permission`; never true for a closed account."""
        return self.is_active and rules.has_perm(permission, self, obj)

    def has_perms(self, permissions: list[str], obj: object | None = None) -> bool:
        """Whether all of `permissions` hold."""
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin shows the app at all."""
        return self.is_staff
