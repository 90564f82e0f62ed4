"""The shared model, one file per noun."""

from certifications.models.awarding_entity import AwardingEntity
from certifications.models.certification import Certification, CertificationAlias, CertificationPart
from certifications.models.cip_code import CipCode
from certifications.models.entry_draft import EntryDraft
from certifications.models.evidence import EvidenceDocument, EvidenceLink
from certifications.models.listing import ProgramCertification
from certifications.models.listing_request import CertificationRequest
from certifications.models.organization import Building, District, Region
from certifications.models.program import CareerCluster, Program, ProgramOffering, ProgramStandard, SegmentWeight
from certifications.models.public_list import PublicListCounter
from certifications.models.record import StateChange, StudentCertification, Submission
from certifications.models.standards_import import StandardsImport
from certifications.models.student import Enrollment, Student

__all__ = [
    "AwardingEntity",
    "Building",
    "CareerCluster",
    "Certification",
    "CertificationAlias",
    "CertificationPart",
    "CertificationRequest",
    "CipCode",
    "District",
    "Enrollment",
    "EntryDraft",
    "EvidenceDocument",
    "EvidenceLink",
    "Program",
    "ProgramCertification",
    "ProgramOffering",
    "ProgramStandard",
    "PublicListCounter",
    "Region",
    "SegmentWeight",
    "StandardsImport",
    "StateChange",
    "Student",
    "StudentCertification",
    "Submission",
]
