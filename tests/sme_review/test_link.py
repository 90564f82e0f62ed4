"""What a personal link opens, what it does not, and that nothing typed is lost."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEntry
from sme_review.models import ConflictDeclaration, Panelist, Rating
from sme_review.services import panelists, panels, ratings, rounds
from sme_review.services.decisions import decide_listing
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from sme_review.services.releases import release_decisions
from sme_review.validators import Answers
from tests.dates import due, in_words
from tests.factories.sme_review import ConflictDeclarationFactory
from tests.sme_review.conftest import COMPLETE, rate_all, send_rating

PAGES = [
    "link_welcome",
    "link_conflicts",
    "link_standards",
    "link_ratings",
    "link_review",
    "link_submitted",
    "link_outcome",
]
TYPED = {
    "proportion": "70",
    "proportion_reason": "",
    "employer_value": "5",
    "employer_reason": "Every shop asks for it.",
    "postsecondary_value": "cannot_judge",
    "postsecondary_reason": "",
}


def url(name, secret, *args):
    return reverse(f"sme_review:{name}", args=[secret, *args])


@pytest.fixture
def person(running) -> Panelist:
    return running.panelists[0]


@pytest.fixture
def secret(running, person) -> str:
    return running.secrets[person.pk]


@pytest.fixture
def rate_url(running, secret) -> str:
    return url("link_rate", secret, running.entries[0].pk)


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_without_signing_in(client, secret, name):
    assert client.get(url(name, secret)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_unknown_link_gets_a_friendly_page(client, running, name):
    response = client.get(url(name, "wrong"))
    assert response.status_code == 404
    assert response.templates[0].name == "sme_review/link/unknown.html"


def test_mail_says_what_by_when_and_how_long(running, person):
    message = next(message for message in mail.outbox if message.to == [person.email])
    assert (
        message.subject
        == f"Please rate certifications for {running.panel.program.title} by {in_words(due(), year=False)}"
    )
    for words in ("2 certifications", in_words(due()), "about 25 minutes", "/link/panel/"):
        assert words in message.body
    assert len(mail.outbox) == len(running.panelists)


def resent(consultant, person, capture) -> mail.EmailMessage:
    mail.outbox.clear()
    with capture(execute=True):
        panelists.send_new_link(by=consultant, panelist=person)
    return mail.outbox[0]


def test_only_a_link_that_was_sent_anew_takes_the_place_of_others(
    running, person, consultant, django_capture_on_commit_callbacks
):
    words = "It takes the place of any link that you had for this panel before."
    assert not [message for message in mail.outbox if words in message.body]
    assert words in resent(consultant, person, django_capture_on_commit_callbacks).body


def test_a_link_sent_after_the_close_asks_for_nothing(closed, consultant, django_capture_on_commit_callbacks):
    message = resent(consultant, closed.panelists[0], django_capture_on_commit_callbacks)
    assert message.subject == f"Your personal link to the panel for {closed.panel.program.title}"
    assert "There is nothing to rate now." in message.body
    assert "Due:" not in message.body
    assert "/link/panel/" in message.body


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_mail_scanner_does_no_harm(client, running, person, secret, method):
    entry = running.entries[0]
    ratings.save_rating(panelist=person, panel_certification=entry, answers=COMPLETE, version=0)
    Panelist.objects.update(first_opened_at=None)
    before = list(Rating.objects.values())
    for name in PAGES:
        getattr(client, method)(url(name, secret))
    for name in ("link_rate", "link_change"):
        getattr(client, method)(url(name, secret, entry.pk))
    assert list(Rating.objects.values()) == before
    assert not Panelist.objects.exclude(first_opened_at=None).exists()
    assert not AuditEntry.objects.exclude(by_label="").exists()


def test_post_without_the_page_is_refused(client, rate_url):
    client.handler.enforce_csrf_checks = True
    assert send_rating(client, rate_url, {**TYPED, "action": "save", "version": 0}).status_code == 403
    assert not Rating.objects.exists()


def test_new_link_ends_the_old_one(client, running, person, secret, consultant):
    panelists.send_new_link(by=consultant, panelist=person)
    assert client.get(url("link_welcome", secret)).status_code == 404


def test_link_of_a_removed_panelist_is_dead(client, person, secret, consultant):
    panelists.remove_panelist(by=consultant, panelist=person)
    assert client.get(url("link_welcome", secret)).status_code == 404


def test_link_of_a_panel_put_away_is_gone(client, closed, consultant):
    secret = closed.secrets[closed.panelists[0].pk]
    assert client.get(url("link_welcome", secret)).status_code == 200
    panels.put_away_panel(by=consultant, panel=closed.panel, reason="Over")
    response = client.get(url("link_welcome", secret))
    assert response.status_code == 410
    assert response.templates[0].name == "sme_review/link/ended.html"


def test_link_reaches_its_own_panel_only(client, secret, drafted):
    from tests.factories.sme_review import PanelCertificationFactory

    elsewhere = PanelCertificationFactory()
    assert client.get(url("link_rate", secret, elsewhere.pk)).status_code == 404
    assert client.get(reverse("sme_review:panels")).status_code == 302


def test_draft_is_saved_and_found_again(client, person, secret, rate_url):
    half = {**TYPED, "employer_value": "", "employer_reason": ""}
    assert send_rating(client, rate_url, {**half, "action": "save", "version": 0}).headers["Location"] == rate_url
    form = client.get(rate_url).context["form"]
    shown = {name: form[name].value() for name in TYPED}
    assert shown == {**half, "proportion": 70}
    rating = Rating.objects.get(panelist=person)
    assert (rating.state, rating.proportion, rating.postsecondary_cannot_judge) == ("draft", 70, True)
    person.refresh_from_db()
    assert person.first_opened_at is not None


def test_progress_bar_ends_at_the_number_of_certifications(client, running, secret, rate_url):
    send_rating(client, rate_url, {**TYPED, "action": "save", "version": 0})
    client.post(url("link_review", secret), {"action": "submit"})
    for address in (url("link_ratings", secret), rate_url):
        assert '<progress value="1" max="2" aria-label="1 of 2 done">' in client.get(address).content.decode()


def test_save_and_next_goes_to_the_next_and_then_to_the_review(client, running, secret):
    tasks = client.get(url("link_ratings", secret)).context["tasks"]
    first, second = (url("link_rate", secret, task.entry.pk) for task in tasks)
    assert send_rating(client, first, {**TYPED, "action": "next", "version": 0}).headers["Location"] == second
    assert send_rating(client, second, {**TYPED, "action": "next", "version": 0}).headers["Location"] == url(
        "link_review", secret
    )


def test_save_and_next_names_what_is_missing_and_keeps_the_rest(client, person, rate_url):
    response = send_rating(
        client, rate_url, {**TYPED, "proportion": "10", "employer_reason": "", "action": "next", "version": 0}
    )
    assert response.context["form"].errors == {
        "proportion_reason": ["Say why the share is under 30 percent."],
        "employer_reason": ["Say why you give the value to employers a 5."],
    }
    assert Rating.objects.get(panelist=person).proportion == 10


@pytest.mark.parametrize("action", ["save", "next"])
@pytest.mark.parametrize("typed", ["130", "about 60", "-5", "12.5"])
def test_wrong_number_stays_as_typed_and_the_rest_is_saved(client, person, rate_url, typed, action):
    response = send_rating(client, rate_url, {**TYPED, "proportion": typed, "action": action, "version": 0})
    form = response.context["form"]
    assert form["proportion"].value() == typed
    assert list(form.errors) == ["proportion"]
    rating = Rating.objects.get(panelist=person)
    assert (rating.proportion, rating.employer_value) == (None, 5)
    assert response.context["version"] == rating.version


def test_a_reason_that_is_far_too_long_stays_as_typed_and_leaves_what_was_saved(client, running, person, rate_url):
    send_rating(client, rate_url, {**TYPED, "action": "save", "version": 0})
    told = send_rating(client, rate_url, {**TYPED, "employer_reason": "far " * 2000, "action": "save", "version": 1})
    [message] = told.context["form"].errors["employer_reason"]
    assert "at most 6000 characters" in message
    assert "far far far" in told.content.decode()
    assert person.ratings.get().employer_reason == "Every shop asks for it."


def test_reasons_that_may_be_needed_are_not_called_optional_and_never_cut_off(client, rate_url):
    page = client.get(rate_url).content.decode()
    assert page.count('class="optional"') == 1  # the worksheet's
    assert "maxlength" not in page


def test_blank_is_not_zero(client, person, rate_url):
    send_rating(client, rate_url, {**TYPED, "proportion": "", "action": "save", "version": 0})
    assert Rating.objects.get().proportion is None
    send_rating(client, rate_url, {**TYPED, "proportion": "0", "action": "save", "version": 1})
    assert Rating.objects.get().proportion == 0


def test_double_click_saves_once(client, rate_url):
    for _ in range(2):
        assert send_rating(client, rate_url, {**TYPED, "action": "save", "version": 0}).status_code == 302
    assert Rating.objects.get().version == 1


def test_two_windows_the_second_is_told_and_keeps_its_text(client, rate_url):
    send_rating(client, rate_url, {**TYPED, "action": "save", "version": 0})
    response = send_rating(client, rate_url, {**TYPED, "proportion": "20", "action": "save", "version": 0})
    assert response.context["form"]["proportion"].value() == "20"
    assert response.context["form"].non_field_errors()[0].startswith("This rating was saved in another window")
    assert Rating.objects.get().proportion == 70
    assert (
        send_rating(client, rate_url, {**TYPED, "proportion": "20", "action": "save", "version": 1}).status_code == 302
    )
    assert Rating.objects.get().proportion == 20


@pytest.mark.parametrize("version", ["", "x", "²", "-1", "9" * 5000])
def test_broken_version_is_harmless(client, rate_url, version):
    assert send_rating(client, rate_url, {**TYPED, "action": "save", "version": version}).status_code == 302
    assert Rating.objects.get().proportion == 70


def test_stale_page_can_be_saved_with_the_version_it_is_given(client, rate_url):
    send_rating(client, rate_url, {**TYPED, "action": "save", "version": 0})
    response = send_rating(client, rate_url, {**TYPED, "proportion": "20", "action": "save", "version": 0})
    again = {**TYPED, "proportion": "20", "action": "save", "version": response.context["version"]}
    assert send_rating(client, rate_url, again).status_code == 302
    assert Rating.objects.get().proportion == 20


def test_submit_takes_what_is_finished_and_leaves_the_rest(client, running, person, secret):
    ratings.save_rating(panelist=person, panel_certification=running.entries[0], answers=COMPLETE, version=0)
    ratings.save_rating(
        panelist=person, panel_certification=running.entries[1], answers=Answers(proportion=5), version=0
    )
    response = client.post(url("link_review", secret), {"action": "submit"})
    assert response.headers["Location"] == url("link_submitted", secret)
    states = list(Rating.objects.order_by("panel_certification").values_list("state", flat=True))
    assert states == ["submitted", "draft"]
    again = client.post(url("link_review", secret), {"action": "submit"})
    assert again.headers["Location"] == url("link_review", secret)


def test_submitted_rating_is_reopened_changed_and_submitted_again(client, running, person, secret, rate_url):
    rate_all(person, running.entries)
    assert client.get(rate_url).context["read_only"] is True
    assert send_rating(client, rate_url, {**TYPED, "action": "save", "version": 2}).status_code == 200
    assert Rating.objects.get(panel_certification=running.entries[0]).proportion == 60
    client.post(url("link_change", secret, running.entries[0].pk), {"action": "change"})
    rating = Rating.objects.get(panel_certification=running.entries[0])
    assert (rating.state, rating.submitted_at) == ("draft", None)
    send_rating(client, rate_url, {**TYPED, "action": "save", "version": rating.version})
    client.post(url("link_review", secret), {"action": "submit"})
    rating.refresh_from_db()
    assert (rating.state, rating.proportion) == ("submitted", 70)


def test_late_post_keeps_the_text_and_says_so(client, running, person, rate_url, consultant):
    rounds.close_round(by=consultant, round=running.round)
    response = send_rating(client, rate_url, {**TYPED, "proportion": "33", "action": "next", "version": 0})
    assert response.status_code == 409
    assert response.context["late"] == ratings.CLOSED_MESSAGE
    assert response.context["form"]["proportion"].value() == "33"
    assert b"Every shop asks for it." in response.content
    assert not Rating.objects.exists()


@pytest.mark.parametrize("name", ["link_welcome", "link_conflicts", "link_ratings", "link_review", "link_submitted"])
def test_pages_read_only_after_the_close(client, closed, name):
    response = client.get(url(name, closed.secrets[closed.panelists[0].pk]))
    assert response.status_code == 200
    assert response.context["is_open"] is False


def test_late_submit_change_and_conflict_change_nothing(client, closed):
    secret, entry = closed.secrets[closed.panelists[0].pk], closed.entries[0]
    before = list(Rating.objects.order_by("pk").values())
    client.post(url("link_review", secret), {"action": "submit"})
    client.post(url("link_change", secret, entry.pk), {"action": "change"})
    late = client.post(
        url("link_conflicts", secret),
        {f"conflict_{entry.pk}": "on", f"reason_{entry.pk}": "Late", "action": "declare"},
    )
    assert late.context["form"].non_field_errors() == [ratings.CLOSED_MESSAGE]
    assert list(Rating.objects.order_by("pk").values()) == before
    assert not ConflictDeclaration.objects.exists()


def test_submitted_page_offers_no_change_after_the_close(client, running, person, secret, consultant):
    rate_all(person, running.entries)
    address = url("link_submitted", secret)
    words = "You can change your answers until the round closes"
    assert words in client.get(address).content.decode()
    rounds.close_round(by=consultant, round=running.round)
    assert words not in client.get(address).content.decode()


def test_conflict_recuses_and_an_earlier_rating_no_longer_counts(client, running, person, secret, rate_url):
    entry = running.entries[0]
    rate_all(person, running.entries)
    client.post(
        url("link_conflicts", secret),
        {f"conflict_{entry.pk}": "on", f"reason_{entry.pk}": "I sell its training", "action": "declare"},
    )
    assert ConflictDeclaration.objects.get().reason == "I sell its training"
    assert Rating.objects.get(panel_certification=entry).state == "draft"
    assert client.get(rate_url).headers["Location"] == url("link_ratings", secret)
    late = send_rating(client, rate_url, {**TYPED, "action": "save", "version": 3})
    assert (late.status_code, "Every shop asks for it." in late.content.decode()) == (409, True)
    client.post(url("link_conflicts", secret), {f"was_{entry.pk}": "I sell its training", "action": "declare"})
    assert not ConflictDeclaration.objects.exists()


def test_conflict_needs_its_reason_and_a_reason_its_box(client, running, secret):
    first, second = running.entries
    response = client.post(
        url("link_conflicts", secret),
        {f"conflict_{first.pk}": "on", f"reason_{second.pk}": "Mine", "action": "declare"},
    )
    assert set(response.context["form"].errors) == {f"reason_{first.pk}", f"conflict_{second.pk}"}
    assert not ConflictDeclaration.objects.exists()


def test_order_differs_between_panelists_and_stays_for_one(client, drafted, consultant, db):
    from sme_review.selectors.ratings import tasks_of
    from tests.factories.sme_review import PanelCertificationFactory, PanelistFactory

    PanelCertificationFactory.create_batch(8, panel=drafted.panel)
    people = PanelistFactory.create_batch(6, panel=drafted.panel)
    orders = [[task.entry.pk for task in tasks_of(person)] for person in people]
    assert orders == [[task.entry.pk for task in tasks_of(person)] for person in people]
    assert len({tuple(order) for order in orders}) > 1
    assert len({order[0] for order in orders}) > 1


def test_panelist_sees_the_outcome_after_the_decision(client, closed, consultant, approver):
    secret = closed.secrets[closed.panelists[0].pk]
    assert b"Nothing is decided yet" in client.get(url("link_outcome", secret)).content
    choices = [Choice(entry, "recommend") for entry in closed.entries]
    items = save_recommendation(by=consultant, panel=closed.panel, text="Fine.", choices=choices)
    send_recommendation(by=consultant, panel=closed.panel)
    for item in items:
        decide_listing(by=approver, recommendation=item, outcome="declined", reason="Too narrow.")
    assert b"Nothing is decided yet" in client.get(url("link_outcome", secret)).content
    release_decisions(by=approver, panel=closed.panel)
    ConflictDeclarationFactory(panelist=closed.panelists[0], panel_certification=closed.entries[1])
    page = client.get(url("link_outcome", secret))
    assert [outcome.decision.reason for outcome, _ in page.context["outcomes"]] == ["Too narrow.", "Too narrow."]
    assert [outcome.stepped_back for outcome, _ in page.context["outcomes"]] == [False, True]
    welcome = client.get(url("link_welcome", secret)).content.decode()
    assert ("thanks you for your views on" in welcome, "asks what you think" in welcome) == (True, False)


def test_the_row_log_names_the_panelist_and_not_the_link(client, person, rate_url):
    send_rating(client, rate_url, {"action": "save", "version": "0", "proportion": "60"})
    context = Rating.pgh_event_model.objects.get(panelist=person).pgh_context.metadata
    assert context == {"user": None, "url": "", "link": f"Panelist {person.pk}"}
