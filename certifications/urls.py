"""Addresses of this app, one list per part."""

from django.urls import URLPattern, path

from certifications.views import entry, evidence, records, sheet

app_name = "certifications"

CATALOGUE_URLS: list[URLPattern] = []

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

urlpatterns: list[URLPattern] = [
    *ENTRY_URLS,
    *RECORD_URLS,
    *CATALOGUE_URLS,
]
