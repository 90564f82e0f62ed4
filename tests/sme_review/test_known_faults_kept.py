"""Known faults of such tools: an item deleted with ratings attached; statistics stale after somebody is removed or a
threshold changes; two saves racing.
"""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.problems import Problem, StaleVersionError
from sme_review.figures.canonical import sha256_of
from sme_review.models import ListingDecision, Panel, PanelCertification, Rating, Recommendation
from sme_review.selectors.packet_content import packet_content
from sme_review.selectors.recommendations import recommendation_mark
from sme_review.services import panels
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from sme_review.validators import Answers
from tests.conftest import Role, make_member
from tests.factories.sme_review import DiscussionFactory, RecommendationFactory, StandardMarkFactory
from tests.sme_review.conftest import rate_all
from tests.sme_review.deciding import again, decide, recommend, send
from tests.sme_review.old_pages import form_on
from tests.sme_review.racing import together
from tests.sme_review.results import results_of


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


def test_an_item_with_ratings_is_not_deleted_from_its_panel(rated, consultant, client):
    """Known fault: an item deleted with ratings attached. The page refuses and says why; nothing is lost."""
    entry = rated.entries[0]
    with pytest.raises(Problem, match=f"{entry} cannot be removed: 5 panelists have already rated it"):
        panels.remove_certification(by=consultant, panel_certification=entry)
    client.force_login(consultant)
    page = client.post(url("remove_certification", rated.panel.pk, entry.pk), follow=True)
    assert "5 panelists have already rated it, and ratings are kept" in page.content.decode()
    assert Rating.objects.filter(panel_certification=entry).count() == 5


def delete_past_the_code(thing) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {type(thing)._meta.db_table} WHERE id = %s", [thing.pk])  # noqa: S608 - our own
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_item_with_ratings_is_not_deleted_from_the_catalog_nor_past_the_code(rated, approver, client):
    """Known fault: an item deleted with ratings attached, from the catalog's admin, the shell or the database."""
    entry = rated.entries[0]
    for thing in (entry, entry.certification):
        with pytest.raises(ProtectedError):
            thing.delete()
    with pytest.raises(IntegrityError):
        delete_past_the_code(entry)
    client.force_login(approver)
    page = client.post(
        reverse("admin:certifications_certification_delete", args=[entry.certification_id]), {"post": "yes"}
    )
    assert page.status_code in {200, 302, 403}
    assert PanelCertification.objects.filter(pk=entry.pk, certification=entry.certification).exists()
    assert Rating.objects.filter(panel_certification=entry).count() == 5


@pytest.mark.parametrize(
    "kept",
    [
        lambda rating: rating.panel_certification,
        lambda rating: rating.round,
        lambda rating: rating.ballot,
        lambda rating: rating.material,
        lambda rating: rating.panelist,
        lambda rating: rating.round.panel,
        lambda rating: rating.panel_certification.certification,
        lambda rating: rating.marks.get().standard,
    ],
    ids=["entry", "round", "ballot", "material", "panelist", "panel", "certification", "standard"],
)
def test_nothing_that_ratings_rest_on_is_deleted(kept, rated):
    """Known fault: an item deleted with ratings attached. Neither a slip in the code nor SQL takes it away."""
    StandardMarkFactory(rating=Rating.objects.get(panelist=rated.panelists[0], panel_certification=rated.entries[0]))
    thing = kept(Rating.objects.filter(marks__isnull=False).get())
    with pytest.raises(ProtectedError):
        thing.delete()
    with pytest.raises(IntegrityError):
        delete_past_the_code(thing)
    assert Rating.objects.count() == 10


def test_no_address_of_the_staff_deletes_a_rated_item_or_its_rater(rated, consultant, approver, client):
    """Known fault: an item deleted with ratings attached. Every button that removes, pressed by those who may."""
    entry, person = rated.entries[0], rated.panelists[0]
    for user in (consultant, approver):
        client.force_login(user)
        for address in (
            url("remove_certification", rated.panel.pk, entry.pk),
            url("remove_panelist", rated.panel.pk, person.pk),
        ):
            assert client.post(address, follow=True).status_code in {200, 403}
    assert Rating.objects.filter(panel_certification=entry, panelist=person).exists()
    assert (rated.panel.certifications.count(), rated.panel.panelists.count()) == (2, 5)


