"""A known fault of pages of many small forms: a row shifts, and an answer lands on the wrong certification.

Each page is opened, then certifications are removed, added or put in another order, then the old page is sent. Every
value lands on its own certification or is refused with a message, and nothing that was typed is lost.
"""

import pytest
from django.test import Client
from django.urls import reverse

from sme_review.models import ConflictDeclaration, ListingDecision, Panel, PanelCertification, Rating, Recommendation
from sme_review.services import ballots, live, panelists, panels, ratings, rounds
from sme_review.services.releases import release_decisions
from tests.conftest import Role, make_member
from tests.factories.certifications import CertificationFactory
from tests.factories.sme_review import PanelCertificationFactory
from tests.sme_review.conftest import COMPLETE, rate_all, refresh
from tests.sme_review.deciding import decide, recommend, send
from tests.sme_review.old_pages import form_on

RATED = {"proportion": "70", "employer_value": "4", "postsecondary_value": "3"}


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def text(response):
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def remove(cast, entry, by):
    panels.remove_certification(by=by, panel_certification=entry)


def add(cast, by):
    """One more certification, first in the order."""
    [added] = panels.add_certifications(
        by=by, panel=cast.panel, certifications=[CertificationFactory(information_sheet="What it covers.")]
    )
    reorder(added, 1, by)
    return added


def reorder(entry, place, by):
    panels.change_panel_certification(
        by=by, panel_certification=entry, information_sheet=entry.material.information_sheet, position=place
    )


def rate(person, entry):
    ratings.save_rating(panelist=person, panel_certification=entry, answers=COMPLETE, version=0)
    ratings.submit_ratings(panelist=person, panel_certification=entry)


@pytest.fixture
def three(running, consultant):
    """Three certifications on a running panel, and the desk of one panelist."""
    running.entries = [
        *running.entries,
        *panels.add_certifications(
            by=consultant,
            panel=running.panel,
            certifications=[CertificationFactory(information_sheet="What it covers.")],
        ),
    ]
    return running


# Panelists


def test_a_rating_stays_with_its_certification_when_others_move(three, consultant, client):
    first, second, third = three.entries
    address = url("link_rate", three.secrets[three.panelists[0].pk], second.pk)
    page = form_on(client.get(address), "proportion")
    remove(three, first, consultant)
    reorder(third, 1, consultant)
    add(three, consultant)
    client.post(address, {**page, **RATED, "action": "next"})
    rating = Rating.objects.get()
    assert (rating.panel_certification, rating.proportion, rating.material) == (second, 70, second.material)


def test_a_rating_in_a_live_session_stays_with_its_certification(drafted, consultant, client):
    """The facilitators go on to the next certification while somebody still types on the first."""
    live.start_session(by=consultant, panel=drafted.panel, mail_again=False)
    refresh(drafted)
    first, second = drafted.entries
    person = drafted.panelists[0]
    secret = panelists.new_link(person).split("/")[-2]
    ballot = ballots.open_ballot(by=consultant, panel_certification=first)
    page = form_on(client.get(url("link_live", secret)), "proportion")
    rate(drafted.panelists[1], first)
    ballots.close_ballot(by=consultant, ballot=ballot)
    ballots.open_ballot(by=consultant, panel_certification=second)
    late = client.post(url("link_live_rate", secret, first.pk), {**page, **RATED, "action": "submit"})
    assert late.status_code == 409
    assert 'value="70"' in text(late)
    assert not Rating.objects.filter(panelist=person).exists()


def test_a_conflict_stays_with_its_certification_when_others_move(three, consultant, client):
    first, second, third = three.entries
    person = three.panelists[0]
    address = url("link_conflicts", three.secrets[person.pk])
    page = form_on(client.get(address), f"reason_{second.pk}")
    remove(three, first, consultant)
    reorder(third, 1, consultant)
    added = add(three, consultant)
    typed = {f"conflict_{second.pk}": "on", f"reason_{second.pk}": "I write its test questions"}
    client.post(address, {**page, **typed, "action": "declare"})
    assert ConflictDeclaration.objects.get().panel_certification == second
    assert not added.conflicts.exists()


# Consultants


def test_ticks_of_who_rates_a_certification_stay_with_their_people(drafted, consultant):
    """Somebody is taken off the panel and somebody joins, first by name, while the page of one certification is
    open.
    """
    Panel.objects.update(assignment="balanced", ratings_wanted=2)
    first, second, third, *_ = drafted.panelists
    entry = drafted.entries[0]
    address = url("assignment_certification", drafted.panel.pk, entry.pk)
    desk = signed_in(consultant)
    page = form_on(desk.get(address), "on_page")
    panelists.remove_panelist(by=consultant, panelist=first)
    drafted.panel.refresh_from_db()
    panelists.add_panelist(
        by=consultant, panel=drafted.panel, name="Aaron", email="aaron@example.org", group="secondary"
    )
    told = desk.post(address, {**page, "ticked": [str(first.pk), str(second.pk), str(third.pk)]}, follow=True)
    assert "has since been taken off the panel, so it was skipped" in text(told)
    assert set(entry.assignments.values_list("panelist", flat=True)) == {second.pk, third.pk}
    assert not drafted.entries[1].assignments.exists()


