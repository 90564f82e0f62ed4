"""PDFs: what is taken, what is refused with which words, and that the reader cannot be made to hurt us."""

import hashlib
import socket
import struct
import threading
from contextlib import suppress
from io import BytesIO

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError
from PIL import Image

from accounts.models import AuditEntry
from certifications import clamav, pdf_check
from certifications.models import EvidenceDocument
from certifications.services import evidence
from core.problems import Problem
from tests.certifications.stage import pdf_bytes, upload
from tests.factories.certifications import EvidenceDocumentFactory, EvidenceLinkFactory


def store(cast, file, *, by=None):
    return evidence.store_evidence(by=by or cast.coordinator, district=cast.district, upload=file, kind="roster")


def with_script(add) -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        add(pdf)
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def add_script(pdf):
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def add_launch(pdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].Annots = pikepdf.Array([link])


def add_attachment(pdf):
    pdf.attachments["grades.txt"] = b"hidden"


def test_nobody_keeps_a_pdf_in_a_district_they_do_not_enter_for(home_district, twin_district):
    for person in (twin_district.coordinator, twin_district.reporter, home_district.auditor):
        with pytest.raises(PermissionDenied):
            store(home_district, upload(pdf_bytes()), by=person)
    assert EvidenceDocument.objects.count() == 0


def test_a_good_pdf_is_kept_under_an_internal_name(home_district):
    content = pdf_bytes(pages=3)
    stored = store(home_district, upload(content, "Ann Abbott.PDF"))
    document = EvidenceDocument.objects.get()
    assert (stored.document, stored.is_known) == (document, False)
    assert (document.pages, document.size, document.kind) == (3, len(content), "roster")
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.original_name == "Ann Abbott.PDF"
    assert "abbott" not in document.file.name.lower()
    with document.file.open("rb") as stored_file:
        assert stored_file.read() == content
    with document.preview.open("rb") as drawn, Image.open(drawn) as picture:
        assert (picture.format, abs(picture.width - 800) < 3) == ("PNG", True)
    assert AuditEntry.objects.get().target_id == document.pk


def test_the_same_file_again_is_said_so(home_district):
    content = pdf_bytes()
    first = store(home_district, upload(content))
    again = store(home_district, upload(content, "copy.pdf"), by=home_district.colleague)
    assert (again.document, again.is_known) == (first.document, True)


def test_another_district_gets_its_own_copy_and_learns_nothing(home_district, twin_district):
    content = pdf_bytes()
    store(home_district, upload(content))
    assert store(twin_district, upload(content)).is_known is False


def test_a_reporter_does_not_learn_of_a_file_that_they_cannot_see(home_district):
    content = pdf_bytes()
    store(home_district, upload(content))
    assert store(home_district, upload(content), by=home_district.reporter).is_known is False


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (lambda: upload(b"notes", "notes.txt"), "not a PDF: its name ends in .txt"),
        (lambda: upload(b"notes", "notes"), "its name ends in no ending"),
        (lambda: upload(b"notes", "notes.pdf"), "not a PDF inside"),
        (lambda: upload(b""), "empty"),
        (lambda: upload(pdf_bytes(encryption=pikepdf.Encryption(owner="a", user="b"))), "protected by a password"),
        (lambda: upload(pdf_bytes(encryption=pikepdf.Encryption(owner="a", user=""))), "protected by a password"),
        (lambda: upload(pdf_bytes(pages=501)), "has 501 pages; at most 500"),
        (lambda: upload(b"%PDF-1.7\nnothing"), "damaged"),
        (lambda: upload(with_script(add_script)), "scripts"),
        (lambda: upload(with_script(add_launch)), "scripts"),
        (lambda: upload(with_script(add_attachment)), "scripts"),
    ],
)
def test_what_is_refused_and_why(file, message, home_district):
    with pytest.raises(Problem, match=message) as refused:
        store(home_district, file())
    assert refused.value.field == "upload"
    assert EvidenceDocument.objects.count() == 0


def test_a_pdf_of_60_megabytes_names_both_sizes(home_district):
    big = SimpleUploadedFile("big.pdf", b"%PDF-" + b"0" * (60 * 1024 * 1024))
    with pytest.raises(Problem, match="The file has 60 MB; at most 20 MB are allowed"):
        store(home_district, big)


