"""The packet: frozen content, and the page, PDF, spreadsheet and JSON that are drawn from it alone."""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile

import pikepdf
import pypdfium2
import pytest
from django.conf import settings
from django.urls import reverse
from openpyxl import load_workbook

from certifications.models import ProgramStandard
from sme_review.enums import Suggestion
from sme_review.figures.canonical import canonical_bytes, sha256_of
from sme_review.models import ConflictDeclaration, Discussion, Packet, Panel, Rating, StandardMark
from sme_review.presenters.packets.pdf import packet_pdf
from sme_review.presenters.packets.pictures import coverage_pages, spread_pictures
from sme_review.presenters.packets.sheets import packet_xlsx
from sme_review.presenters.packets.text import LETTERS, fit_text, in_michigan, plain_text
from sme_review.services import rounds
from sme_review.services.recommendations import Choice, NotWholeError, save_recommendation, send_recommendation
from sme_review.services.releases import release_decisions
from sme_review.validators import Answers
from tests.factories.sme_review import DiscussionFactory, PacketFactory
from tests.sme_review.conftest import open_first_round, rate_all, refresh
from tests.sme_review.deciding import decide, recommend, send
from tests.stages import staged

STRANGE = "Naïve “test” — ≥ 80 %\nsecond line\t<script>#set text(red)</script> = not a heading 𝄞 שלום " + "x" * 200


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


@pytest.fixture
def rich(db, consultant):
    """A closed round with dissent, comments, a conflict, notes and worksheets; five raters of three groups."""
    return staged(hold_a_rich_round, consultant)


def hold_a_rich_round(consultant):
    running = open_first_round(consultant)
    first, second = running.entries
    for place, panelist in enumerate(running.panelists):
        reason = f"{STRANGE} {place}" if place == 0 else ""
        low = Answers(10, "Too narrow.", 1, employer_reason="Nobody asks for it.", postsecondary_value=3)
        fine = Answers(60 + 5 * place, reason, 4, postsecondary_value=3 + place % 2)
        rate_all(panelist, [first], low if place == 4 else fine)
        if place:
            rate_all(panelist, [second], Answers(55, "", 4, postsecondary_cannot_judge=True))
    ConflictDeclaration.objects.create(
        panelist=running.panelists[0], panel_certification=second, reason="Owns shares in the awarding entity."
    )
    DiscussionFactory(panel_certification=first, notes="Employers differ by region.")
    for rating in Rating.objects.all():
        for standard in ProgramStandard.objects.filter(program=running.panel.program):
            StandardMark.objects.create(
                rating=rating, standard=standard, mark="full" if standard.code == "A.1" else "none"
            )
    rounds.close_round(by=consultant, round=running.round)
    refresh(running)
    recommend(running, consultant, choice="discuss", note="As the panel said.")
    send_recommendation(by=consultant, panel=running.panel)
    running.panel.refresh_from_db()
    return running


@pytest.fixture
def packet(rich) -> Packet:
    return rich.panel.packets.get()


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def elements_of(pdf: bytes) -> list[dict[str, str]]:
    """Kind and alternative text of all elements of the structure tree."""
    found = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        waiting = [document.Root.StructTreeRoot]
        while waiting:
            node = waiting.pop()
            if isinstance(node, pikepdf.Array):
                waiting += list(node)
            elif isinstance(node, pikepdf.Dictionary):
                if "/S" in node:
                    found.append({"kind": str(node.S), "alt": str(node.get("/Alt", ""))})
                if "/K" in node:
                    waiting.append(node.K)
    return found


def test_who_rated_in_round_1_alone_took_part(closed, consultant):
    rounds.open_round(by=consultant, panel=closed.panel)
    refresh(closed)
    rate_all(closed.panelists[0], closed.entries)
    rounds.close_round(by=consultant, round=closed.panel.rounds.get(number=2))
    refresh(closed)
    recommend(closed, consultant, note="Round 1 says the same.")
    send_recommendation(by=consultant, panel=closed.panel)
    took_part = closed.panel.packets.get().content["participation"]
    assert [(line["invited"], line["rated"], line["missing"]) for line in took_part] == [
        (2, 2, 0),
        (1, 1, 0),
        (2, 2, 0),
    ]


