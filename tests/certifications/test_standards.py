"""Bringing in technical standards: preview, commit, leftovers, versions that panels rest on, and who may."""

import re
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry
from certifications import ports
from certifications.models import ProgramStandard, SegmentWeight, StandardsImport
from certifications.selectors.standards import plan_import, same_table_before, segment_weights, versions_of
from certifications.services.standards import apply_import, discard_import, rename_version, start_import
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from tests.factories.accounts import UserFactory
from tests.factories.certifications import ProgramFactory, ProgramStandardFactory, SegmentWeightFactory
from tests.factories.sme_review import PanelFactory

HEAD = "Segment code,Segment title,Segment weight,Code,Statement\n"
URL = "/catalog/programs/48.0508/standards/"


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def send(by, program, rows: str, version: str = "2026", head: str = HEAD) -> StandardsImport:
    return start_import(by=by, program=program, version=version, content=head + rows)


def bring_in(by, sent, **options) -> StandardsImport:
    return apply_import(by=by, sent=sent, seen=plan_import(sent).seen, **options)


def standards_now(program, version: str = "2026") -> list[tuple[str, str, str]]:
    rows = ProgramStandard.objects.filter(program=program, version=version).order_by("position")
    return [(row.code, row.segment_title, row.statement) for row in rows]


@pytest.fixture
def two(program):
    """Version 2026: A.1 and A.2 in segment A."""
    return [ProgramStandardFactory(program=program, code=f"A.{n}", position=n, statement=f"Task {n}") for n in (1, 2)]


def test_a_table_is_looked_at_before_anything_changes(consultant, program, two):
    sent = send(consultant, program, "A,Safety,,A.1,Task 1\nA,Safety,,A.2,Task two\nA,Safety,,A.3,Task 3\nA,,,,?\n")
    plan = plan_import(sent)
    assert plan.counts == {"read": 4, "added": 1, "changed": 1, "same": 1, "refused": 1}
    assert plan.changed[0].changes == [("Statement", "Task 2", "Task two")]
    assert (plan.missing, plan.reorders, plan.does_something) == ([], False, True)
    assert standards_now(program) == [("A.1", "Safety", "Task 1"), ("A.2", "Safety", "Task 2")]
    assert (bytes(sent.source).decode()[:12], sent.is_open) == ("Segment code", True)


def test_the_good_rows_come_in_and_the_others_stay_with_their_reason(consultant, program, two, client):
    sent = send(consultant, program, "A,Safety,,A.2,Task two\nA,Safety,,A.3,Task 3\nA,,,,?\n")
    bring_in(consultant, sent)
    assert standards_now(program) == [
        ("A.1", "Safety", "Task 1"),
        ("A.2", "Safety", "Task two"),
        ("A.3", "Safety", "Task 3"),
    ]
    sent.refresh_from_db()
    assert sent.counts == {"read": 3, "added": 1, "changed": 1, "same": 0, "refused": 1, "removed": 0}
    entry = AuditEntry.objects.get(verb="imported standards of")
    assert (entry.target_label, entry.detail["version"], entry.detail["added"]) == (str(program), "2026", 1)
    client.force_login(consultant)
    file = client.get(f"{URL}import/{sent.pk}/refused/").content.decode("utf-8-sig")
    assert file.splitlines() == [
        "Segment code,Segment title,Segment weight,Code,Statement,Reason",
        "A,,,,?,Code: This is empty. Enter the code in this row.",
    ]


def test_a_second_press_changes_nothing(consultant, program):
    sent = send(consultant, program, "A,Safety,,A.1,Task 1\n")
    mark = plan_import(sent).seen
    first = apply_import(by=consultant, sent=sent, seen=mark)
    again = apply_import(by=consultant, sent=sent, seen=mark)
    assert (again.applied_at, len(standards_now(program))) == (first.applied_at, 1)
    assert AuditEntry.objects.filter(verb="imported standards of").count() == 1


def test_somebody_elses_change_in_between_is_told(consultant, program, two):
    sent = send(consultant, program, "A,Safety,,A.3,Task 3\n")
    mark = plan_import(sent).seen
    ProgramStandard.objects.filter(pk=two[0].pk).update(statement="Another task")
    with pytest.raises(StaleVersionError, match="Somebody changed these standards"):
        apply_import(by=consultant, sent=sent, seen=mark)
    assert len(standards_now(program)) == 2


def test_the_tables_order_counts_where_it_names_all(consultant, program, two):
    sent = send(consultant, program, "A,Safety,,A.2,Task 2\nA,Safety,,A.3,New\nA,Safety,,A.1,Task 1\n")
    assert plan_import(sent).reorders is True
    bring_in(consultant, sent)
    assert [code for code, _, _ in standards_now(program)] == ["A.2", "A.3", "A.1"]


