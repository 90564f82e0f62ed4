"""The shared model."""

from datetime import date
from decimal import Decimal

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from certifications import models
from tests.factories.accounts import UserFactory

YEAR = 2027


class RegionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Region

    code = factory.Sequence(lambda n: f"R{n}")
    name = factory.Sequence(lambda n: f"Region {n:05d}")


class DistrictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.District

    code = factory.Sequence(lambda n: f"{n:05d}")
    name = factory.Sequence(lambda n: f"District {n:05d}")
    region = factory.SubFactory(RegionFactory)


class BuildingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Building

    code = factory.Sequence(lambda n: f"{n:05d}")
    name = factory.Sequence(lambda n: f"High School {n:05d}")
    district = factory.SubFactory(DistrictFactory)


class CareerClusterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CareerCluster

    code = factory.Sequence(lambda n: f"cluster-{n:05d}")
    title = factory.Sequence(lambda n: f"Cluster {n:05d}")


class CipCodeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CipCode

    code = factory.Sequence(lambda n: f"{n // 10000 + 10:02d}.{n % 10000:04d}")
    title = factory.Sequence(lambda n: f"Instructional program {n:05d}")


class ProgramFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Program

    cip_code = factory.Sequence(lambda n: f"{n // 10000 + 10:02d}.{n % 10000:04d}")
    title = factory.Sequence(lambda n: f"Program {n:05d}")
    cluster = factory.SubFactory(CareerClusterFactory)


class ProgramStandardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.ProgramStandard

    program = factory.SubFactory(ProgramFactory)
    version = "2026"
    segment_code = "A"
    segment_title = "Safety"
    position = factory.Sequence(int)
    code = factory.Sequence(lambda n: f"A.{n}")
    statement = "Work safely."


class SegmentWeightFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.SegmentWeight

    program = factory.SubFactory(ProgramFactory)
    version = "2026"
    segment_code = "A"
    weight = Decimal("12.5")


class StandardsImportFactory(factory.django.DjangoModelFactory):
    """A table of one standard that waits to be brought in."""

    class Meta:
        model = models.StandardsImport

    program = factory.SubFactory(ProgramFactory)
    version = "2027"
    source = b"Segment,Segment title,Code,Statement\nA,Safety,A.1,Work safely."
    sha256 = "0" * 64
    rows = [[1, ["Segment", "Segment title", "Code", "Statement"]], [2, ["A", "Safety", "A.1", "Work safely."]]]
    created_by = factory.SubFactory(UserFactory)


class ProgramOfferingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.ProgramOffering

    program = factory.SubFactory(ProgramFactory)
    building = factory.SubFactory(BuildingFactory)
    psn = factory.Sequence(lambda n: f"{n:06d}")


class StudentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Student

    uic = factory.Sequence(lambda n: f"{n:010d}")
    first_name = factory.Sequence(lambda n: f"First{n:05d}")
    last_name = factory.Sequence(lambda n: f"Last{n:05d}")
    birth_date = date(2009, 3, 14)
    sex = models.student.Sex.FEMALE


class EnrollmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Enrollment

    student = factory.SubFactory(StudentFactory)
    offering = factory.SubFactory(ProgramOfferingFactory)
    school_year = YEAR
    grade = 12
    race_ethnicity = models.student.RaceEthnicity.WHITE


class AwardingEntityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.AwardingEntity

    code = factory.Sequence(lambda n: f"ENTITY{n:05d}")
    name = factory.Sequence(lambda n: f"Entity {n:05d}")


class CertificationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Certification

    entity = factory.SubFactory(AwardingEntityFactory)
    code = factory.Sequence(lambda n: f"CERT{n:05d}")
    name = factory.Sequence(lambda n: f"Certification {n:05d}")


class CertificationPartFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CertificationPart

    certification = factory.SubFactory(CertificationFactory)
    name = "Exam"
    score_min = 0
    score_max = 100
    cut_score = 70


class CertificationAliasFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CertificationAlias

    certification = factory.SubFactory(CertificationFactory)
    alias = factory.Sequence(lambda n: f"Old name {n:05d}")


class ProgramCertificationFactory(factory.django.DjangoModelFactory):
    """An approved listing, in force from 2024-25 on."""

    class Meta:
        model = models.ProgramCertification

    program = factory.SubFactory(ProgramFactory)
    certification = factory.SubFactory(CertificationFactory)
    first_school_year = 2025
    status = models.ProgramCertification.Status.APPROVED
    type = models.ProgramCertification.Type.APPROVED
    counts_federally = True
    retired_at = factory.LazyAttribute(lambda listing: timezone.now() if listing.status == "retired" else None)


class PublicListCounterFactory(factory.django.DjangoModelFactory):
    """One change."""

    class Meta:
        model = models.PublicListCounter

    changes = 1
    changed_at = factory.LazyFunction(timezone.now)


class CertificationRequestFactory(factory.django.DjangoModelFactory):
    """An open request."""

    class Meta:
        model = models.CertificationRequest

    district = factory.SubFactory(DistrictFactory)
    program = factory.SubFactory(ProgramFactory)
    name = factory.Sequence(lambda n: f"Unlisted certification {n:05d}")
    entity_name = "Some entity"
    why = "Local employers ask for it."
    asked_by = factory.SubFactory(UserFactory)


class SubmissionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Submission

    reference = factory.Sequence(lambda n: f"OC-{n:04d}-TEST")
    district = factory.SubFactory(DistrictFactory)
    submitted_by = factory.SubFactory(UserFactory)


class StudentCertificationFactory(factory.django.DjangoModelFactory):
    """A submitted pass of a concentrator."""

    class Meta:
        model = models.StudentCertification

    enrollment = factory.SubFactory(EnrollmentFactory)
    student = factory.SelfAttribute("enrollment.student")
    certification = factory.SubFactory(CertificationFactory)
    school_year = YEAR
    date_earned = date(2026, 10, 1)
    award_identifier = factory.Sequence(lambda n: f"A{n:08d}")
    state = models.StudentCertification.State.SUBMITTED


class StateChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.StateChange

    record = factory.SubFactory(StudentCertificationFactory)
    from_state = "draft"
    to_state = "submitted"
    by = factory.SubFactory(UserFactory)


class EvidenceDocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.EvidenceDocument

    district = factory.SubFactory(DistrictFactory)
    kind = models.EvidenceDocument.Kind.CERTIFICATE
    file = factory.LazyFunction(lambda: ContentFile(b"%PDF-1.4 test", name="certificate.pdf"))
    original_name = "certificate.pdf"
    size = 13
    sha256 = "0" * 64
    pages = 1
    check_result = "ok"
    uploaded_by = factory.SubFactory(UserFactory)


class EvidenceLinkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.EvidenceLink

    record = factory.SubFactory(StudentCertificationFactory)
    document = factory.SubFactory(EvidenceDocumentFactory)


class EntryDraftFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.EntryDraft

    district = factory.SubFactory(DistrictFactory)
    program = factory.SubFactory(ProgramFactory)
    certification = factory.SubFactory(CertificationFactory)
    school_year = YEAR
    created_by = factory.SubFactory(UserFactory)