def test_the_packet_holds_all_that_an_approver_needs(packet, rich):
    content = packet.content
    first, second = content["certifications"]
    assert packet.sha256 == sha256_of(content)
    assert [line["invited"] for line in content["participation"]] == [2, 1, 2]
    assert second["conflicts"] == ["Owns shares in the awarding entity."]
    assert (first["discussion"], first["choice"], first["raters"]) == ("Employers differ by region.", "Discuss", 5)
    share, employer, _ = first["questions"]
    assert (share["summary"]["median"], [group["answered"] for group in share["groups"]]) == (65, [2, 1, 2])
    assert share["against"] == [{"value": 10, "reason": "Too narrow."}]
    assert employer["against"] == [{"value": 1, "reason": "Nobody asks for it."}]
    assert employer["support"]["endorsing"] == 4
    assert content["coverage"]["certifications"][0]["share"] == 50
    assert [held["code"] for held in content["coverage"]["standards"] if held["untouched"]] == ["B.1"]
    assert content["coverage"]["sets"][0]["best"]["places"] == [1]
    assert {rule["name"] for rule in content["rules"]} >= {"Worksheet of standards"}


def test_below_the_quorum_numbers_are_withheld_and_say_why(packet):
    """Four of five rated the second, and the quorum is five."""
    entry = packet.content["certifications"][1]
    assert entry["reading"] == "Withheld: too few raters"
    assert entry["withheld"].startswith("4 people rated it")
    assert [question["support"] for question in entry["questions"]] == [None, None, None]
    said = words_of(packet_pdf(packet.content, sha256=packet.sha256))
    assert "4 people rated it; the panel's quorum is 5." in said
    assert {line["certifications"] for line in packet.content["agreement"]} == {1}


def test_page_files_and_json_say_the_same_and_name_nobody(packet, rich, client, approver):
    client.force_login(approver)
    page = client.get(url("packet", rich.panel.pk, 1)).content.decode()
    pdf = client.get(url("packet_pdf", rich.panel.pk, 1))
    book = client.get(url("packet_xlsx", rich.panel.pk, 1))
    held = client.get(url("packet_json", rich.panel.pk, 1)).content
    assert pdf["Content-Disposition"].endswith('-1.pdf"')
    cells = [
        str(cell) for sheet in load_workbook(io.BytesIO(book.content)) for row in sheet.values for cell in row if cell
    ]
    for text in (page, words_of(pdf.content), "\n".join(cells), held.decode()):
        assert "Nobody asks for it." in text
        assert "Employers differ by region." in text
        assert "Owns shares in the awarding entity." in text
        assert [person.name for person in rich.panelists if person.name in text or person.email in text] == []
    assert hashlib.sha256(held).hexdigest() == packet.sha256
    assert packet.sha256 in page
    assert client.get(url("packet_coverage", rich.panel.pk, 1)).content.startswith(b"<svg")
    assert client.get(url("packet", rich.panel.pk, 2)).status_code == 404


def test_without_worksheets_there_is_no_map(closed, consultant, client):
    send(closed, consultant)
    client.force_login(consultant)
    assert client.get(url("packet", closed.panel.pk, 1)).context["coverage"] is None
    assert client.get(url("packet_coverage", closed.panel.pk, 1)).status_code == 404
    assert client.get(url("packet_pdf", closed.panel.pk, 1)).content.startswith(b"%PDF")


def test_a_packet_that_does_not_match_its_hash_says_so(closed, consultant, approver, client):
    send(closed, consultant)
    packet = closed.panel.packets.get()
    changed = json.loads(json.dumps(packet.content).replace("Both fit.", "Neither fits."))
    PacketFactory(panel=closed.panel, number=2, content=changed, sha256=packet.sha256)
    client.force_login(consultant)
    assert "does not match its hash" in client.get(url("packet", closed.panel.pk, 2)).content.decode()
    assert "does not match its hash" not in client.get(url("packet", closed.panel.pk, 1)).content.decode()
    for name in ("packet_pdf", "packet_xlsx", "packet_json"):
        assert client.get(url(name, closed.panel.pk, 2))["Location"] == url("packet", closed.panel.pk, 2)
    client.force_login(approver)
    line = closed.panel.recommendations.first()
    data = {
        f"recommendation-{line.pk}-outcome": "declined",
        f"recommendation-{line.pk}-reason": "Typed.",
        "packet": "2",
    }
    refused = client.post(url("decide", closed.panel.pk), data).content.decode()
    assert "Packet 2 does not match its hash, so nothing can be decided on it." in refused
    assert "Typed." in refused


