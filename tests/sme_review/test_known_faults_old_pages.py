"""A known fault of pages that were opened a while ago: they overwrite what happened since, or lose what was typed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sme_review.models import ConflictDeclaration, Panel, Rating, Round
from sme_review.services import ballots, live, panelists, panels, ratings, rounds
from tests.conftest import Role, make_member
from tests.factories.certifications import CertificationFactory
from tests.sme_review.conftest import COMPLETE, rate_all, refresh
from tests.sme_review.old_pages import form_on
from tests.sme_review.test_known_faults_rows import RATED, signed_in, text, three  # noqa: F401 - a fixture

QUIETLY = {"X-Autosave": "1"}


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


@pytest.fixture
def old_page(running, client):
    """The first panelist's page of the first certification, opened in round 1, and its address."""
    address = url("link_rate", running.secrets[running.panelists[0].pk], running.entries[0].pk)
    return address, form_on(client.get(address), "proportion")


def open_round_2(cast, by):
    for other in cast.panelists[1:]:
        rate_all(other, cast.entries)
    rounds.close_round(by=by, round=cast.round)
    refresh(cast)
    rounds.open_round(by=by, panel=cast.panel, mail_again=False)


def test_a_page_of_round_1_is_not_saved_into_round_2(old_page, running, consultant, client):
    address, page = old_page
    open_round_2(running, consultant)
    told = client.post(address, {**page, **RATED, "employer_reason": "Typed with care", "action": "next"})
    assert told.status_code == 409
    assert "closed and opened again after you opened this page" in text(told)
    assert 'value="70"' in text(told)
    assert "Typed with care" in text(told)
    assert not Rating.objects.filter(panelist=running.panelists[0]).exists()


def test_a_page_of_round_1_does_not_save_itself_into_round_2(old_page, running, consultant, client):
    address, page = old_page
    open_round_2(running, consultant)
    told = client.post(address, {**page, **RATED}, headers=QUIETLY)
    assert (told.status_code, "closed and opened again" in told.json()["message"]) == (409, True)
    assert not Rating.objects.filter(panelist=running.panelists[0]).exists()


def test_what_an_old_page_held_can_be_saved_after_another_look(old_page, running, consultant, client):
    """The page that says so is of round 2, and its button saves."""
    address, page = old_page
    open_round_2(running, consultant)
    told = client.post(address, {**page, **RATED, "action": "save"})
    assert client.post(address, {**form_on(told, "proportion"), "action": "save"}).status_code == 302
    rating = Rating.objects.get(panelist=running.panelists[0])
    assert (rating.round.number, rating.proportion, rating.employer_value) == (2, 70, 4)


def test_a_live_page_of_an_earlier_opening_is_refused_and_can_be_sent_again(drafted, consultant, client):
    live.start_session(by=consultant, panel=drafted.panel, mail_again=False)
    refresh(drafted)
    entry, person, other = drafted.entries[0], *drafted.panelists[:2]
    secret = panelists.new_link(person).split("/")[-2]
    ballot = ballots.open_ballot(by=consultant, panel_certification=entry)
    page = form_on(client.get(url("link_live", secret)), "proportion")
    ratings.save_rating(panelist=other, panel_certification=entry, answers=COMPLETE, version=0)
    ratings.submit_ratings(panelist=other)
    ballots.close_ballot(by=consultant, ballot=ballot)
    ballots.open_ballot(by=consultant, panel_certification=entry)
    address = url("link_live_rate", secret, entry.pk)
    told = client.post(address, {**page, **RATED, "action": "submit"})
    assert told.status_code == 409
    assert not Rating.objects.filter(panelist=person).exists()
    client.post(address, {**form_on(told, "proportion"), "action": "submit"})
    assert Rating.objects.get(panelist=person).state == "submitted"


