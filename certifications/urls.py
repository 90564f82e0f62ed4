"""Addresses of this app, one list per part."""

from django.urls import URLPattern, path

from certifications import api
from certifications.views import (
    catalog,
    catalog_edit,
    entry,
    evidence,
    listing_requests,
    listings,
    public,
    records,
    sheet,
    standards,
)

app_name = "certifications"

_STANDARDS = "catalog/programs/<str:cip_code>/standards/"
STANDARDS_URLS: list[URLPattern] = [
    path(_STANDARDS, standards.versions, name="standards"),
    path(f"{_STANDARDS}download/", standards.download, name="standards_download"),
    path(f"{_STANDARDS}template/", standards.template, name="standards_template"),
    path(f"{_STANDARDS}import/", standards.send, name="standards_send"),
    path(f"{_STANDARDS}import/<int:pk>/", standards.preview, name="standards_import"),
    path(f"{_STANDARDS}import/<int:pk>/version/", standards.rename, name="standards_rename"),
    path(f"{_STANDARDS}import/<int:pk>/discard/", standards.discard, name="standards_discard"),
    path(f"{_STANDARDS}import/<int:pk>/refused/", standards.leftovers, name="standards_leftovers"),
]

CATALOG_URLS: list[URLPattern] = [
    path("catalog/", catalog.certifications, name="catalog"),
    path("catalog/download/", catalog.download, name="catalog_download"),
    path("catalog/certifications/add/", catalog_edit.create_certification, name="certification_add"),
    path("catalog/certifications/<int:pk>/", catalog.certification, name="certification"),
    path("catalog/certifications/<int:pk>/edit/", catalog_edit.edit_certification, name="certification_edit"),
    path("catalog/certifications/<int:pk>/parts/add/", catalog_edit.create_part, name="part_add"),
    path("catalog/certifications/<int:pk>/names/add/", catalog_edit.create_alias, name="alias_add"),
    path("catalog/parts/<int:pk>/edit/", catalog_edit.edit_part, name="part_edit"),
    path("catalog/parts/<int:pk>/remove/", catalog_edit.delete_part, name="part_remove"),
    path("catalog/names/<int:pk>/remove/", catalog_edit.delete_alias, name="alias_remove"),
    path("catalog/programs/", catalog.programs, name="programs"),
    path("catalog/programs/<str:cip_code>/", catalog.program, name="program"),
    path("catalog/listings/due/", listings.due, name="listings_due"),
    path("catalog/listings/<int:pk>/review/", listings.review, name="listing_review"),
    path("catalog/listings/<int:pk>/keep/", listings.keep, name="listing_keep"),
    path("catalog/listings/<int:pk>/retire/", listings.retire, name="listing_retire"),
    path("catalog/listings/<int:pk>/restore/", listings.restore, name="listing_restore"),
    path("catalog/entities/", catalog.entities, name="entities"),
    path("catalog/entities/add/", catalog_edit.create_entity, name="entity_add"),
    path("catalog/entities/<str:code>/", catalog.entity, name="entity"),
    path("catalog/entities/<str:code>/edit/", catalog_edit.edit_entity, name="entity_edit"),
    path("catalog/request/", listing_requests.ask, name="request_ask"),
    path("catalog/requests/", listing_requests.show_all, name="requests"),
    path("catalog/requests/<int:pk>/", listing_requests.show_one, name="request"),
    path("catalog/requests/<int:pk>/answer/", listing_requests.answer, name="request_answer"),
]

ENTRY_URLS: list[URLPattern] = [
    path("entry/", entry.start, name="entry"),
    path("entry/draft/<int:pk>/students/", sheet.students, name="entry_students"),
    path("entry/draft/<int:pk>/evidence/", sheet.evidence, name="entry_evidence"),
    path("entry/draft/<int:pk>/check/", sheet.check, name="entry_check"),
    path("entry/draft/<int:pk>/submit/", sheet.submit, name="entry_submit"),
    path("entry/draft/<int:pk>/discard/", entry.discard, name="entry_discard"),
    path("entry/draft/<int:pk>/restore/", entry.restore, name="entry_restore"),
    path("entry/receipt/<str:reference>/", entry.receipt, name="entry_receipt"),
    path("entry/<int:year>/<str:cip_code>/", entry.choose_entity, name="entry_entity"),
    path("entry/<int:year>/<str:cip_code>/<str:entity_code>/", entry.choose_certification, name="entry_certification"),
    path("entry/<int:year>/<str:cip_code>/<str:entity_code>/begin/", entry.begin, name="entry_begin"),
]

RECORD_URLS: list[URLPattern] = [
    path("records/", records.record_list, name="records"),
    path("records/download/", records.download, name="records_download"),
    path("records/<int:pk>/", records.record_page, name="record"),
    path("records/<int:pk>/edit/", records.edit, name="record_edit"),
    path("records/<int:pk>/resubmit/", records.resubmit, name="record_resubmit"),
    path("records/<int:pk>/withdraw/", records.withdraw, name="record_withdraw"),
    path("records/<int:pk>/evidence/", records.add_evidence, name="record_evidence"),
    path("evidence/<int:pk>/", evidence.download, name="evidence"),
    path("evidence/<int:pk>/preview.png", evidence.preview, name="evidence_preview"),
]

PUBLIC_URLS: list[URLPattern] = [
    path("approved/", public.approved, name="approved"),
    path("approved/download/<str:form>/", public.download, name="approved_download"),
    path("approved/changes/", public.show_changes, name="approved_changes"),
    path("approved/changes/download/<str:form>/", public.changes_download, name="approved_changes_download"),
    path("approved/certifications/<str:code>/", public.certification, name="approved_certification"),
    path("approved/<str:cip_code>/", public.program, name="approved_program"),
    path("api/", api.about, name="api_help"),
    path("api/v1/schema/", api.schema, name="api_schema"),
    path("api/v1/approved/", api.approved, name="api_approved"),
    path("api/v1/approved/<str:cip_code>/", api.program, name="api_program"),
    path("api/v1/certifications/<str:code>/", api.certification, name="api_certification"),
    path("api/v1/changes/", api.list_changes, name="api_changes"),
]

urlpatterns: list[URLPattern] = [
    *PUBLIC_URLS,
    *ENTRY_URLS,
    *RECORD_URLS,
    *CATALOG_URLS,
    *STANDARDS_URLS,
]