def test_the_pdf_is_tagged_as_pdf_ua_asks(packet):
    pdf = packet_pdf(packet.content, sha256=packet.sha256)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang) == "en-US"
        assert root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"].startswith("Packet 1: certifications for")
        assert [page.obj.get("/Tabs") for page in document.pages] == [pikepdf.Name.S] * len(document.pages)
    assert packet.sha256 in words_of(pdf)


def test_the_pdf_has_headings_in_order_table_headings_and_words_for_pictures(packet):
    elements = elements_of(packet_pdf(packet.content, sha256=packet.sha256))
    kinds = [element["kind"] for element in elements]
    figures = [element["alt"] for element in elements if element["kind"] == "/Figure"]
    assert len(figures) >= 4
    assert [alt for alt in figures if len(alt) < 20] == []
    assert kinds.count("/TH") > 20
    assert kinds.count("/Caption") >= kinds.count("/Table") > 10
    assert {"/H1", "/H2", "/H3"} <= set(kinds)
    assert "/H5" not in kinds


def test_every_letter_that_the_pdf_lets_through_has_a_glyph(packet):
    """What the fonts cannot show is spelled by its number; the rest must not come out as an empty box."""
    held = "".join(chr(code) for low, high in LETTERS for code in range(low, high + 1))
    lines = [held[at : at + 30] for at in range(0, len(held), 30)]
    content = {**packet.content, "recommendation": "\n".join(lines), "coverage": None, "certifications": []}
    reader = pypdfium2.PdfDocument(packet_pdf(content, sha256="0" * 64))
    assert "\ufffd" not in "".join(page.get_textpage().get_text_bounded() for page in reader)
    assert fit_text("a😀b") == "a[U+1F600]b"
    assert plain_text("a\nb שלום")[:3] == "a b"


def many(content: dict, count: int, name: str) -> dict:
    """The content as if so many certifications with such a name had been rated, each like the first."""
    places = range(1, count + 1)
    first, coverage = content["certifications"][0], content["coverage"]
    best = {"places": [*places], "share": 100}
    return {
        **content,
        "certifications": [{**first, "name": f"{name} {place}"} for place in places],
        "coverage": {
            **coverage,
            "certifications": [
                {**coverage["certifications"][0], "place": place, "name": f"{name} {place}"} for place in places
            ],
            "standards": [{**standard, "cells": standard["cells"][:1] * count} for standard in coverage["standards"]],
            "sets": [{"size": size, "best": best, "gain": 1, "others": [best]} for size in (1, 2, 3)],
        },
    }


def test_pictures_of_many_certifications_are_parted_so_that_each_fits_on_a_page(packet):
    content = many(packet.content, 45, "Welder")
    spreads = spread_pictures(content)
    assert [picture["title"].rpartition(", ")[2] for picture in spreads] == [f"part {n} of 3" for n in (1, 2, 3)] * 3
    assert [sum(f"Welder {place}:" in picture["alt"] for place in range(1, 46)) for picture in spreads] == [15] * 9
    maps = coverage_pages(content)
    assert [picture["title"].rpartition(" ")[2] for picture in maps] == ["15", "30", "45"]
    assert [picture["wide"] for picture in maps] == [True] * 3
    assert "45. Welder 45" in maps[-1]["svg"]
    assert [picture["wide"] for picture in coverage_pages(many(packet.content, 8, "Welder"))] == [False]


def test_nothing_in_the_pdf_runs_into_the_foot_of_a_page_or_off_its_side(packet):
    name = "Advanced certification for the diagnosis and repair of electric vehicles with endorsements " * 2
    content = many(packet.content, 14, name.strip())
    reader = pypdfium2.PdfDocument(packet_pdf(content, sha256="0" * 64))
    feet = [page.get_textpage().get_text_bounded(bottom=0, top=64).strip() for page in reader]
    assert [foot for foot in feet if not re.fullmatch(r"SHA-256 of the packet: 0{64}\s+Page \d+ of \d+", foot)] == []
    sides = [page.get_textpage().get_text_bounded(left=8.5 * 72 - 40).strip() for page in reader]
    assert set(sides) == {""}


