"""A known fault of such tools: an export, sort or search that leaks hidden scores or names.

Every address is opened by everybody, twice: the second time with other answers in the database. While answers are
hidden
no page, download or API may differ by a single byte. A control shows that the walk would have noticed.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import timedelta

import pgtrigger
import pypdfium2
import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.personal_links import new_secret
from octe_certs.addresses import all_addresses
from sme_review import urls
from sme_review.models import Assignment, Panel, Panelist, PanelistLink, Rating, Round
from sme_review.services import ballots, live, ratings, rounds
from sme_review.services.releases import release_decisions
from sme_review.tables import PanelTable, ResultsTable
from tests.conftest import make_district
from tests.factories.accounts import UserFactory
from tests.factories.sme_review import PanelistFactory
from tests.sme_review.conftest import rate_all, refresh
from tests.sme_review.deciding import decide, send

REASON = "Zephyrine heard it at the foundry"
OTHER_REASON = "Quillon read it in the harbor"
SORTS = sorted({name for table in (PanelTable, ResultsTable) for name in table.base_columns})
QUERIES = [
    "",
    "q=Zephyrine&search=Zephyrine&round=1",
    "q=Expert+1&round=2&format=csv&_export=csv",
    *(f"sort={way}{name}&q={name}" for name in SORTS for way in ("", "-")),
]
# Only here does state staff read who is on the panel; nowhere beside an answer.
PEOPLE_PAGES = {
    "panelists",
    "withdraw_panelist",
    "replace_panelist",
    "remind",
    "conflicts",
    "open_round",
    "assignment",
    "assignment_preview",
    "assignment_certification",
    "assignment_panelist",
    "audit_thing",
}
CHANGING = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|data-csrf="[^"]*"')


@dataclass
class Visitor:
    """Somebody who opens every address; `secret` fills the personal links."""

    name: str
    client: Client
    secret: str = "none"
    reads_people: bool = False


def secret_for(panelist: Panelist) -> str:
    secret, secret_hash = new_secret()
    PanelistLink.objects.create(panelist=panelist, secret_hash=secret_hash, sent_at=timezone.now())
    return secret


@pytest.fixture
def visitors(running, consultant, approver, state_auditor):
    """Staff, a coordinator whose district offers the program, somebody without a role, nobody, and three panelists."""
    cast = make_district(running.panel.program, "Adams Public Schools")
    people = {"consultant": consultant, "approver": approver, "auditor": state_auditor}
    signed_in = {**people, "coordinator": cast.coordinator, "somebody": UserFactory()}
    found = []
    for name, user in signed_in.items():
        client = Client()
        client.force_login(user)
        found.append(Visitor(name, client, reads_people=name in people))
    found.append(Visitor("nobody", Client()))
    found.append(Visitor("panelist", Client(), secret_for(running.panelists[0])))
    found.append(Visitor("panelist of another panel", Client(), secret_for(PanelistFactory(invited=True))))
    return found


def own_paths(cast, secret: str) -> list[tuple[str, str]]:
    """Name and path of every address of this app, filled so that they lead to the panel's own rows."""
    entry, panelist = cast.entries[0].pk, cast.panelists[1].pk
    parts = {
        "pk": cast.panel.pk,
        "entry_pk": entry,
        "panelist_pk": panelist,
        "number": 1,
        "decision_pk": 1,
        "secret": secret,
    }
    found = []
    for pattern in urls.urlpatterns:
        wanted = {name: parts.get(name, cast.panel.pk) for name in pattern.pattern.converters}
        found.append((pattern.name, reverse(f"sme_review:{pattern.name}", kwargs={**wanted, **pattern.default_args})))
    ratings = Rating.objects.filter(panel_certification=entry).values_list("pk", flat=True)
    return [
        *found,
        *(("audit_thing", reverse("accounts:audit_thing", args=["sme_review.rating", pk])) for pk in ratings),
    ]


def other_paths(cast) -> list[tuple[str, str]]:
    """The rest of the product: the public pages and API, the catalog, the admin.

    Without the list of acts, where the walk's own downloads are written down.
    """
    found = all_addresses(cast.panel.pk)
    own = reverse("sme_review:panels")
    cip_code = cast.panel.program.cip_code
    paths = [
        (address.name, address.path)
        for address in found
        if not address.path.startswith((own, "/link/", "/accounts/")) and address.name != "accounts:audit"
    ]
    return [*paths, ("program", reverse("certifications:approved_program", args=[cip_code]))]