@pytest.fixture
def written(three, consultant):
    """Two of three certifications rated, the round closed; the consultant's old page with something typed on each."""
    for person in three.panelists:
        rate_all(person, three.entries[:2])
    three.round = rounds.close_round(by=consultant, round=three.round)
    refresh(three)
    page = form_on(signed_in(consultant).get(url("recommend", three.panel.pk)), "text")
    first, second, third = three.entries
    typed = {"text": "Both fit.", "action": "save"}
    for entry, choice in ((first, "recommend"), (second, "discuss"), (third, "set_aside")):
        typed |= {f"certification-{entry.pk}-choice": choice, f"certification-{entry.pk}-note": f"About {entry.pk}"}
    return three, {**page, **typed}


def saved_choices():
    return {item.panel_certification_id: (item.choice, item.note) for item in Recommendation.objects.all()}


def test_recommendations_stay_with_their_certifications_in_another_order(written, consultant):
    cast, page = written
    for place, entry in enumerate(reversed(cast.entries), start=1):
        PanelCertification.objects.filter(pk=entry.pk).update(position=place)
    signed_in(consultant).post(url("recommend", cast.panel.pk), page)
    first, second, third = cast.entries
    assert saved_choices() == {
        first.pk: ("recommend", f"About {first.pk}"),
        second.pk: ("discuss", f"About {second.pk}"),
        third.pk: ("set_aside", f"About {third.pk}"),
    }
    assert list(Recommendation.objects.values_list("panel_certification", flat=True)) == [first.pk, second.pk, third.pk]


def test_a_recommendation_on_what_was_taken_off_meanwhile_is_told_and_kept_to_read(written, consultant):
    """A second round was held meanwhile, and the certification that nobody rated was taken off the panel in it."""
    cast, page = written
    first, second, third = cast.entries
    held = rounds.open_round(by=consultant, panel=cast.panel, entries=[third], mail_again=False)
    refresh(cast)
    remove(cast, third, consultant)
    rounds.close_round(by=consultant, round=held)
    desk = signed_in(consultant)
    told = desk.post(url("recommend", cast.panel.pk), page)
    assert told.status_code == 200
    assert f"About {third.pk}" in text(told)
    assert "no longer on this page" in text(told)
    assert saved_choices() == {}
    again_sent = form_on(told, "text")
    assert again_sent[f"certification-{first.pk}-note"] == [f"About {first.pk}"]
    assert desk.post(url("recommend", cast.panel.pk), {**again_sent, "action": "save"}).status_code == 302
    assert saved_choices() == {
        first.pk: ("recommend", f"About {first.pk}"),
        second.pk: ("discuss", f"About {second.pk}"),
    }


def test_somebody_who_saved_meanwhile_is_not_overwritten_by_an_old_page_with_a_row_too_many(written, consultant):
    cast, page = written
    held = rounds.open_round(by=consultant, panel=cast.panel, entries=cast.entries[2:], mail_again=False)
    refresh(cast)
    remove(cast, cast.entries[2], consultant)
    rounds.close_round(by=consultant, round=held)
    refresh(cast)
    cast.entries = cast.entries[:2]
    recommend(cast, consultant, choice="do_not_recommend", note="Saved meanwhile")
    desk = signed_in(consultant)
    told = desk.post(url("recommend", cast.panel.pk), page)
    stale = desk.post(url("recommend", cast.panel.pk), {**form_on(told, "text"), "action": "save"})
    assert "Somebody saved this recommendation since you opened the page" in text(stale)
    assert {note for _, note in saved_choices().values()} == {"Saved meanwhile"}


def test_a_recommendation_written_while_the_panel_rates_again_is_refused_and_kept_to_read(written, consultant):
    cast, page = written
    rounds.open_round(by=consultant, panel=cast.panel, mail_again=False)
    told = signed_in(consultant).post(url("recommend", cast.panel.pk), page)
    assert told.status_code == 409
    assert "Panelists are rating again" in text(told)
    for words in ("Both fit.", *(f"About {entry.pk}" for entry in cast.entries)):
        assert words in text(told)
    assert saved_choices() == {}


def test_a_recommendation_page_from_before_a_certification_joined_is_refused_and_kept(written, consultant):
    cast, page = written
    added = PanelCertificationFactory(panel=cast.panel, position=1)
    told = signed_in(consultant).post(url("recommend", cast.panel.pk), page)
    assert f"{added} joined the panel since you opened this page." in text(told)
    assert saved_choices() == {}
    kept = form_on(told, "text")
    assert {name: kept[name] for name in page if name.endswith("note")} == {
        name: [value] for name, value in page.items() if name.endswith("note")
    }
    assert kept[f"certification-{added.pk}-note"] == [""]


