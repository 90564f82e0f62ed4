"""What waits in the home district: a half-typed sheet, and requests for certifications that are not listed."""

from datetime import date

from certifications.models import Certification, CertificationRequest, District, Enrollment, EntryDraft, Program
from datasets.making.people import Cast
from datasets.making.plan import HOME_DISTRICT, LAST_YEAR, moment

_PROGRAM, _CERTIFICATION = "47.0604", "ASE-EL-MR"
# Right, right, and a day that the calendar does not have: drafts are kept as typed.
_TYPED = (("85", "10/20/2026"), ("78", "10/20/2026"), ("91", "10/32/2026"))
_REQUESTS = (
    (
        "46.0000",
        "OSHA 30-Hour Construction",
        "OSHA-authorized training providers",
        "Two builders who take our students ask for the 30-hour card instead of the 10-hour card.",
        date(2026, 11, 12),
        "",
    ),
    (
        "12.0500",
        "ServeSafe Alergens",
        "Nat. Restaurant Assoc.",
        "Three of our students passed it at work.",
        date(2026, 10, 5),
        (
            "Not taken up. The course is part of ServSafe Manager, which is listed. Enter that one when a student "
            "passes it."
        ),
    ),
)


def make_entry(cast: Cast) -> None:
    """One open draft and two requests of the home district's coordinator."""
    district = District.objects.get(code=HOME_DISTRICT)
    coordinator = cast.coordinators[district.pk]
    if CertificationRequest.objects.filter(district=district).exists():
        return
    program, certification = Program.objects.get(cip_code=_PROGRAM), Certification.objects.get(code=_CERTIFICATION)
    sheet = Enrollment.objects.filter(
        offering__program=program, offering__building__district=district, school_year=LAST_YEAR, records=None
    ).order_by("student__last_name", "id")
    EntryDraft.objects.create(
        district=district,
        program=program,
        certification=certification,
        school_year=LAST_YEAR,
        created_by=coordinator,
        rows={
            str(enrollment.pk): {"ticked": True, "result": "passed", "score": score, "date_earned": day}
            for enrollment, (score, day) in zip(sheet, _TYPED, strict=False)
        },
    )
    for cip_code, name, entity, why, day, answer in _REQUESTS:
        made = CertificationRequest.objects.create(
            district=district,
            program=Program.objects.get(cip_code=cip_code),
            name=name,
            entity_name=entity,
            why=why,
            state=CertificationRequest.State.DECLINED if answer else CertificationRequest.State.OPEN,
            answer=answer,
            asked_by=coordinator,
            answered_by=cast.consultant if answer else None,
            answered_at=moment(date(2026, 10, 8)) if answer else None,
        )
        CertificationRequest.objects.filter(pk=made.pk).update(asked_at=moment(day))