def text_of(response) -> str:
    """What somebody can read in a response; of PDF and XLSX what is inside."""
    content = response.getvalue()
    kind = response.get("Content-Type", "")
    if kind == "application/pdf":
        document = pypdfium2.PdfDocument(content)
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)
    if "spreadsheetml" in kind:
        with zipfile.ZipFile(io.BytesIO(content)) as files:
            return "".join(files.read(name).decode() for name in files.namelist())
    return CHANGING.sub("", content.decode(errors="replace"))


def walk(cast, visitor: Visitor, *, everywhere: bool) -> dict[str, str]:
    """Address -> what it shows to somebody. Lists and files are asked in every order and for every word, too.

    A page that a visitor's first look changes, such as a welcome, has been looked at once before.
    """
    seen = {}
    paths = own_paths(cast, visitor.secret)
    for name, path in [*paths, *(other_paths(cast) if everywhere else [])]:
        response = visitor.client.get(path)
        seen[f"{name} {path}"] = f"{response.status_code} {text_of(response)}"
        asked = (name, path) in paths and "link" not in name and not name.startswith(("packet_", "audit"))
        if response.status_code == 200 and asked:
            for query in QUERIES if name in {"panels", "results"} or name.startswith("download_") else QUERIES[1:3]:
                seen[f"{name} {path}?{query}"] = text_of(visitor.client.get(f"{path}?{query}"))
    return seen


def pages(seen: dict[str, str]) -> int:
    """How many addresses opened."""
    return sum(text.startswith("200 ") for text in seen.values())


def answer_otherwise(ratings) -> None:
    """Other numbers, other words, and "cannot judge" where there was a value."""
    with pgtrigger.ignore():  # what was written down before stays as it is in the row log
        _write_otherwise(ratings)


def _write_otherwise(ratings) -> None:
    for rating in ratings:
        rating.proportion = (rating.proportion + 40) % 101
        rating.proportion_reason = OTHER_REASON
        rating.employer_value, rating.employer_cannot_judge = None, True
        rating.postsecondary_value = 6 - rating.postsecondary_value
        rating.save()


def others_of(cast, held):
    """The answers of all but the first panelist, who may read their own."""
    return Rating.objects.filter(round=held).exclude(panelist=cast.panelists[0])


def leaks(cast, visitors, ratings, *, everywhere=False) -> dict[str, list[str]]:
    """Visitor -> the addresses that show something else once the answers are others."""
    with time_machine.travel(timezone.now(), tick=False):
        for visitor in visitors:
            visitor.client.get(reverse("sme_review:link_welcome", args=[visitor.secret]))
        before = {visitor.name: walk(cast, visitor, everywhere=everywhere) for visitor in visitors}
        point = transaction.savepoint()
        answer_otherwise(ratings)
        after = {visitor.name: walk(cast, visitor, everywhere=everywhere) for visitor in visitors}
        transaction.savepoint_rollback(point)
    for visitor in visitors:  # the walk itself: doors that never opened keep no secret
        opened = pages(before[visitor.name])
        assert opened > (15 if visitor.reads_people else 5 if visitor.name == "panelist" else -1), visitor.name
    return {
        name: [address for address, text in seen.items() if after[name][address] != text]
        for name, seen in before.items()
    }


def assert_no_names(cast, visitor: Visitor, seen: dict[str, str]) -> None:
    """No panelist's name or address but one's own; state staff reads them where it manages the people."""
    hidden = cast.panelists[1:] if visitor.name == "panelist" else cast.panelists
    for address, text in seen.items():
        if not (visitor.reads_people and address.split(" ")[0] in PEOPLE_PAGES):
            assert named(hidden, text) == [], (visitor.name, address)


def named(panelists: list[Panelist], text: str) -> list[str]:
    """Whose name or address a text holds, as a whole: "Expert 1" is not in "Expert 12"."""
    words = [word for panelist in panelists for word in (panelist.name, panelist.email)]
    return [word for word in words if re.search(rf"(?<![\w.]){re.escape(word)}(?!\.?\w)", text)]


@pytest.fixture
def hidden(running):
    """Round 1 is open and everybody has answered with a reason."""
    for panelist in running.panelists:
        rate_all(panelist, running.entries)
    Rating.objects.update(proportion_reason=REASON)
    return running


def test_while_a_round_is_open_no_address_shows_anybody_what_was_answered(hidden, visitors):
    some = [visitor for visitor in visitors if visitor.name in {"consultant", "coordinator", "nobody", "panelist"}]
    found = leaks(hidden, some, others_of(hidden, hidden.round), everywhere=True)
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


