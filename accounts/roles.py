"""The roles, defined in code (design: "the people, and what they come to do")."""

from django.db.models import TextChoices


class Level(TextChoices):
    """What kind of organization a role belongs to."""

    STATE = "state", "State"
    REGION = "region", "Region (CEPD)"
    DISTRICT = "district", "District"
    BUILDING = "building", "Building"


class Role(TextChoices):
    """What a person is, in one organization."""

    OCTE_CONSULTANT = "octe_consultant", "OCTE consultant"
    OCTE_APPROVER = "octe_approver", "OCTE approver"
    STATE_AUDITOR = "state_auditor", "State auditor"
    CEPD_ADMINISTRATOR = "cepd_administrator", "CEPD administrator"
    DISTRICT_COORDINATOR = "district_coordinator", "District coordinator"
    FISCAL_OFFICIAL = "fiscal_official", "Fiscal-agency official"
    DISTRICT_AUDITOR = "district_auditor", "District auditor"
    BUILDING_REPORTER = "building_reporter", "Building reporter"


LEVEL_OF: dict[str, Level] = {
    Role.OCTE_CONSULTANT: Level.STATE,
    Role.OCTE_APPROVER: Level.STATE,
    Role.STATE_AUDITOR: Level.STATE,
    Role.CEPD_ADMINISTRATOR: Level.REGION,
    Role.DISTRICT_COORDINATOR: Level.DISTRICT,
    Role.FISCAL_OFFICIAL: Level.DISTRICT,
    Role.DISTRICT_AUDITOR: Level.DISTRICT,
    Role.BUILDING_REPORTER: Level.BUILDING,
}

STATE_STAFF = frozenset({Role.OCTE_CONSULTANT, Role.OCTE_APPROVER})
STATE_ROLES = STATE_STAFF | {Role.STATE_AUDITOR}
# Those who enter student certifications for their district or building.
ENTRY_ROLES = frozenset({Role.DISTRICT_COORDINATOR, Role.FISCAL_OFFICIAL, Role.BUILDING_REPORTER})
DISTRICT_VIEW_ROLES = ENTRY_ROLES | {Role.DISTRICT_AUDITOR, Role.CEPD_ADMINISTRATOR}
# Whom a fiscal-agency official invites, in their own district only (as CTEIS's Level 5 sets the roles of others).
OFFICIAL_INVITES = frozenset({Role.DISTRICT_COORDINATOR, Role.DISTRICT_AUDITOR, Role.BUILDING_REPORTER})
