"""What the demo shows on pages of other apps."""

from django import template
from django.conf import settings

from datasets.making.sign_ins import SignInLine, available

register = template.Library()


@register.simple_tag
def demo_sign_ins() -> list[SignInLine]:
    """The demo's sign-ins; none unless this is the demo."""
    return available() if settings.DEMO else []