PROGRAM = """
import sys, json, hashlib, django
django.setup()
from sme_review.figures.canonical import canonical_bytes
from sme_review.presenters.packets.pdf import packet_pdf
from sme_review.presenters.packets.pictures import coverage_pages, spread_pictures
from sme_review.presenters.packets.sheets import packet_xlsx
from sme_review.presenters.packets.pictures import coverage_picture
content = json.load(sys.stdin)
for made in (canonical_bytes(content), packet_pdf(content, sha256="0" * 64),
             packet_xlsx(content, sha256="0" * 64), coverage_picture(content)):
    print(hashlib.sha256(made).hexdigest())
"""


def test_the_same_content_gives_the_same_bytes_in_any_process(packet):
    """Another hash seed, another locale, another time zone, another order of keys."""
    text = json.dumps(packet.content)
    turned = json.dumps(dict(reversed(packet.content.items())))
    made = []
    for seed, locale, zone, given in (("1", "C", "UTC", text), ("77", "tr_TR.UTF-8", "Asia/Tokyo", turned)):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone}
        environment["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE", "octe_certs.settings")
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=given,
            capture_output=True,
            text=True,
            check=True,
            env=environment,
            cwd=settings.BASE_DIR,
        )
        made.append(done.stdout.split()[-4:])
    assert made[0] == made[1]
    assert made[0][0] == packet.sha256
    assert made[0][2] == hashlib.sha256(packet_xlsx(packet.content, sha256="0" * 64)).hexdigest()


def test_the_content_is_the_same_when_rows_lie_in_another_order(packet, rich, consultant):
    """Reading the same panel again, after its rows were rewritten, gives the same content."""
    from sme_review.selectors.packet_content import packet_content

    for rating in Rating.objects.order_by("-pk"):
        rating.save()
    frozen = {"number": 1, "frozen_by": packet.frozen_by, "frozen_at": packet.frozen_at}
    assert packet_content(rich.panel, viewer=consultant, **frozen) == packet.content


def test_a_spreadsheet_is_safe_to_open_and_carries_the_day_it_was_frozen(packet):
    made = packet_xlsx(packet.content, sha256=packet.sha256)
    with zipfile.ZipFile(io.BytesIO(made)) as files:
        assert {name.date_time for name in files.infolist()} == {(2026, 7, 1, 0, 0, 0)}
        assert packet.frozen_at.strftime("%Y-%m-%d") in files.read("docProps/core.xml").decode()


def test_what_was_never_rated_can_be_set_aside_with_a_reason(running, consultant, approver, client):
    """A live session that ended early leaves certifications that nobody rated; the panel must not be stuck."""
    first, second = running.entries
    Rating.objects.filter(panel_certification=second).delete()
    for panelist in running.panelists:
        rate_all(panelist, [first])
    running.round.ballots.filter(panel_certification=second).delete()
    rounds.close_round(by=consultant, round=running.round)
    client.force_login(consultant)
    page = client.get(url("recommend", running.panel.pk))
    assert "Nobody rated it" in page.content.decode()
    panel = Panel.objects.get(pk=running.panel.pk)
    choices = [Choice(first, Suggestion.RECOMMEND), Choice(second, Suggestion.RECOMMEND)]
    for choice, lack in (
        (Suggestion.RECOMMEND, "can only be set aside"),
        (Suggestion.SET_ASIDE, "why .* was not rated"),
        ("", "Choose a recommendation"),
    ):
        choices[1] = Choice(second, choice)
        save_recommendation(by=consultant, panel=panel, text="One fits.", choices=choices)
        with pytest.raises(NotWholeError, match=lack) as refused:
            send_recommendation(by=consultant, panel=panel)
        assert [(lack.entry, lack.field) for lack in refused.value.missing] == [
            (second, "note" if choice == Suggestion.SET_ASIDE else "choice")
        ]
    choices = [Choice(first, Suggestion.SET_ASIDE), Choice(second, Suggestion.SET_ASIDE, "The session ended early.")]
    save_recommendation(by=consultant, panel=panel, text="One fits.", choices=choices)
    with pytest.raises(NotWholeError, match="was rated, so it cannot be set aside"):
        send_recommendation(by=consultant, panel=panel)
    choices[0] = Choice(first, Suggestion.RECOMMEND)
    save_recommendation(by=consultant, panel=panel, text="One fits.", choices=choices)
    send_recommendation(by=consultant, panel=panel)
    aside = panel.packets.get().content["certifications"][1]
    assert (aside["choice"], aside["raters"], aside["questions"]) == ("Set aside: not rated", 0, [])
    client.force_login(approver)
    line = second.recommendation
    data = {f"recommendation-{line.pk}-outcome": "approved", f"recommendation-{line.pk}-reason": "We like it."}
    data |= {f"recommendation-{line.pk}-first_school_year": "2027", f"recommendation-{line.pk}-type": "approved"}
    refused = client.post(url("decide", panel.pk), data)
    assert "Nobody on the panel rated it" in refused.content.decode()
    assert "We like it." in refused.content.decode()
    assert client.get(url("packet_pdf", panel.pk, 1)).content.startswith(b"%PDF")


