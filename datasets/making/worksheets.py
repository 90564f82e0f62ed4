"""Worksheets of the decided panel: marks on single standards that come to about the share that each rater gave."""

from hashlib import sha256

from certifications.models import ProgramStandard
from sme_review.models import Panel, Rating, StandardMark

_HALVES = 2
# Most of what a certification covers it covers in full; the rest in part.
_FULL_OF_TEN = 7


def fill_worksheets(panel: Panel) -> None:
    """Mark every standard on every submitted rating: the raters agree on most of them, as people do."""
    standards = list(ProgramStandard.objects.filter(program=panel.program, version=panel.standards_version))
    ratings = Rating.objects.filter(round__panel=panel).exclude(state=Rating.State.DRAFT).exclude(proportion=None)
    ratings = ratings.select_related("panelist", "panel_certification")
    StandardMark.objects.bulk_create(
        StandardMark(rating=rating, standard=standard, mark=mark)
        for rating in ratings.order_by("pk")
        for standard, mark in _marks(rating, standards)
    )


def _marks(rating: Rating, standards: list[ProgramStandard]) -> list[tuple[ProgramStandard, str]]:
    """First what the certification covers best, then less; where in that order a standard stands differs a little."""
    entry = rating.panel_certification.position

    def place(standard: ProgramStandard) -> float:
        return _draw(entry, standard.code) + 0.25 * _draw(entry, standard.code, rating.panelist.email)

    halves = round(_HALVES * len(standards) * (rating.proportion or 0) / 100)
    full = halves * _FULL_OF_TEN // 10 // _HALVES
    # As many in part as are left, and in full again what does not fit.
    full = max(full, halves - len(standards))
    part = halves - _HALVES * full
    marks = [StandardMark.Mark.FULL] * full + [StandardMark.Mark.PART] * part
    marks += [StandardMark.Mark.NONE] * (len(standards) - len(marks))
    return list(zip(sorted(standards, key=place), marks, strict=True))


def _draw(*words: object) -> float:
    """A number from 0 to 1 that looks random and is always the same for the same words."""
    return int.from_bytes(sha256(":".join(map(str, words)).encode()).digest()[:4]) / 2**32
