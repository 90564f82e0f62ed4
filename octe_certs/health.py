"""Health addresses for the load balancer and the container."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from core.access import public


@public("the load balancer asks without signing in")
def healthz(_request: HttpRequest) -> JsonResponse:
    """Say that the process answers; touches nothing else."""
    return JsonResponse({"status": "ok"})


@public("the load balancer asks without signing in")
def readyz(_request: HttpRequest) -> JsonResponse:
    """Say whether the database answers and is migrated: 200, or 503 with what is missing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
            migrated = cursor.fetchone()[0]
    except DatabaseError:
        return JsonResponse({"status": "not ready", "missing": "database"}, status=503)
    if not migrated:
        return JsonResponse({"status": "not ready", "missing": "migrations"}, status=503)
    return JsonResponse({"status": "ready"})