def test_a_panel_that_rated_nothing_can_still_be_sent_to_the_approvers(running, consultant):
    running.round.ballots.all().delete()
    rounds.close_round(by=consultant, round=running.round)
    panel = Panel.objects.get(pk=running.panel.pk)
    choices = [Choice(entry, Suggestion.SET_ASIDE, "Nobody came.") for entry in running.entries]
    save_recommendation(by=consultant, panel=panel, text="Nobody came.", choices=choices)
    send_recommendation(by=consultant, panel=panel)
    packet = panel.packets.get()
    assert words_of(packet_pdf(packet.content, sha256=packet.sha256)).count("Set aside: not rated") >= 2
    assert canonical_bytes(packet.content).startswith(b'{"agreement"')
    assert not Discussion.objects.exists()


@pytest.mark.parametrize("name", ["packet", "packet_pdf", "packet_xlsx", "packet_json", "packet_coverage"])
def test_people_of_districts_and_panelists_get_no_packet(name, packet, rich, client, home_district):
    client.force_login(home_district.coordinator)
    assert client.get(url(name, rich.panel.pk, 1)).status_code == 403


def test_the_errors_of_a_recommendation_link_to_each_certification(closed, consultant, client):
    """One line for each certification that lacks something, leading to its field."""
    client.force_login(consultant)
    data = {"action": "send", "text": ""}
    for place, entry in enumerate(closed.entries, start=1):
        prefix = f"certification-{entry.pk}"
        data |= {f"{prefix}-choice": "do_not_recommend", f"{prefix}-note": "", f"{prefix}-position": str(place)}
    page = client.post(url("recommend", closed.panel.pk), data)
    assert page.context["problems"] == [
        ("Write the recommendation in a few sentences.", "#id_text"),
        *(
            (
                f"Say in the note why the recommendation for {entry} differs from the suggested reading.",
                f"#id_certification-{entry.pk}-note",
            )
            for entry in closed.entries
        ),
    ]
    for _, target in page.context["problems"]:
        assert f'id="{target[1:]}"' in page.content.decode()


def test_a_second_round_is_what_counts_and_the_change_is_told(closed, consultant, approver, client):
    """Round 1 had 60 from all; in round 2 one moves up. The panelist who could not judge reads that back."""
    rounds.open_round(by=consultant, panel=closed.panel)
    refresh(closed)
    for place, panelist in enumerate(closed.panelists):
        answers = Answers(
            60 + 20 * (place == 0), "", 4, postsecondary_cannot_judge=place == 1, postsecondary_value=None
        )
        if place != 1:
            answers = Answers(answers.proportion, "", 4, postsecondary_value=3)
        rate_all(panelist, closed.entries, answers)
    rounds.close_round(by=consultant, round=closed.panel.rounds.get(number=2))
    refresh(closed)
    lines = send(closed, consultant)
    content = closed.panel.packets.get().content
    share = content["certifications"][0]["questions"][0]
    assert (content["certifications"][0]["round"], share["summary"]["maximum"]) == (2, 80)
    assert (share["change"]["up"], share["change"]["stayed"], share["change"]["spread"]) == (
        1,
        4,
        "of those who rated both times went apart",
    )
    assert "1 went up, 0 went down, 4 stayed" in words_of(packet_pdf(content, sha256="0" * 64))
    for line in lines:
        decide(approver, line, "declined")
    release_decisions(by=approver, panel=closed.panel)
    page = client.get(url("link_outcome", closed.secrets[closed.panelists[1].pk])).content.decode()
    assert "Your answer: Cannot judge" in page
    assert in_michigan(None) == ""