def test_what_the_table_leaves_out_stays_or_goes_as_said(consultant, program, two):
    SegmentWeightFactory(program=program, segment_code="A")
    stays = send(consultant, program, "B,Tools,,B.1,Cut\n", head=HEAD.replace("Segment weight", "Note"))
    assert [row.code for row in plan_import(stays).missing] == ["A.1", "A.2"]
    bring_in(consultant, stays)
    assert [code for code, _, _ in standards_now(program)] == ["A.1", "A.2", "B.1"]
    goes = send(consultant, program, "B,Tools,,B.1,Cut\n", head=HEAD.replace("Segment weight", "Note"))
    with pytest.raises(Problem, match="Nothing would change"):
        bring_in(consultant, goes)
    assert bring_in(consultant, goes, remove_missing=True).counts["removed"] == 2
    assert ([code for code, _, _ in standards_now(program)], SegmentWeight.objects.count()) == (["B.1"], 0)


def test_a_row_that_is_refused_does_not_count_as_left_out(consultant, program, two):
    sent = send(consultant, program, "A,Safety,,A.1,Task 1\nA,Safety,,A.2,\n")
    plan = plan_import(sent)
    assert (plan.missing, plan.counts["refused"], plan.reorders) == ([], 1, False)


def test_a_segment_has_one_title_in_all_its_standards(consultant, program, two):
    bring_in(consultant, send(consultant, program, "A,Safety first,,A.1,Task 1\n"))
    assert standards_now(program) == [("A.1", "Safety first", "Task 1"), ("A.2", "Safety first", "Task 2")]


def test_weights_are_set_changed_and_taken_away(consultant, program, two):
    rows = "A,Safety,{},A.1,Task 1\nA,Safety,{},A.2,Task 2\n"
    sent = send(consultant, program, rows.format("10", "10"))
    assert plan_import(sent).changed[0].changes == [("Segment weight", "", "10")]
    bring_in(consultant, sent)
    assert segment_weights(program, "2026") == {"A": 10}
    bring_in(consultant, send(consultant, program, rows.format("12.5", "")))
    assert str(SegmentWeight.objects.get()) == "Segment A: 12.5"
    without = HEAD.replace("Segment weight", "Year")
    assert plan_import(send(consultant, program, rows.format("1", "1"), head=without)).counts["same"] == 2
    bring_in(consultant, send(consultant, program, rows.format("", "")))
    assert segment_weights(program, "2026") == {}


def test_a_version_that_a_panel_has_rated_by_cannot_change(consultant, program, two):
    sent = send(consultant, program, "A,Safety,,A.3,Task 3\n")
    panel = PanelFactory(program=program, standards_version="2026")
    assert ports.standards_in_use(program.pk) == set()
    panel.state = "running"
    panel.save()
    assert plan_import(sent).in_use is True
    with pytest.raises(Problem, match="A panel has rated by the version “2026”"):
        bring_in(consultant, sent)
    with pytest.raises(Problem, match="A panel has rated by the version"):
        send(consultant, program, "A,Safety,,A.3,Task 3\n")
    with pytest.raises(Problem, match="A panel has rated by the version"):
        rename_version(by=consultant, sent=sent, version="2026")
    bring_in(consultant, rename_version(by=consultant, sent=sent, version="2027"))
    assert (len(standards_now(program)), standards_now(program, "2027")) == (2, [("A.3", "Safety", "Task 3")])
    assert [version.name for version in versions_of(program) if version.in_use] == ["2026"]


def test_nothing_changes_where_nobody_answers_for_panels(consultant, program):
    before = list(ports._standards_in_use)
    ports._standards_in_use.clear()
    with pytest.raises(LookupError, match="standards in use"):
        send(consultant, program, "A,Safety,,A.1,Task 1\n")
    ports._standards_in_use[:] = before


@pytest.mark.django_db(transaction=True)
def test_a_panel_does_not_open_while_its_standards_change(consultant, program):
    """The import holds the panels of the program; whoever opens one waits."""
    from django.db import transaction

    from sme_review.services.panels import lock_panel

    panel = PanelFactory(program=program, standards_version="2026")
    order = []

    def opens():
        with transaction.atomic():
            lock_panel(panel)
            order.append("panel opens")
        connection.close()

    with transaction.atomic():
        ports.standards_in_use(program.pk, lock=True)
        thread = threading.Thread(target=opens)
        thread.start()
        thread.join(timeout=0.3)
        order.append("standards change")
    thread.join(timeout=5)
    assert order == ["standards change", "panel opens"]


