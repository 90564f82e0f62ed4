"""What people do to records and evidence, as the audit trail says it."""

RECORD_MOVED = {
    "submitted": "resubmitted",
    "approved": "approved",
    "returned": "returned",
    "withdrawn": "withdrew",
}
RECORD_CORRECTED = "corrected"
RECORDS_SUBMITTED = "submitted"
RECORDS_DOWNLOADED = "downloaded records"
EVIDENCE_STORED = "uploaded"
EVIDENCE_OPENED = "opened"
EVIDENCE_PREVIEWED = "looked at the first page of"
EVIDENCE_KIND_SET = "changed the kind of"
EVIDENCE_ATTACHED = "attached"
STANDARDS_SENT = "sent a table of standards"
STANDARDS_IMPORTED = "imported standards of"
STANDARDS_DISCARDED = "set aside"
