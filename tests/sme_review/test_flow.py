"""The whole life of a panel through its services."""

from certifications.models import ProgramCertification
from sme_review.enums import Reading, Suggestion
from sme_review.models import ListingDecision, Panel, Round
from sme_review.services.decisions import decide_listing
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from sme_review.services.releases import release_decisions
from tests.sme_review.results import results_of


def test_panel_runs_from_draft_to_listing(closed, consultant, approver):
    results = results_of(closed.panel, viewer=consultant)
    assert [result.reading for result in results] == [Reading.RECOMMEND, Reading.RECOMMEND]
    saved = save_recommendation(
        by=consultant,
        panel=closed.panel,
        text="Both fit.",
        choices=[Choice(entry, Suggestion.RECOMMEND, position=n) for n, entry in enumerate(closed.entries, start=1)],
    )
    panel = send_recommendation(by=consultant, panel=closed.panel)
    assert panel.state == Panel.State.RECOMMENDED
    assert panel.rounds.get().state == Round.State.FROZEN
    approved = decide_listing(
        by=approver,
        recommendation=saved[0],
        outcome=ListingDecision.Outcome.APPROVED,
        reason="Strong on every question.",
        first_school_year=2027,
        counts_federally=True,
    )
    declined = decide_listing(
        by=approver, recommendation=saved[1], outcome=ListingDecision.Outcome.DECLINED, reason="Covered by the first."
    )
    assert not ProgramCertification.objects.exists()
    release_decisions(by=approver, panel=panel)
    for thing in (panel, approved, declined):
        thing.refresh_from_db()
    assert panel.state == Panel.State.DECIDED
    assert list(ProgramCertification.objects.in_force(2027)) == [approved.listing]
    assert declined.listing.status == ProgramCertification.Status.DECLINED