def test_a_truncated_pdf_is_kept_whole_or_refused_but_never_breaks(home_district):
    content = pdf_bytes(pages=2)
    for length in (len(content) // 4, len(content) // 2, len(content) - 10):
        with suppress(Problem):
            assert store(home_district, upload(content[:length])).document.pages in {1, 2}


def test_a_reader_that_dies_or_hangs_means_a_broken_file(home_district, settings, tmp_path, monkeypatch):
    package = tmp_path / "certifications"
    package.mkdir()
    (package / "__init__.py").write_text("")
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(evidence, "_TIMEOUT_SECONDS", 1)
    for program in ("import os; os.abort()", "import time; time.sleep(30)"):
        (package / "pdf_check.py").write_text(program)
        with pytest.raises(Problem, match="damaged"):
            store(home_district, upload(pdf_bytes()))


def test_a_failed_save_leaves_no_file(home_district, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    before = EvidenceDocument.objects.count()
    with pytest.raises(DataError, match="too long"):
        evidence.store_evidence(
            by=home_district.coordinator, district=home_district.district, upload=upload(pdf_bytes()), kind="x" * 99
        )
    assert EvidenceDocument.objects.count() == before
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_look_inside_says_what_it_finds(tmp_path):
    path, preview = tmp_path / "a.pdf", tmp_path / "a.png"
    path.write_bytes(pdf_bytes(pages=2))
    assert pdf_check.look(path, preview) == {"finding": "ok", "pages": 2}
    assert preview.read_bytes()[:4] == b"\x89PNG"
    path.write_bytes(with_script(add_script))
    assert pdf_check.look(path, preview) == {"finding": "active content", "pages": 1}


def test_an_opening_is_written_down(home_district):
    document = EvidenceDocumentFactory(district=home_district.district)
    evidence.note_opened(by=home_district.auditor, document=document)
    evidence.note_opened(by=home_district.auditor, document=document, preview=True)
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == {"opened", "looked at the first page of"}


@pytest.mark.parametrize("person", ["coordinator", "official", "auditor", "cepd"])
def test_who_sees_evidence(person, home_district, twin_district):
    document = EvidenceDocumentFactory(district=home_district.district)
    assert list(EvidenceDocument.objects.visible_to(getattr(home_district, person))) == [document]
    assert list(EvidenceDocument.objects.visible_to(getattr(twin_district, person))) == []


def test_a_reporter_sees_evidence_of_records_of_the_building(home_district):
    document = EvidenceDocumentFactory(district=home_district.district)
    assert list(EvidenceDocument.objects.visible_to(home_district.reporter)) == []
    EvidenceLinkFactory(document=document, record__enrollment__offering=home_district.offering)
    assert list(EvidenceDocument.objects.visible_to(home_district.reporter)) == [document]


@pytest.fixture
def fake_clamd():
    """A server that speaks INSTREAM and finds a virus wherever it reads EICAR."""
    server = socket.create_server(("127.0.0.1", 0))
    answers = {"text": None}

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as reader:
                assert reader.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack("!L", reader.read(4))[0]:
                    content += reader.read(length)
                verdict = b"stream: Eicar FOUND\0" if b"EICAR" in content else b"stream: OK\0"
                connection.sendall(answers["text"] or verdict)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1]}", answers
    # A blocked accept does not notice that its socket was closed.
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(timeout=5)


def test_the_virus_scanner_is_asked(home_district, settings, fake_clamd):
    settings.CLAMAV_ADDRESS, _ = fake_clamd
    assert store(home_district, upload(pdf_bytes())).is_known is False
    with pytest.raises(Problem, match="virus check found"):
        store(home_district, upload(pdf_bytes() + b"% EICAR"))


def test_without_a_verdict_nothing_is_kept(home_district, settings, fake_clamd):
    settings.CLAMAV_ADDRESS, answers = fake_clamd
    answers["text"] = b"INSTREAM size limit exceeded. ERROR\0"
    with pytest.raises(Problem, match="cannot be checked for viruses right now"):
        store(home_district, upload(pdf_bytes()))
    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    with pytest.raises(Problem, match="cannot be checked for viruses right now"):
        store(home_district, upload(pdf_bytes()))


def test_a_scanner_behind_a_local_socket_that_is_not_there(tmp_path):
    with pytest.raises(clamav.ScannerUnavailableError):
        clamav.is_clean(BytesIO(b"x"), address=str(tmp_path / "clamd.sock"))