def test_no_address_names_a_panelist_beside_answers_or_to_strangers(hidden, visitors, consultant, approver):
    for visitor in visitors:
        seen = walk(hidden, visitor, everywhere=False)
        assert_no_names(hidden, visitor, seen)
        assert visitor.name == "panelist" or REASON not in "".join(seen.values())
    release_all(hidden, consultant, approver)
    for visitor in visitors:
        assert_no_names(hidden, visitor, walk(hidden, visitor, everywhere=False))


def test_pages_that_name_panelists_name_somebody_and_show_staff_no_answer(hidden, visitors, consultant):
    """The exceptions of the walk above, each with somebody on it: who stepped back, who has not finished, all
    others.
    """
    ratings.declare_conflicts(panelist=hidden.panelists[1], reasons={hidden.entries[0].pk: "Sells its training"})
    ratings.reopen_rating(panelist=hidden.panelists[2], panel_certification=hidden.entries[0])
    Panel.objects.filter(pk=hidden.panel.pk).update(assignment="balanced", ratings_wanted=3)
    for panelist in hidden.panelists:
        Assignment.objects.create(panelist=panelist, panel_certification=hidden.entries[0])
    [staff] = [visitor for visitor in visitors if visitor.name == "consultant"]
    being_set_up = PanelistFactory()
    page = staff.client.get(reverse("sme_review:open_round", args=[being_set_up.panel_id])).content.decode()
    assert named([being_set_up], page) == [being_set_up.name]
    before = people_pages(hidden, staff)
    naming = {address.split(" ")[0] for address, text in before.items() if named(hidden.panelists, text)}
    assert naming == PEOPLE_PAGES - {"open_round"}
    assert people_pages_that_show_answers(hidden, staff) == []
    rounds.close_round(by=consultant, round=hidden.round)
    assert people_pages_that_show_answers(hidden, staff) == []
    assert REASON not in "".join([*before.values(), *people_pages(hidden, staff).values()])


def people_pages_that_show_answers(cast, visitor: Visitor) -> list[str]:
    """Those that name somebody and show something else once the answers are others."""
    with time_machine.travel(timezone.now(), tick=False):
        before = people_pages(cast, visitor)
        point = transaction.savepoint()
        answer_otherwise(others_of(cast, cast.round))
        after = people_pages(cast, visitor)
        transaction.savepoint_rollback(point)
    return [address for address, text in after.items() if before[address] != text and named(cast.panelists, text)]


def people_pages(cast, visitor: Visitor) -> dict[str, str]:
    """What those addresses show to somebody; the proposal of who rates what is asked with its numbers."""
    paths = [(name, path) for name, path in own_paths(cast, visitor.secret) if name in PEOPLE_PAGES]
    return {f"{n} {path}": text_of(visitor.client.get(f"{path}?wanted=3&minimum_per_group=0")) for n, path in paths}


def release_all(cast, consultant, approver) -> None:
    """Close the round, send the packet, decide all and release."""
    cast.round = rounds.close_round(by=consultant, round=cast.round)
    refresh(cast)
    for line in send(cast, consultant):
        decide(approver, line, "approved", counts_federally=True)
    release_decisions(by=approver, panel=cast.panel)
    refresh(cast)


def test_while_round_2_is_open_no_address_shows_its_answers(hidden, visitors, consultant):
    rounds.close_round(by=consultant, round=hidden.round)
    refresh(hidden)
    second = rounds.open_round(by=consultant, panel=hidden.panel)
    refresh(hidden)
    for panelist in hidden.panelists:
        rate_all(panelist, hidden.entries)
    some = [visitor for visitor in visitors if visitor.name not in {"auditor", "somebody"}]
    found = leaks(hidden, some, others_of(hidden, second))
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


def test_while_round_2_is_only_planned_no_panelist_sees_round_1(hidden, visitors, consultant):
    rounds.close_round(by=consultant, round=hidden.round)
    refresh(hidden)
    opens_at = timezone.now() + timedelta(days=3)
    rounds.open_round(
        by=consultant, panel=hidden.panel, opens_at=opens_at, due_date=opens_at.date() + timedelta(days=9)
    )
    refresh(hidden)
    some = [visitor for visitor in visitors if visitor.name in {"coordinator", "nobody", "panelist"}]
    found = leaks(hidden, some, others_of(hidden, hidden.round), everywhere=True)
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


