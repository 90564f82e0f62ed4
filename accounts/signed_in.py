"""The request as views behind the sign-in page get it."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """For annotations: views that `@requires` or `@signed_in` opens always have a person."""

    user: User
