"""The public list as JSON: the fields that API answers and JSON downloads have, and no others."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from certifications.models import Certification, Program, ProgramCertification
from certifications.presenters import public
from certifications.selectors.public import Change


class CertificationNameSerializer(serializers.Serializer):
    """Which certification is meant."""

    code = serializers.CharField(help_text="Stable; it never changes hands.")
    name = serializers.CharField(help_text="The exact name, as the awarding entity writes it.")
    version = serializers.CharField(help_text="Empty where there is only one.")


class ProgramSerializer(serializers.Serializer):
    """A program of career and technical education."""

    cip_code = serializers.CharField(help_text="Classification of Instructional Programs, NN.NNNN.")
    title = serializers.CharField()
    cluster = serializers.CharField(source="cluster.title", help_text="Career cluster.")
    page = serializers.SerializerMethodField(help_text="The program's page for people.")

    def get_page(self, program: Program) -> str:
        """Whole address, whoever asks and by whichever name."""
        return f"{settings.BASE_URL}{public.program_href(program)}"


class ListedCertificationSerializer(CertificationNameSerializer):
    """A certification in a listing."""

    awarding_entity = serializers.CharField(source="entity.name")
    kind = serializers.CharField(source="get_kind_display")
    sample = serializers.BooleanField(
        source="is_sample", help_text="Made up for a demonstration; not on any state's list."
    )
    page = serializers.SerializerMethodField(help_text="The certification's page for people.")

    def get_page(self, certification: Certification) -> str:
        """Whole address."""
        return f"{settings.BASE_URL}{public.certification_href(certification)}"


class PeriodSerializer(serializers.Serializer):
    """How a certification counts for a program, and in which school years."""

    type = serializers.ChoiceField(choices=ProgramCertification.Type.choices)
    counts_federally = serializers.BooleanField(help_text="A pass counts for federal indicator 5S1.")
    first_school_year = serializers.IntegerField(help_text="The year in which it ends: 2027 for 2026-27.")
    last_school_year = serializers.IntegerField(allow_null=True, help_text="Null where no end is set.")


class ReplacedSerializer(PeriodSerializer):
    """A period with what took the certification's place."""

    replaced_by = serializers.SerializerMethodField(help_text="What took the certification's place, where listed too.")

    @extend_schema_field(CertificationNameSerializer(allow_null=True))
    def get_replaced_by(self, listing: ProgramCertification) -> dict[str, Any] | None:
        """Code, name and version, or null."""
        replacement = public.replacement_of(listing)
        return CertificationNameSerializer(replacement).data if replacement else None


class ListingSerializer(ReplacedSerializer):
    """A certification approved for a program."""

    program = ProgramSerializer()
    certification = ListedCertificationSerializer()


class ProgramListingSerializer(ReplacedSerializer):
    """A certification of one program."""

    certification = ListedCertificationSerializer()


class ProgramPageSerializer(ProgramSerializer):
    """One program with every certification that it lists or listed."""

    certifications = ProgramListingSerializer(many=True, source="public_listings")


class PartSerializer(serializers.Serializer):
    """A scored part."""

    name = serializers.CharField()
    lowest_score = serializers.FloatField(source="score_min")
    highest_score = serializers.FloatField(source="score_max")
    cut_score = serializers.FloatField(help_text="The lowest passing score.")
    unit = serializers.CharField()


class CertificationProgramSerializer(PeriodSerializer):
    """A program that lists the certification."""

    program = ProgramSerializer()


class CertificationPageSerializer(ListedCertificationSerializer):
    """One certification with its facts and the programs that list or listed it."""

    expires_after_months = serializers.IntegerField(allow_null=True, help_text="Null where it does not expire.")
    renewal = serializers.CharField(source="renewal_rule")
    summary = serializers.CharField(help_text="What it shows.")
    how_earned = serializers.CharField()
    link = serializers.CharField(help_text="The awarding entity's page about it; may be empty.")
    ctid = serializers.CharField(source="credential_engine_id", help_text="Credential Engine identifier; may be empty.")
    other_names = serializers.SerializerMethodField()
    parts = PartSerializer(many=True)
    replaced_by = CertificationNameSerializer(allow_null=True, source="public_replacement")
    programs = CertificationProgramSerializer(many=True, source="listings")

    def get_other_names(self, certification: Certification) -> list[str]:
        """Old and informal names."""
        return [each.alias for each in certification.aliases.all()]


class ChangeSerializer(serializers.Serializer):
    """What is other than in the school year before."""

    change = serializers.ChoiceField(choices=list(public.KINDS.items()), source="kind")
    what = serializers.SerializerMethodField(help_text="The change in a sentence.")
    before = PeriodSerializer(allow_null=True, help_text="How it stood the year before; null for what was added.")
    now = serializers.SerializerMethodField(help_text="How it stands; null for what ended.")
    program = ProgramSerializer(source="listing.program")
    certification = ListedCertificationSerializer(source="listing.certification")
    replaced_by = serializers.SerializerMethodField()

    def get_what(self, change: Change) -> str:
        """In a sentence."""
        return public.what_changed(change)

    @extend_schema_field(PeriodSerializer(allow_null=True))
    def get_now(self, change: Change) -> dict[str, Any] | None:
        """The listing in force, if any."""
        return None if change.kind == "ended" else PeriodSerializer(change.listing).data

    @extend_schema_field(CertificationNameSerializer(allow_null=True))
    def get_replaced_by(self, change: Change) -> dict[str, Any] | None:
        """Code, name and version, or null."""
        replacement = public.replacement_of(change.listing)
        return CertificationNameSerializer(replacement).data if replacement else None


class ChangesSerializer(serializers.Serializer):
    """All changes of a school year."""

    school_year = serializers.IntegerField()
    count = serializers.IntegerField()
    results = ChangeSerializer(many=True)