def test_a_table_put_aside_never_comes_in(consultant, program):
    sent = send(consultant, program, "A,Safety,,A.1,Task 1\n")
    discard_import(by=consultant, sent=sent)
    discard_import(by=consultant, sent=sent)
    for act in (
        lambda: bring_in(consultant, sent),
        lambda: rename_version(by=consultant, sent=sent, version="2028"),
    ):
        with pytest.raises(MoveNotAllowedError, match="set aside"):
            act()
    other = send(consultant, program, "A,Safety,,A.1,Task 1\n")
    bring_in(consultant, other)
    with pytest.raises(MoveNotAllowedError, match="brought in already"):
        discard_import(by=consultant, sent=other)
    with pytest.raises(MoveNotAllowedError, match="brought in already"):
        rename_version(by=consultant, sent=other, version="2028")
    assert same_table_before(sent) == other


def test_headings_without_rows_are_refused(consultant, program):
    with pytest.raises(Problem, match="no rows under them"):
        send(consultant, program, "")


def test_the_services_refuse_others(approver, consultant, program):
    sent = send(consultant, program, "A,Safety,,A.1,Task 1\n")
    for act in (
        lambda: send(approver, program, ""),
        lambda: rename_version(by=approver, sent=sent, version="x"),
        lambda: apply_import(by=approver, sent=sent, seen=""),
        lambda: discard_import(by=approver, sent=sent),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_who_reads_and_who_brings_in(consultant, approver, state_auditor, home_district, program, two, client):
    sent = send(consultant, program, "A,Safety,,A.1,Task 1\n")
    reads = [URL, f"{URL}download/?version=2026", f"{URL}template/", f"{URL}template/?format=xlsx"]
    changes = [f"{URL}import/", f"{URL}import/{sent.pk}/", f"{URL}import/{sent.pk}/version/", f"{URL}import/{sent.pk}/refused/"]  # fmt: skip
    for person in (approver, state_auditor, home_district.coordinator):
        client.force_login(person)
        assert {client.get(url).status_code for url in reads} == {200}
        assert {client.get(url).status_code for url in changes} == {403}
        assert client.post(f"{URL}import/{sent.pk}/discard/").status_code == 403
        assert "Bring in" not in text(client.get(URL))
    client.force_login(consultant)
    assert {client.get(url).status_code for url in reads + changes} == {200}
    other = ProgramFactory(cip_code="12.0500")
    assert client.get(f"/catalog/programs/{other.cip_code}/standards/import/{sent.pk}/").status_code == 404
    assert client.get(f"{URL}download/?version=none").status_code == 404
    assert StandardsImport.objects.visible_to(UserFactory()).count() == 0


def test_a_consultant_brings_in_a_file(consultant, program, two, client):
    client.force_login(consultant)
    page = text(client.get(f"{URL}import/"))
    assert ("2026, 2 standards" in page, "Segment code, Segment title" in page) == (True, True)
    file = SimpleUploadedFile("welding.csv", (HEAD + "A,Safety,,A.2,Task two\nA,,,A.9,\n").encode())
    answer = client.post(f"{URL}import/", {"version": "2026", "file": file})
    sent = StandardsImport.objects.get()
    assert (answer["Location"], sent.source_name) == (f"{URL}import/{sent.pk}/", "welding.csv")
    page = client.get(answer["Location"])
    for words in (
        "Rows read 2",
        "Changed 1",
        "Cannot be read 1",
        "3 Statement nothing This is empty.",
        "not in the table: A.1",
        "Task 2 Task two",
    ):
        assert words in text(page)
    assert text(client.get(URL)).count("welding.csv, version 2026") == 1
    stale = client.post(answer["Location"], {"seen": "old"})
    assert "Somebody changed these standards" in text(stale)
    done = client.post(answer["Location"], {"seen": page.context["plan"].seen}, follow=True)
    for words in ("The standards are brought in", "Changed 1", "Stayed out 1"):
        assert words in text(done)
    assert standards_now(program)[1] == ("A.2", "Safety", "Task two")
    again = client.post(f"{URL}import/", {"version": "2026", "pasted": HEAD + "A,Safety,,A.2,Task two\n"}, follow=True)
    assert "All of it is already here" not in text(again)  # A.1 is left out, so there is something to say
    assert client.post(again.request["PATH_INFO"] + "discard/", follow=True).status_code == 200
    assert "This table was set aside" in text(client.get(again.request["PATH_INFO"]))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"version": "2026"}, "Choose a file, or paste the rows."),
        ({"version": "2026", "pasted": "x", "file": True}, "Choose a file or paste the rows, but not both."),
        ({"version": "", "pasted": "x"}, "This field is required."),
        ({"version": "2026", "pasted": "Code,Statement\nA,B"}, "Not found: Segment code, Segment title."),
        ({"version": "2026", "file": b""}, "The submitted file is empty."),
        ({"version": "2026", "file": b"%PDF-1.7"}, "This is a PDF"),
        ({"version": "2026", "file": b"x" * (5 * 1024 * 1024 + 1)}, "at most 5 MB are read."),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(given, words, consultant, program, client):
    client.force_login(consultant)
    typed = dict(given)
    if "file" in typed:
        typed["file"] = SimpleUploadedFile("x.csv", typed["file"] if isinstance(typed["file"], bytes) else b"Code\n")
    page = client.post(f"{URL}import/", typed)
    assert words in text(page)
    assert page.context["form"]["pasted"].value() == given.get("pasted")
    assert StandardsImport.objects.count() == 0