@pytest.mark.parametrize("action", ["save", "next"])
def test_a_rating_of_what_was_taken_off_meanwhile_can_be_copied(action, old_page, running, consultant, client):
    address, page = old_page
    panels.remove_certification(by=consultant, panel_certification=running.entries[0])
    told = client.post(address, {**page, **RATED, "employer_reason": "Typed with care", "action": action})
    assert told.status_code == 409
    assert "taken this certification off the panel" in text(told)
    for words in ("Typed with care", "70", "4 - Preferred"):
        assert words in text(told)


def test_a_draft_of_what_was_taken_off_meanwhile_says_so(old_page, running, consultant, client):
    address, page = old_page
    panels.remove_certification(by=consultant, panel_certification=running.entries[0])
    told = client.post(address, {**page, **RATED}, headers=QUIETLY)
    assert (told.status_code, "off the panel" in told.json()["message"]) == (409, True)


@pytest.mark.parametrize("name", ["link_rate", "link_live_rate"])
def test_a_rating_of_what_somebody_stepped_back_from_meanwhile_can_be_copied(name, old_page, running, client):
    _address, page = old_page
    person, entry = running.panelists[0], running.entries[0]
    ratings.declare_conflicts(panelist=person, reasons={entry.pk: "I sell its training"})
    address = url(name, running.secrets[person.pk], entry.pk)
    sent = {**page, **RATED, "employer_reason": "Typed with care", "action": "save"}
    told = client.post(address, sent)
    assert told.status_code == 409
    assert "You declared a conflict of interest" in text(told)
    assert "Typed with care" in text(told)
    assert "conflict of interest" in client.post(address, sent, headers=QUIETLY).json()["message"]
    assert client.post(address, {"action": "save"}).status_code == 302
    assert not Rating.objects.filter(panelist=person).exists()


def test_an_address_that_was_never_on_the_panel_is_not_found(running, client):
    secret = running.secrets[running.panelists[0].pk]
    for name in ("link_rate", "link_live_rate"):
        assert client.get(url(name, secret, 999_999)).status_code == 404
        assert client.post(url(name, secret, 999_999), {"action": "save"}).status_code == 404


# Conflicts of interest


def test_a_conflict_from_another_tab_is_not_taken_back(running, client):
    person = running.panelists[0]
    first, second = running.entries
    address = url("link_conflicts", running.secrets[person.pk])
    page = form_on(client.get(address), f"reason_{first.pk}")
    ratings.declare_conflicts(panelist=person, reasons={second.pk: "I sell its training"})
    typed = {f"conflict_{first.pk}": "on", f"reason_{first.pk}": "I write its test"}
    client.post(address, {**page, **typed, "action": "declare"})
    declared = ConflictDeclaration.objects.values_list("panel_certification", "reason")
    assert set(declared) == {(first.pk, "I write its test"), (second.pk, "I sell its training")}


def test_a_conflict_with_what_joined_meanwhile_is_not_taken_back(running, consultant, client):
    person = running.panelists[0]
    address = url("link_conflicts", running.secrets[person.pk])
    page = form_on(client.get(address), f"reason_{running.entries[0].pk}")
    sheet = CertificationFactory(information_sheet="What it covers.")
    [added] = panels.add_certifications(by=consultant, panel=running.panel, certifications=[sheet])
    ratings.declare_conflicts(panelist=person, reasons={added.pk: "I sell its training"})
    client.post(address, {**page, "action": "declare"})
    assert ConflictDeclaration.objects.get().panel_certification == added


def test_a_conflict_that_was_taken_back_in_another_tab_does_not_come_back(running, client):
    person, entry = running.panelists[0], running.entries[0]
    address = url("link_conflicts", running.secrets[person.pk])
    ratings.declare_conflicts(panelist=person, reasons={entry.pk: "I sell its training"})
    page = form_on(client.get(address), f"reason_{entry.pk}")
    ratings.declare_conflicts(panelist=person, reasons={entry.pk: ""})
    client.post(address, {**page, "action": "declare"})
    assert not ConflictDeclaration.objects.exists()