@pytest.mark.parametrize("factory", [DiscussionFactory, RecommendationFactory])
def test_an_item_that_nobody_rated_and_that_was_talked_about_says_why_it_stays(factory, running, consultant, client):
    """Notes of a discussion, or a recommendation of an earlier round, hang on it: a message, and no error page."""
    entry = running.entries[0]
    factory(panel_certification=entry)
    client.force_login(consultant)
    page = client.post(url("remove_certification", running.panel.pk, entry.pk), follow=True)
    assert page.status_code == 200
    assert f"{entry} cannot be removed" in page.content.decode()
    assert PanelCertification.objects.filter(pk=entry.pk).exists()
    assert entry.ballots.exists()


def test_an_item_whose_notes_were_emptied_again_can_be_removed(running, consultant):
    entry = running.entries[0]
    DiscussionFactory(panel_certification=entry, notes="")
    panels.remove_certification(by=consultant, panel_certification=entry)
    assert not PanelCertification.objects.filter(pk=entry.pk).exists()


def preview(panel, viewer):
    """What a packet would hold if it were sent now."""
    return packet_content(panel, viewer=viewer, number=9, frozen_by=viewer, frozen_at=timezone.now())


def test_statistics_follow_when_somebody_leaves_the_panel(closed, consultant, client):
    """Known fault: statistics stale after a panelist is removed. Page, files, map and the next packet all follow."""
    send(closed, consultant)
    frozen = closed.panel.packets.get()
    outlier = closed.panelists[4]
    Rating.objects.filter(panelist=outlier).update(proportion=0)
    assert results_of(closed.panel, viewer=consultant)[0].questions[0].summary.minimum == 0
    client.force_login(consultant)
    before = client.get(url("download_results", closed.panel.pk)).content
    outlier.withdrawn_at, outlier.withdrawn_by = timezone.now(), consultant
    outlier.withdrawal_reason = "Moved out of state"
    outlier.save()
    result = results_of(closed.panel, viewer=consultant)[0]
    assert (result.raters, result.questions[0].summary.minimum) == (4, 60)
    assert result.withheld.startswith("4 people rated it;")
    assert [one.total.invited for one in result.questions] == [4, 4, 4]
    shown = client.get(url("results", closed.panel.pk))
    assert [item.result.raters for item in shown.context["cards"]] == [4, 4]
    assert client.get(url("download_results", closed.panel.pk)).content != before
    now = preview(closed.panel, consultant)
    entry = now["certifications"][0]
    assert (entry["raters"], entry["reading"]) == (4, "Withheld: too few raters")
    assert [sum(group[key] for group in now["participation"]) for key in ("invited", "rated", "missing")] == [4, 4, 0]
    assert [question["total"]["invited"] for question in entry["questions"]] == [4, 4, 4]
    frozen.refresh_from_db()
    assert frozen.content["certifications"][0]["raters"] == 5
    assert sha256_of(frozen.content) == frozen.sha256


def test_readings_follow_when_a_threshold_changes_after_the_recommendation_was_written(closed, consultant):
    """Known fault: statistics stale after a threshold changes. What is sent is read by the rules of that moment."""
    recommend(closed, consultant)
    assert set(Recommendation.objects.values_list("reading", flat=True)) == {"recommend"}
    panels.change_panel(by=consultant, panel=closed.panel, quorum=6)
    with pytest.raises(Problem, match="for a suggested reading"):
        send_recommendation(by=consultant, panel=closed.panel)
    recommend(closed, consultant, note="Five are enough here.")
    send_recommendation(by=consultant, panel=closed.panel)
    entry = closed.panel.packets.get().content["certifications"][0]
    assert (entry["reading"], entry["withheld"]) == (
        "Withheld: too few raters",
        "5 people rated it; the panel's quorum is 6.",
    )
    assert set(Recommendation.objects.values_list("reading", flat=True)) == {"withheld"}


def form_of(cast, text, note, seen, action="save"):
    data = {"action": action, "text": text, "seen": seen}
    for place, entry in enumerate(cast.entries, start=1):
        prefix = f"certification-{entry.pk}"
        data |= {f"{prefix}-choice": "discuss", f"{prefix}-note": note, f"{prefix}-position": str(place)}
    return data


