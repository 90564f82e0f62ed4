"""People."""

from datetime import timedelta

import factory
from django.utils import timezone

from accounts.models import AuditEntry, Invitation, Membership, User
from accounts.roles import Role
from core.personal_links import new_secret

PASSWORD = "correct horse battery staple"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n:05d}@example.org")
    name = factory.Sequence(lambda n: f"Person Number{n:05d}")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.OCTE_CONSULTANT


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    email = factory.Sequence(lambda n: f"invited{n:05d}@example.org")
    name = "Invited Person"
    role = Role.OCTE_CONSULTANT
    secret_hash = factory.LazyFunction(lambda: new_secret()[1])
    invited_by = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))


class AuditEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AuditEntry

    by = factory.SubFactory(UserFactory)
    verb = "looked at"
    target_model = "accounts.user"
    target_id = 1
    target_label = "something"
