"""The public list as JSON for programs: read only, without signing in, documented at /api/ and as an OpenAPI schema."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from certifications.forms.public import ListForm, YearForm
from certifications.models import ProgramCertification
from certifications.selectors.public import (
    SORTS,
    certification_with,
    changes,
    find,
    kin_of,
    listings,
    program_with,
    programs,
    sort,
)
from certifications.serializers import (
    CertificationPageSerializer,
    ChangesSerializer,
    ListingSerializer,
    ProgramPageSerializer,
)
from certifications.views.public import WHY, cached, frame
from core.access import public

_YEAR = OpenApiParameter(
    "year",
    OpenApiTypes.INT,
    description="School year by its ending year: 2027 for 2026-27. The running one if left out.",
)
_NOT_UNDERSTOOD = OpenApiResponse(OpenApiTypes.OBJECT, description="A filter was not understood; says which and why.")
_NOT_THERE = OpenApiResponse(OpenApiTypes.OBJECT, description="There is none.")
_CIP_CODE = OpenApiParameter("cip_code", location="path", description="CIP code, for example 48.0508.")
_CODE = OpenApiParameter("code", location="path", description="The certification's code, as lists give it.")
_FILTERS = [
    _YEAR,
    OpenApiParameter("q", description="Words, each found in a name, code, version, other name, program or CIP code."),
    OpenApiParameter("cluster", description="Career cluster by its code."),
    OpenApiParameter("cip", description="CIP code, for example 48.0508."),
    OpenApiParameter("type", enum=ProgramCertification.Type.values, description="Kind of listing."),
    OpenApiParameter("counts", enum=["yes", "no"], description="Counts for federal reporting."),
    OpenApiParameter("sort", enum=list(SORTS), description="With a minus before it: downward."),
]


class PublicThrottle(AnonRateThrottle):
    """So many requests from one address; an answer that a cache keeps, or 304, is never counted."""

    rate = settings.PUBLIC_API_RATE


class Pages(PageNumberPagination):
    """A hundred rows a page."""

    page_size = 100


class PublicView(GenericAPIView):
    """For everybody: nobody is asked who they are."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (PublicThrottle,)
    pagination_class: Any = None

    def years(self) -> Any:
        """The school years that can be asked for."""
        return self.request.edition.years  # type: ignore[attr-defined]


def _understood(request: Request, form: YearForm, *, also: tuple[str, ...] = ()) -> dict[str, Any]:
    """What was asked for.

    Args:
        also: names that the address may hold besides the form's fields.

    Raises:
        ValidationError: something makes no sense; unlike on a page, nobody would see that it was passed over.
    """
    known = [*form.fields, *also]
    unknown = f"There is no such filter. Use one of these: {', '.join(known)}."
    wrong = {name: [unknown] for name in request.query_params if name not in known}
    if not form.is_valid():
        wrong |= {name: list(map(str, messages)) for name, messages in form.errors.items()}
    if wrong:
        raise ValidationError(wrong)
    return form.filters()


def _order(request: Request) -> str:
    """The order that was asked for.

    Raises:
        ValidationError: nothing can be sorted by it.
    """
    order: str = request.query_params.get("sort", "")
    if order.removeprefix("-") not in {"", *SORTS}:
        raise ValidationError({"sort": [f"Nothing is sorted by this. Use one of these: {', '.join(SORTS)}."]})
    return order


class ApprovedList(PublicView):
    """The approved certifications of a school year."""

    serializer_class = ListingSerializer
    pagination_class = Pages

    @extend_schema(
        operation_id="approved",
        summary="Approved certifications of a school year",
        parameters=_FILTERS,
        responses={200: ListingSerializer(many=True), 400: _NOT_UNDERSTOOD},
    )
    def get(self, request: Request) -> Response:
        """Filters as on the page."""
        form = ListForm(request.query_params, years=self.years(), programs=programs())
        matches = find(**_understood(request, form, also=("sort", Pages.page_query_param)))
        rows = sort(matches, _order(request))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ProgramDetail(PublicView):
    """One program with its certifications."""

    serializer_class = ProgramPageSerializer

    @extend_schema(
        operation_id="approved_for_program",
        summary="One program by CIP code",
        parameters=[_CIP_CODE],
        responses={200: ProgramPageSerializer, 404: _NOT_THERE},
    )
    def get(self, request: Request, cip_code: str) -> Response:
        """All school years."""
        program = program_with(cip_code)
        if program is None:
            raise Http404
        program.public_listings = list(listings().filter(program=program))  # type: ignore[attr-defined]
        return Response(self.get_serializer(program).data)


class CertificationDetail(PublicView):
    """One certification."""

    serializer_class = CertificationPageSerializer

    @extend_schema(
        operation_id="certification",
        summary="One certification by its code",
        parameters=[_CODE],
        responses={200: CertificationPageSerializer, 404: _NOT_THERE},
    )
    def get(self, request: Request, code: str) -> Response:
        """With the programs that list it or listed it."""
        certification = certification_with(code)
        if certification is None:
            raise Http404
        kin = {each.pk: each for each in kin_of(certification)}
        certification.public_replacement = kin.get(certification.replaced_by_id)  # type: ignore[attr-defined,arg-type]
        return Response(self.get_serializer(certification).data)


class ChangeList(PublicView):
    """What changed from the school year before."""

    serializer_class = ChangesSerializer

    @extend_schema(
        operation_id="changes",
        summary="What changed from the school year before",
        parameters=[_YEAR],
        responses={200: ChangesSerializer, 400: _NOT_UNDERSTOOD},
    )
    def get(self, request: Request) -> Response:
        """Added, ended, and changed in type or in whether it counts."""
        year = _understood(request, YearForm(request.query_params, years=self.years()))["year"]
        results = changes(year)
        return Response(self.get_serializer({"school_year": year, "count": len(results), "results": results}).data)


approved = public(WHY)(cached(ApprovedList.as_view()))
program = public(WHY)(cached(ProgramDetail.as_view()))
certification = public(WHY)(cached(CertificationDetail.as_view()))
list_changes = public(WHY)(cached(ChangeList.as_view()))


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI description; it changes with the code alone."""
    described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return described


@public("programmers read how to ask")
@require_safe
@cached
def schema(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI description as JSON."""
    return JsonResponse(openapi())


@public("programmers read how to ask")
@require_safe
@cached
def about(request: HttpRequest) -> HttpResponse:
    """The API in plain words, with examples that can be tried."""
    paths = openapi()["paths"]
    operations = [(path, operation["get"]) for path, operation in paths.items()]
    rate = (settings.PUBLIC_API_RATE or "").replace("/", " requests a ")
    page = {"operations": operations, "base": settings.BASE_URL, "rate": rate}
    return render(request, "certifications/public/api.html", page | frame(request))