def test_a_recommendation_on_what_is_settled_meanwhile_is_told_and_kept_to_read(closed, consultant, approver):
    """One certification is decided and released and one sent back while an old page is open."""
    recommend(closed, consultant)
    desk = signed_in(consultant)
    page = form_on(desk.get(url("recommend", closed.panel.pk)), "text")
    settled, back = send(closed, consultant)
    decide(approver, settled, "approved")
    decide(approver, back, "sent_back")
    release_decisions(by=approver, panel=closed.panel)
    prefix = f"certification-{settled.panel_certification_id}"
    told = desk.post(url("recommend", closed.panel.pk), {**page, f"{prefix}-note": "Typed with care", "action": "save"})
    assert told.status_code == 200
    assert "Typed with care" in text(told)
    assert Recommendation.objects.get(pk=settled.pk).note == ""


# Approvers


@pytest.fixture
def sent(closed, consultant, approver):
    """The lines of a sent recommendation, the approver's desk, and the old page with a decision typed on each."""
    first, second = send(closed, consultant)
    desk = signed_in(approver)
    page = form_on(desk.get(url("decide", closed.panel.pk)), "packet")
    typed = {
        f"recommendation-{first.pk}-outcome": "declined",
        f"recommendation-{first.pk}-reason": "First: too narrow",
        f"recommendation-{second.pk}-outcome": "approved",
        f"recommendation-{second.pk}-reason": "Second: strong",
    }
    return first, second, desk, {**page, **typed}


def kept_decisions():
    return {
        item.recommendation_id: (item.outcome, item.reason)
        for item in ListingDecision.objects.filter(superseded_at=None, undone_at=None)
    }


def test_decisions_stay_with_their_certifications_in_another_order(closed, sent):
    first, second, desk, page = sent
    Recommendation.objects.filter(pk=first.pk).update(position=9)
    PanelCertification.objects.filter(pk=second.panel_certification_id).update(position=1)
    desk.post(url("decide", closed.panel.pk), page)
    assert kept_decisions() == {
        first.pk: ("declined", "First: too narrow"),
        second.pk: ("approved", "Second: strong"),
    }


def test_of_several_decisions_those_that_somebody_has_taken_meanwhile_are_refused_alone(closed, sent):
    first, second, desk, page = sent
    other = make_member(Role.OCTE_APPROVER, name="Olive Second")
    decide(other, first, "deferred")
    told = desk.post(url("decide", closed.panel.pk), page)
    assert f"{first}: Olive Second has already decided this certification (deferred)" in text(told)
    assert "First: too narrow" in text(told)
    assert kept_decisions() == {first.pk: ("deferred", "Because."), second.pk: ("approved", "Second: strong")}


@pytest.mark.parametrize("outcomes", [("approved", "declined"), ("approved", "sent_back")])
def test_decisions_on_a_panel_that_was_released_meanwhile_are_refused_and_kept_to_read(closed, sent, outcomes):
    """Everything was decided and released, or went back to the consultant, while an old page is open."""
    first, second, desk, page = sent
    other = make_member(Role.OCTE_APPROVER, name="Olive Second")
    for line, outcome in zip((first, second), outcomes, strict=True):
        decide(other, line, outcome)
    release_decisions(by=other, panel=closed.panel)
    before = kept_decisions()
    told = desk.post(url("decide", closed.panel.pk), page)
    assert told.status_code == 409
    assert "Choose a decision for at least one" not in text(told)
    assert "not with the approvers now" in text(told) or "decided and released" in text(told)
    assert "First: too narrow" in text(told)
    assert "Second: strong" in text(told)
    assert kept_decisions() == before


def several(desk, closed, lines, reason="For all of them"):
    page = form_on(desk.get(url("decide_several", closed.panel.pk)), "packet")
    return {**page, "ticked": [str(line.pk) for line in lines], "outcome": "deferred", "reason": reason}


def test_one_decision_for_several_lands_on_those_that_were_ticked(closed, sent):
    first, second, desk, _ = sent
    page = several(desk, closed, [second])
    Recommendation.objects.filter(pk=first.pk).update(position=9)
    desk.post(url("decide_several", closed.panel.pk), page)
    assert kept_decisions() == {second.pk: ("deferred", "For all of them")}


def test_one_decision_for_several_of_which_one_is_taken_is_refused_and_kept(closed, sent):
    first, second, desk, _ = sent
    page = several(desk, closed, [first, second])
    decide(make_member(Role.OCTE_APPROVER), first, "declined")
    told = desk.post(url("decide_several", closed.panel.pk), page)
    assert "One that you ticked was decided since you opened this page" in text(told)
    kept = form_on(told, "packet")
    assert (kept["ticked"], kept["reason"]) == ([str(second.pk)], ["For all of them"])
    assert kept_decisions() == {first.pk: ("declined", "Because.")}


def test_one_decision_for_several_on_a_panel_that_was_released_is_told_and_kept_to_read(closed, sent):
    first, second, desk, _ = sent
    page = several(desk, closed, [first, second], reason="Typed with care")
    other = make_member(Role.OCTE_APPROVER)
    decide(other, first, "approved")
    decide(other, second, "declined")
    release_decisions(by=other, panel=closed.panel)
    told = desk.post(url("decide_several", closed.panel.pk), page)
    assert told.status_code == 409
    assert "decided and released" in text(told)
    assert "Typed with care" in text(told)
