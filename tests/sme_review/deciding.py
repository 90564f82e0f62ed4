"""Short words for the steps from a closed panel to a release."""

from sme_review.models import Panel, Recommendation
from sme_review.services.decisions import decide_listing
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation


def recommend(cast, consultant, *, choice="recommend", note=""):
    """Save a recommendation for all certifications, in their order."""
    choices = [Choice(entry, choice, note=note, position=n) for n, entry in enumerate(cast.entries, start=1)]
    return save_recommendation(by=consultant, panel=cast.panel, text="Both fit.", choices=choices)


def send(cast, consultant) -> list[Recommendation]:
    """Recommend and send; the lines in order."""
    lines = recommend(cast, consultant)
    send_recommendation(by=consultant, panel=cast.panel)
    cast.panel.refresh_from_db()
    return lines


def decide(by, line, outcome, **more):
    """One decision with a reason."""
    if outcome == "approved":
        more.setdefault("first_school_year", 2027)
    return decide_listing(by=by, recommendation=line, outcome=outcome, **{"reason": "Because.", **more})


def again(panel) -> Panel:
    """The panel as it is now."""
    return Panel.objects.get(pk=panel.pk)