def test_of_two_saves_of_a_recommendation_the_second_is_told_and_keeps_its_text(closed, consultant):
    """Known fault: two saves racing. Two consultants have the page open; one saves, and the other must not undo it."""
    first, second = Client(), Client()
    first.force_login(consultant)
    second.force_login(make_member(Role.OCTE_CONSULTANT))
    address = url("recommend", closed.panel.pk)
    seen = [browser.get(address).context["mark"] for browser in (first, second)]
    mine, theirs = form_of(closed, "Mine.", "N", seen[0]), form_of(closed, "Theirs.", "M", seen[1])
    assert first.post(address, mine).status_code == 302
    assert first.post(address, mine).status_code == 302
    refused = second.post(address, theirs)
    page = refused.content.decode()
    assert "Somebody saved this recommendation since you opened the page" in page
    assert "Theirs." in page
    assert "Mine." in page
    assert again(closed.panel).recommendation_text == "Mine."
    assert second.post(address, {**theirs, "seen": refused.context["mark"]}).status_code == 302
    assert again(closed.panel).recommendation_text == "Theirs."


def test_a_save_after_somebody_sent_is_told_and_keeps_its_text(closed, consultant, client):
    """Known fault: two saves racing, one of them the sending."""
    client.force_login(consultant)
    address = url("recommend", closed.panel.pk)
    seen = client.get(address).context["mark"]
    send(closed, consultant)
    page = client.post(address, form_of(closed, "Typed for an hour.", "N", seen)).content.decode()
    assert "before it is sent" in page
    assert "Typed for an hour." in page
    assert again(closed.panel).recommendation_text == "Both fit."


def test_of_two_who_write_an_information_sheet_the_second_is_told_and_keeps_its_text(drafted, consultant):
    """Known fault: two saves racing, on what panelists read; before the round opens a change leaves no version
    behind.
    """
    entry = drafted.entries[0]
    address = url("certification", drafted.panel.pk, entry.pk)
    first, second = Client(), Client()
    first.force_login(consultant)
    second.force_login(make_member(Role.OCTE_CONSULTANT))
    old = [form_on(browser.get(address), "information_sheet") for browser in (first, second)]
    mine = {**old[0], "information_sheet": "Mine, written for an hour."}
    assert [first.post(address, mine).status_code for _ in range(2)] == [302, 302]
    wrong = second.post(address, {**old[1], "blueprint": "Theirs.", "position": "0"})
    told = second.post(address, {**form_on(wrong, "blueprint"), "position": "1"})
    page = told.content.decode()
    assert "Somebody changed this after you opened the page" in page
    assert "Theirs." in page
    assert page.count("Mine, written for an hour.") == 1
    assert PanelCertification.objects.get(pk=entry.pk).material.blueprint == ""
    both = {**form_on(told, "blueprint"), "information_sheet": "Both."}
    assert second.post(address, both).status_code == 302
    held = PanelCertification.objects.get(pk=entry.pk).material
    assert (held.number, held.information_sheet, held.blueprint) == (1, "Both.", "Theirs.")


@pytest.mark.django_db(transaction=True)
def test_of_two_transactions_that_save_a_recommendation_one_wins(closed, consultant):
    """Known fault: two saves racing, in the same instant."""
    seen = recommendation_mark(closed.panel)

    def saving(text):
        choices = [Choice(entry, "discuss", text, n) for n, entry in enumerate(closed.entries, start=1)]
        return lambda: save_recommendation(by=consultant, panel=closed.panel, text=text, choices=choices, seen=seen)

    met = together(saving("One."), saving("Other."))
    assert sum(isinstance(each, StaleVersionError) for each in met) == 1
    text = again(closed.panel).recommendation_text
    assert set(Recommendation.objects.values_list("note", flat=True)) == {text}


@pytest.mark.django_db(transaction=True)
def test_of_two_approvers_who_decide_the_same_at_once_one_wins(closed, consultant, approver):
    """Known fault: two saves racing, on a decision."""
    line = send(closed, consultant)[0]
    other = make_member(Role.OCTE_APPROVER)
    met = together(lambda: decide(approver, line, "approved"), lambda: decide(other, line, "declined"))
    [problem] = [each for each in met if isinstance(each, Problem)]
    assert "has already decided this certification" in problem.message
    assert ListingDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_panelist_in_two_browsers_keeps_one_rating(running):
    """Known fault: two saves racing, on a rating: the same first version from a phone and a laptop."""
    panelist, entry = running.panelists[0], running.entries[0]
    met = together(
        lambda: rate_all(panelist, [entry], Answers(60, "", 4, postsecondary_value=3)),
        lambda: rate_all(panelist, [entry], Answers(70, "", 3, postsecondary_value=3)),
    )
    assert Rating.objects.filter(panelist=panelist, panel_certification=entry).count() == 1
    # The second is told that it was saved elsewhere, or that it is submitted by now.
    assert sum(isinstance(each, Problem) for each in met) == 1
    assert Panel.objects.get(pk=running.panel.pk).state == Panel.State.RUNNING