def test_the_walk_notices_what_is_shown_after_the_close_and_the_release(hidden, visitors, consultant, approver):
    """The control: the same walk must find what staff may read after the close, and what the packet holds."""
    rounds.close_round(by=consultant, round=hidden.round)
    found = leaks(hidden, visitors, others_of(hidden, hidden.round))
    staff = {address.split(" ")[0] for address in found["consultant"]}
    assert {"results", "download_results", "download_results_xlsx", "recommend"} <= staff
    assert found["panelist"] == found["coordinator"] == found["nobody"] == found["somebody"] == []
    hidden.panel.refresh_from_db()
    release_all_closed(hidden, consultant, approver)
    read = {visitor.name: walk(hidden, visitor, everywhere=False) for visitor in visitors}
    showing = {address.split(" ")[0] for address, text in read["approver"].items() if REASON in text}
    assert {"packet", "packet_pdf", "packet_xlsx", "packet_json", "decide", "results"} <= showing
    outcome = next(text for address, text in read["panelist"].items() if address.startswith("link_outcome "))
    assert "The panel's median is 60" in outcome.replace("&#x27;", "'")
    for name in ("coordinator", "somebody", "nobody", "panelist of another panel"):
        assert REASON not in "".join(read[name].values())


def release_all_closed(cast, consultant, approver) -> None:
    for line in send(cast, consultant):
        decide(approver, line, "approved")
    release_decisions(by=approver, panel=cast.panel)


def test_a_panelist_who_sees_only_own_answers_gets_no_numbers_after_the_release(hidden, consultant, approver):
    Round.objects.filter(panel=hidden.panel).update(panelists_see="own")
    release_all(hidden, consultant, approver)
    secret = secret_for(hidden.panelists[0])
    page = Client().get(reverse("sme_review:link_outcome", args=[secret])).content.decode()
    assert "median is" not in page
    assert "Your answer: 60 percent" in page


def test_the_audit_trail_tells_that_somebody_rated_and_never_what(hidden, consultant, client):
    rating = Rating.objects.filter(panelist=hidden.panelists[0]).first()
    client.force_login(consultant)
    page = client.get(reverse("accounts:audit_thing", args=["sme_review.rating", rating.pk]))
    shown = {change.field for event in page.context["events"] for change in event.changes}
    assert {"Panelist", "State", "Confidential fields"} <= shown
    assert [word for word in shown if "roportion" in word or "alue" in word or "eason" in word] == []
    assert REASON not in page.content.decode()


@pytest.fixture
def live_session(drafted, consultant, approver):
    """A live session: the first certification was rated by all and is closed and not shown; the second is open."""
    drafted.round = live.start_session(by=consultant, panel=drafted.panel, mail_again=False)
    first, second = drafted.entries
    for entry in (first, second):
        ballot = ballots.open_ballot(by=consultant, panel_certification=entry)
        refresh(drafted)
        for panelist in drafted.panelists:
            rate_all(panelist, [entry])
        if entry == first:
            ballots.close_ballot(by=consultant, ballot=ballot)
    refresh(drafted)
    found = []
    for name, user in {"consultant": consultant, "approver": approver}.items():
        client = Client()
        client.force_login(user)
        found.append(Visitor(name, client, reads_people=True))
    return drafted, [*found, Visitor("panelist", Client(), secret_for(drafted.panelists[0]))]


def test_in_a_live_session_nobody_sees_what_is_open_and_no_panelist_what_is_not_shown(live_session):
    cast, visitors = live_session
    first, second = (others_of(cast, cast.round).filter(panel_certification=entry) for entry in cast.entries)
    assert [addresses for addresses in leaks(cast, visitors, second).values() if addresses] == []
    found = leaks(cast, visitors[1:], first)
    assert found["panelist"] == []
    assert "results" in {address.split(" ")[0] for address in found["approver"]}
    ballots.close_ballot(by=cast.panel.created_by, ballot=cast.entries[1].ballots.get())
    ballots.reveal_ballot(by=cast.panel.created_by, ballot=cast.entries[0].ballots.get())
    ballots.put_on_screen(by=cast.panel.created_by, panel_certification=cast.entries[0])
    shown = {address.split(" ")[0] for address in leaks(cast, visitors[2:], first)["panelist"]}
    assert shown & {"link_live", "link_live_rate", "link_rate", "link_ratings"} != set()


def test_the_walk_does_not_take_a_name_inside_another_for_it():
    somebody = Panelist(name="Expert 1", email="expert1@example.org")
    assert named([somebody], "<td>Expert 12</td> <td>an.expert1@example.org.uk</td>") == []
    assert named([somebody], "<td>Expert 1</td> expert1@example.org.") == ["Expert 1", "expert1@example.org"]