def test_a_used_version_is_told_on_each_page(consultant, program, two, client):
    sent = send(consultant, program, "A,Safety,,A.3,Task 3\n")
    PanelFactory(program=program, standards_version="2026", state="running")
    client.force_login(consultant)
    assert "A panel has rated by it" in text(client.get(URL))
    assert "Version 2026 cannot change" in text(client.get(f"{URL}import/{sent.pk}/"))
    refused = client.post(f"{URL}import/{sent.pk}/", {"seen": plan_import(sent).seen})
    assert "cannot change. Give the new version another name" in text(refused)
    refused = client.post(f"{URL}import/", {"version": "2026", "pasted": HEAD + "A,Safety,,A.3,Task 3\n"})
    assert refused.context["form"].errors["version"] == [
        "A panel has rated by the version “2026”, so it cannot change. Give the new version another name."
    ]
    url = f"{URL}import/{sent.pk}/version/"
    assert "A panel has rated" in text(client.post(url, {"version": "2026"}))
    assert client.post(url, {"version": "2027"})["Location"] == f"{URL}import/{sent.pk}/"


def test_put_aside_too_late_is_told(consultant, program, client):
    sent = send(consultant, program, "A,Safety,,A.1,Task 1\n")
    bring_in(consultant, sent)
    client.force_login(consultant)
    assert "brought in already" in text(client.post(f"{URL}import/{sent.pk}/discard/", follow=True))


def download(client, kind: str) -> bytes:
    return client.get(f"{URL}download/?version=2026&format={kind}").content


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_version_that_was_downloaded_is_read_back_unchanged(kind, consultant, program, two, client):
    SegmentWeightFactory(program=program, segment_code="A")
    ProgramStandardFactory(program=program, code="007", position=3, statement='=SUM(A1), “6" pipe”\nsecond line')
    client.force_login(consultant)
    sent = start_import(by=consultant, program=program, version="2026", content=download(client, kind))
    plan = plan_import(sent)
    assert (plan.counts, plan.missing, plan.reorders) == (
        {"read": 3, "added": 0, "changed": 0, "same": 3, "refused": 0},
        [],
        False,
    )
    template = client.get(f"{URL}template/?format={kind}").content
    sent = start_import(by=consultant, program=program, version="new", content=template)
    assert plan_import(sent).counts["added"] == 3


# Every file is read with its no-break spaces as spaces and without byte order marks, so neither is in what was read in.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\xa0\ufeff"),
    min_size=1,
    max_size=12,
).filter(str.strip)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=st.lists(WORDS, min_size=1, max_size=5), kind=st.sampled_from(["csv", "xlsx"]))
def test_any_statements_are_read_back_unchanged(statements, kind, consultant, program, client):
    ProgramStandard.objects.all().delete()
    for number, statement in enumerate(statements):
        ProgramStandardFactory(program=program, code=f"A.{number}", position=number, statement=statement)
    client.force_login(consultant)
    sent = start_import(by=consultant, program=program, version="2026", content=download(client, kind))
    plan = plan_import(sent)
    assert [(row.changes, row.checked.refusals) for row in plan.rows if row.outcome != "same"] == []
    assert plan.counts["same"] == len(statements)


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_keep_their_query_count(rows, consultant, program, client, django_assert_num_queries):
    for number in range(rows):
        ProgramStandardFactory(program=program, version=f"20{number:02d}")
        SegmentWeightFactory(program=program, version=f"20{number:02d}")
    lines = "".join(f"A,Safety,,A.{n},x\n" for n in range(rows)) + "B,,,B.1,\n" * rows
    sent = send(consultant, program, lines, version="1999")
    for _ in range(rows):
        send(consultant, program, lines, version="1999")
    client.force_login(consultant)
    urls = [(URL, 9), (f"{URL}download/?version=2000", 7), (f"{URL}import/", 7), (f"{URL}import/{sent.pk}/", 9)]
    for url, queries in urls:
        with django_assert_num_queries(queries):
            client.get(url)
    bring_in(consultant, sent)
    with django_assert_num_queries(5):
        client.get(f"{URL}import/{sent.pk}/")
