"""Who is taken off, replaced, or steps back: links, numbers and assignments follow at once."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEntry
from core.problems import MoveNotAllowedError, Problem
from sme_review.models import Assignment, Panelist, Rating
from sme_review.selectors.ratings import panelist_by_secret
from sme_review.selectors.reminders import conflicts_of, withdrawn_of
from sme_review.services import panelists, panels, rounds
from sme_review.services.panelists import NewPanelist
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from tests.factories.sme_review import AssignmentFactory, ConflictDeclarationFactory, PanelFactory
from tests.sme_review.conftest import rate_all, refresh
from tests.sme_review.results import results_of

NEW = NewPanelist(name="Nell Newcomer", email="nell@example.org", group="business")


def replace(by, panelist, **changed) -> Panelist:
    person = NewPanelist(**{**NEW.__dict__, **changed})
    return panelists.replace_panelist(by=by, panelist=panelist, reason="Changed jobs", person=person)


def raters(cast, consultant) -> list[int]:
    return [len(result.questions[0].by_rater) for result in results_of(cast.panel, viewer=consultant)]


def test_numbers_follow_at_once_when_somebody_is_taken_off(closed, consultant):
    before = raters(closed, consultant)
    panelists.withdraw_panelist(by=consultant, panelist=closed.panelists[0], reason="Changed jobs")
    assert (before, raters(closed, consultant)) == ([5, 5], [4, 4])
    assert Rating.objects.filter(panelist=closed.panelists[0]).count() == 2


def test_numbers_follow_at_once_when_a_threshold_changes(closed, consultant):
    before = [result.reading for result in results_of(closed.panel, viewer=consultant)]
    panels.change_panel(by=consultant, panel=closed.panel, quorum=6)
    refresh(closed)
    after = [result.reading for result in results_of(closed.panel, viewer=consultant)]
    assert (before, after) == (["recommend"] * 2, ["withheld"] * 2)


def test_links_of_somebody_taken_off_open_nothing(client, running, consultant):
    person = running.panelists[0]
    secret = running.secrets[person.pk]
    assert panelist_by_secret(secret) == person
    pulse = running.panel.pulse
    panelists.withdraw_panelist(by=consultant, panelist=person, reason="Changed jobs")
    assert client.get(reverse("sme_review:link_welcome", args=[secret])).status_code == 404
    refresh(running)
    assert running.panel.pulse == pulse + 1
    with pytest.raises(MoveNotAllowedError, match="off the panel"):
        panelists.send_new_link(by=consultant, panelist=person)


def test_taking_off_needs_a_reason_and_happens_once(running, consultant):
    person = running.panelists[0]
    with pytest.raises(Problem) as refused:
        panelists.withdraw_panelist(by=consultant, panelist=person, reason=" ")
    assert refused.value.field == "reason"
    first = panelists.withdraw_panelist(by=consultant, panelist=person, reason=" Changed jobs ")
    again = panelists.withdraw_panelist(by=consultant, panelist=person, reason="Other words")
    assert (again.withdrawal_reason, again.withdrawn_at) == ("Changed jobs", first.withdrawn_at)
    assert AuditEntry.objects.filter(verb="took off the panel").count() == 1


def test_nobody_is_taken_off_once_the_recommendation_is_sent(closed, consultant):
    choices = [Choice(entry, "recommend", note="", position=n) for n, entry in enumerate(closed.entries, start=1)]
    save_recommendation(by=consultant, panel=closed.panel, text="Both fit.", choices=choices)
    send_recommendation(by=consultant, panel=closed.panel)
    with pytest.raises(MoveNotAllowedError, match="sent"):
        panelists.withdraw_panelist(by=consultant, panelist=closed.panelists[0], reason="Changed jobs")


def test_nobody_is_removed_once_the_recommendation_is_sent(client, running, consultant):
    *raters, silent = running.panelists
    for person in raters:
        rate_all(person, running.entries)
    rounds.close_round(by=consultant, round=running.round)
    client.force_login(consultant)
    page = reverse("sme_review:panelists", args=[running.panel.pk])
    button = f'Remove<span class="visually-hidden"> {silent.name}'
    assert button in client.get(page).content.decode()
    choices = [Choice(entry, "discuss", note="Few.", position=n) for n, entry in enumerate(running.entries, start=1)]
    save_recommendation(by=consultant, panel=running.panel, text="Few rated.", choices=choices)
    send_recommendation(by=consultant, panel=running.panel)
    with pytest.raises(MoveNotAllowedError, match="sent"):
        panelists.remove_panelist(by=consultant, panelist=silent)
    assert Panelist.objects.filter(pk=silent.pk).exists()
    assert button not in client.get(page).content.decode()


def test_replacement_takes_over_and_is_invited(running, consultant, django_capture_on_commit_callbacks):
    person = running.panelists[3]
    AssignmentFactory(panelist=person, panel_certification=running.entries[1])
    rate_all(person, running.entries[:1])
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        added = replace(consultant, person)
    person.refresh_from_db()
    assert (added.replaces, person.withdrawal_reason) == (person, "Changed jobs")
    assert list(Assignment.objects.filter(panelist=added).values_list("panel_certification", flat=True)) == [
        running.entries[1].pk
    ]
    assert panelist_by_secret(running.secrets[person.pk]) is None
    assert [message.to for message in mail.outbox] == [["nell@example.org"]]
    assert replace(consultant, person, email="third@example.org") == added
    assert [(off.pk, off.rating_count, off.replaced_by) for off in withdrawn_of(running.panel)] == [
        (person.pk, 1, added)
    ]


def test_replacement_with_an_address_on_the_panel_changes_nothing(running, consultant):
    person, other = running.panelists[:2]
    for email in (person.email.upper(), other.email):
        with pytest.raises(Problem, match="already on this panel") as refused:
            replace(consultant, person, email=email)
        assert refused.value.field == "email"
    person.refresh_from_db()
    assert (person.withdrawn_at, Panelist.objects.count()) == (None, 5)


def test_nobody_takes_a_place_once_rating_is_closed(closed, consultant):
    with pytest.raises(MoveNotAllowedError, match="closed"):
        replace(consultant, closed.panelists[0])
    assert not Panelist.objects.filter(withdrawn_at__isnull=False).exists()


def address(name, panel, *more) -> str:
    return reverse(f"sme_review:{name}", args=[panel.pk, *more])


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_pages_take_off_and_replace_and_bear_a_second_press(client, running, consultant):
    client.force_login(consultant)
    person = running.panelists[0]
    rate_all(person, running.entries)
    page = address("withdraw_panelist", running.panel, person.pk)
    assert client.get(page).status_code == 200
    empty = client.post(page, {"reason": ""})
    assert empty.context["form"].errors == {"reason": ["Say why, in a few words."]}
    assert "off the panel. What they rated is kept" in said(client.post(page, {"reason": "Moved"}, follow=True))[0]
    assert said(client.post(page, {"reason": "Moved"}, follow=True)) == [f"{person.name} is off the panel already."]
    page = address("replace_panelist", running.panel, person.pk)
    assert client.get(page).context["form"].initial["reason"] == "Moved"
    given = {"reason": "Moved", "name": "Nell", "email": running.panelists[1].email, "group": "business"}
    refused = client.post(page, given)
    assert "email" in refused.context["form"].errors
    assert 'value="Nell"' in refused.content.decode()
    given["email"] = "nell@example.org"
    assert "Nell replaces" in said(client.post(page, given, follow=True))[0]
    assert said(client.post(page, given, follow=True)) == [f"Nell has already replaced {person.name}."]
    shown = client.get(address("panelists", running.panel)).content.decode()
    assert "replaced by Nell" in shown


def test_pages_of_another_panel_find_nobody(client, running, consultant):
    client.force_login(consultant)
    other = PanelFactory()
    for name in ("withdraw_panelist", "replace_panelist"):
        assert client.get(address(name, other, running.panelists[0].pk)).status_code == 404


def test_page_refuses_to_take_off_after_sending(client, closed, consultant):
    client.force_login(consultant)
    choices = [Choice(entry, "recommend", note="", position=n) for n, entry in enumerate(closed.entries, start=1)]
    save_recommendation(by=consultant, panel=closed.panel, text="Both fit.", choices=choices)
    send_recommendation(by=consultant, panel=closed.panel)
    page = address("withdraw_panelist", closed.panel, closed.panelists[0].pk)
    refused = client.post(page, {"reason": "Moved"})
    assert "The recommendation is sent" in refused.content.decode()


def test_conflicts_are_listed_by_certification_with_the_reason(client, running, approver, django_assert_num_queries):
    second = running.entries[1]
    ConflictDeclarationFactory(panelist=running.panelists[1], panel_certification=second, reason="Sells its books")
    ConflictDeclarationFactory(panelist=running.panelists[0], panel_certification=second)
    client.force_login(approver)
    page = address("conflicts", running.panel)
    shown = client.get(page)
    assert [entry["entry"] for entry in shown.context["entries"]] == [second]
    assert [row.panelist.name for row in conflicts_of(running.panel)] == ["Expert 0", "Expert 1"]
    assert "Sells its books" in shown.content.decode()
    with django_assert_num_queries(1):
        assert len([row.panelist.name for row in conflicts_of(running.panel)]) == 2


def test_conflict_is_neither_a_rating_nor_cannot_judge_nor_missing(running, consultant):
    recused, entry = running.panelists[0], running.entries[0]
    ConflictDeclarationFactory(panelist=recused, panel_certification=entry)
    for person in running.panelists[1:]:
        rate_all(person, [entry])
    rounds.close_round(by=consultant, round=running.round)
    question = results_of(running.panel, viewer=consultant)[0].questions[0]
    assert sorted(question.by_rater) == [person.pk for person in running.panelists[1:]]


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_scanners_of_mail_harm_no_link(client, running, method):
    """GET, HEAD and POST without a form's fields: nothing is opened, accepted or submitted, and the link still
    works.
    """
    person = running.panelists[0]
    secret = running.secrets[person.pk]
    for name in ("welcome", "conflicts", "standards", "ratings", "review", "submitted", "outcome"):
        for _ in range(3):
            answer = getattr(client, method)(reverse(f"sme_review:link_{name}", args=[secret]))
            assert answer.status_code < 500
    rate = reverse("sme_review:link_rate", args=[secret, running.entries[0].pk])
    assert getattr(client, method)(rate).status_code < 500
    person.refresh_from_db()
    assert (person.first_opened_at, person.ratings.count(), person.conflicts.count()) == (None, 0, 0)
    assert client.get(reverse("sme_review:link_welcome", args=[secret])).status_code == 200


def test_links_die_when_the_panel_is_put_away(client, closed, consultant):
    panels.put_away_panel(by=consultant, panel=closed.panel, reason="Over")
    for secret in closed.secrets.values():
        for name in ("welcome", "ratings", "review"):
            page = reverse(f"sme_review:link_{name}", args=[secret])
            assert (client.get(page).status_code, client.post(page).status_code) == (410, 410)
