"""Rounding as people do it, so that a number is the same on pages, in files and in pictures."""

from decimal import ROUND_HALF_UP, Decimal


def half_up(value: float, places: int = 0) -> float:
    """The number to so many decimal places; a half goes up (0.125 to 0.13), as Django's `floatformat` and the PDF do
    it.

    Python's own `round` goes to the even neighbor (0.12), and rounds the binary number where people see the decimal
    one.

    Args:
        value: as it would be printed in full.
        places: how many decimal places are left.
    """
    return float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))