def test_a_conflict_is_taken_back_by_its_box(running, client):
    person, entry = running.panelists[0], running.entries[0]
    address = url("link_conflicts", running.secrets[person.pk])
    ratings.declare_conflicts(panelist=person, reasons={entry.pk: "I sell its training"})
    page = form_on(client.get(address), f"reason_{entry.pk}")
    del page[f"conflict_{entry.pk}"]
    client.post(address, {**page, f"reason_{entry.pk}": "", "action": "declare"})
    assert not ConflictDeclaration.objects.exists()


def test_what_was_typed_on_a_conflict_of_what_was_taken_off_is_told(three, consultant, client):  # noqa: F811
    first, second, _third = three.entries
    address = url("link_conflicts", three.secrets[three.panelists[0].pk])
    page = form_on(client.get(address), f"reason_{second.pk}")
    panels.remove_certification(by=consultant, panel_certification=first)
    typed = {f"conflict_{first.pk}": "on", f"reason_{first.pk}": "Typed with care"}
    told = text(client.post(address, {**page, **typed, "action": "declare"}, follow=True))
    assert "Typed with care" in told
    assert "taken that certification off the panel" in told
    assert not ConflictDeclaration.objects.exists()


def test_stepping_back_after_it_was_opened_again_takes_the_rating_out(drafted, consultant):
    live.start_session(by=consultant, panel=drafted.panel, mail_again=False)
    Panel.objects.update(rounds_planned=1)
    refresh(drafted)
    entry, person = drafted.entries[0], drafted.panelists[0]
    ballot = ballots.open_ballot(by=consultant, panel_certification=entry)
    ratings.save_rating(panelist=person, panel_certification=entry, answers=COMPLETE, version=0)
    ratings.submit_ratings(panelist=person, panel_certification=entry)
    ballots.close_ballot(by=consultant, ballot=ballot)
    ballots.open_ballot(by=consultant, panel_certification=entry)
    ratings.declare_conflicts(panelist=person, reasons={entry.pk: "I sell its training"})
    assert Rating.objects.get().state == "draft"


def test_a_conflict_before_the_round_opens_is_kept(drafted, consultant):
    rounds.open_round(by=consultant, panel=drafted.panel, opens_at=timezone.now() + timedelta(days=3))
    refresh(drafted)
    ratings.declare_conflicts(panelist=drafted.panelists[0], reasons={drafted.entries[0].pk: "Sells it"})
    assert ConflictDeclaration.objects.count() == 1


@pytest.mark.parametrize("name", ["link_conflicts", "link_ratings", "link_rate"])
def test_pages_of_a_planned_round_do_not_say_that_it_is_closed(name, drafted, consultant, client):
    rounds.open_round(by=consultant, panel=drafted.panel, opens_at=timezone.now() + timedelta(days=3))
    refresh(drafted)
    secret = panelists.new_link(drafted.panelists[0]).split("/")[-2]
    told = client.get(url(name, *([secret, drafted.entries[0].pk] if name == "link_rate" else [secret])))
    assert told.status_code == 200
    assert "is closed" not in text(told)


# Staff


def test_the_close_button_of_round_1_does_not_close_round_2(rated, consultant):
    desk = signed_in(consultant)
    page = form_on(desk.get(url("round", rated.panel.pk)), "round")
    rounds.close_round(by=consultant, round=rated.round)
    refresh(rated)
    rounds.open_round(by=consultant, panel=rated.panel, mail_again=False)
    desk.post(url("close_round", rated.panel.pk), {**page, "sure": "on"})
    assert Round.objects.get(number=2).state == "open"


def test_of_two_who_change_the_rules_neither_undoes_the_other(drafted, consultant):
    first, second = signed_in(consultant), signed_in(make_member(Role.OCTE_CONSULTANT))
    address = url("rules", drafted.panel.pk)
    pages = [form_on(desk.get(address), "quorum") for desk in (first, second)]
    first.post(address, {**pages[0], "quorum": "7"})
    second.post(address, {**pages[1], "title": "A better title"})
    assert Panel.objects.get().quorum == 7
