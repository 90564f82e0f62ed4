"""A new panel from an earlier one: what comes along, what stays behind, and that nothing of the earlier one changes."""

from datetime import date

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEntry
from sme_review.models import Assignment, ConflictDeclaration, Material, Panel, PanelCertification, Panelist, Rating
from sme_review.selectors.copies import proposal_of
from sme_review.services import panelists, panels, rounds
from sme_review.services.copies import Parts, copy_panel
from tests.dates import later_due
from tests.factories.certifications import CertificationFactory, ProgramStandardFactory
from tests.factories.sme_review import (
    AssignmentFactory,
    ConflictDeclarationFactory,
    MaterialFactory,
    PanelCertificationFactory,
    PanelFactory,
    PanelistFactory,
    PanelistLinkFactory,
    RatingFactory,
    RoundFactory,
)

RULES = {
    "kind": "other",
    "quorum": 6,
    "minimum_per_group": 2,
    "rounds_planned": 1,
    "panelists_see": "own",
    "visible_from": "close",
    "worksheet": "required",
    "assignment": "balanced",
    "ratings_wanted": 4,
    "most_per_panelist": 3,
    "recommend_proportion": 61,
    "recommend_postsecondary": 4,
    "reject_proportion": 31,
    "reject_employer": 1,
    "endorsement_to_5": 91,
    "endorsement_to_8": 81,
    "endorsement_from_9": 71,
}
TYPED = {"title": "Fall 2027", "due_date": str(later_due()), "standards_version": "2027", "rules": "on", "people": "on"}


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


@pytest.fixture
def staff(client, consultant):
    client.force_login(consultant)
    return client


@pytest.fixture
def earlier(db):
    """A panel that was rated: two certifications with materials, one of two versions; two people and one taken off."""
    panel = PanelFactory(title="Fall 2026", **RULES)
    for version in ("2026", "2027"):
        ProgramStandardFactory(program=panel.program, version=version)
    sheets = [
        MaterialFactory(panel_certification=PanelCertificationFactory(panel=panel, position=place)) for place in (7, 3)
    ]
    entry = sheets[0].panel_certification
    MaterialFactory(
        panel_certification=entry, number=2, information_sheet="New", blueprint="Parts", link="https://a.org"
    )
    people = [
        PanelistFactory(panel=panel, title="Teacher", organization="North High", group="business", invited=True),
        PanelistFactory(panel=panel),
    ]
    PanelistFactory(
        panel=panel,
        withdrawn_at="2026-11-24T12:00Z",
        withdrawn_by=panel.created_by,
        withdrawal_reason="Moved",
    )
    PanelistLinkFactory(panelist=people[0])
    AssignmentFactory(panelist=people[0], panel_certification=entry)
    held = RoundFactory(panel=panel, closed=True)
    RatingFactory(panelist=people[0], panel_certification=entry, round=held, material=sheets[0])
    ConflictDeclarationFactory(panelist=people[1], panel_certification=entry)
    Panel.objects.filter(pk=panel.pk).update(state=Panel.State.CLOSED)
    panel.refresh_from_db()
    return panel


def copied(consultant, source, **wishes):
    parts = Parts(**wishes)
    return copy_panel(
        by=consultant,
        source=source,
        title="Fall 2027",
        due_date=later_due(),
        standards_version="2027",
        parts=parts,
    )


def replace(entry, **fields):
    """Let the catalog replace a certification; returns what takes its place."""
    successor = CertificationFactory(**fields)
    entry.certification.replaced_by = successor
    entry.certification.save(update_fields=["replaced_by"])
    return successor


# The service


def test_rules_certifications_and_people_come_along(earlier, consultant):
    made = copied(consultant, earlier)
    panel = made.panel
    panel.refresh_from_db()
    assert (made.is_new, made.certifications, made.people, made.left_out) == (True, 2, 2, ())
    assert (panel.title, panel.due_date, panel.standards_version) == ("Fall 2027", later_due(), "2027")
    assert (panel.program, panel.copied_from, panel.created_by) == (earlier.program, earlier, consultant)
    assert (panel.state, panel.put_away_at, panel.sent_at) == (Panel.State.DRAFT, None, None)
    assert {name: getattr(panel, name) for name in RULES} == RULES
    first, second = earlier.certifications.all()
    assert [(entry.position, entry.certification_id) for entry in panel.certifications.all()] == [
        (1, first.certification_id),
        (2, second.certification_id),
    ]
    materials = Material.objects.filter(panel_certification__panel=panel, panel_certification__position=2)
    assert list(materials.values_list("number", "information_sheet", "blueprint", "link", "made_by")) == [
        (1, "New", "Parts", "https://a.org", consultant.pk)
    ]
    kept = ("name", "email", "title", "organization", "group")
    people = Panelist.objects.filter(panel=panel)
    assert set(people.values_list(*kept)) == set(
        Panelist.objects.filter(panel=earlier, withdrawn_at=None).values_list(*kept)
    )


def test_links_conflicts_ratings_and_assignments_stay_behind(earlier, consultant):
    panel = copied(consultant, earlier).panel
    for person in panel.panelists.all():
        assert (person.invited_at, person.first_opened_at, person.links.count()) == (None, None, 0)
    for model in (Assignment, ConflictDeclaration, Rating):
        assert not model.objects.filter(panelist__panel=panel).exists()
    assert (panel.rounds.count(), mail.outbox) == (0, [])


def test_nothing_of_the_earlier_panel_changes(earlier, consultant):
    def held():
        return [
            list(found.values())
            for found in (
                Panel.objects.filter(pk=earlier.pk),
                PanelCertification.objects.filter(panel=earlier),
                Material.objects.filter(panel_certification__panel=earlier),
                Panelist.objects.filter(panel=earlier),
                Rating.objects.filter(panelist__panel=earlier),
            )
        ]

    before = held()
    copied(consultant, earlier)
    assert held() == before


def test_only_the_parts_that_are_asked_for_come_along(earlier, consultant):
    bare = copied(consultant, earlier, rules=False, certifications=False, people=False)
    assert (bare.certifications, bare.people) == (0, 0)
    assert (bare.panel.quorum, bare.panel.kind, bare.panel.assignment) == (5, "referent_group", "everyone")
    assert (bare.panel.certifications.count(), bare.panel.panelists.count()) == (0, 0)


def test_the_audit_trail_tells_where_a_panel_comes_from(earlier, consultant):
    replace(earlier.certifications.first())
    panel = copied(consultant, earlier).panel
    entry = AuditEntry.objects.get(verb="copied an earlier panel into")
    assert (entry.by, entry.target_id) == (consultant, panel.pk)
    assert entry.detail == {
        "from": earlier.pk,
        "rules": True,
        "certifications": 1,
        "left out": [str(earlier.certifications.first())],
        "people": 2,
    }


def test_what_the_catalog_has_replaced_stays_out_or_comes_as_its_replacement(earlier, consultant):
    entry = earlier.certifications.first()
    successor = replace(entry, information_sheet="", summary="In short", link="https://b.org")
    without = copied(consultant, earlier)
    assert [(each.entry, each.by) for each in without.left_out] == [(entry, successor)]
    assert without.certifications == 1
    panels.put_away_panel(by=consultant, panel=without.panel, reason="Made anew")
    instead = copied(consultant, earlier, replacements=[successor.pk, 999])
    assert (instead.certifications, instead.left_out) == (2, ())
    first = instead.panel.certifications.get(position=1)
    assert (first.certification, first.material.information_sheet) == (successor, "In short")
    assert first.material.link == "https://b.org"
    untouched = copy_panel(
        by=consultant,
        source=earlier,
        title="Only people",
        due_date=later_due(),
        standards_version="2027",
        parts=Parts(certifications=False, replacements=[successor.pk]),
    )
    assert (untouched.certifications, untouched.left_out) == (0, ())


def test_replacements_are_followed_to_the_end_and_proposed_once(earlier, consultant):
    first, second = earlier.certifications.all()
    third = PanelCertificationFactory(panel=earlier, position=9)
    middle, last = CertificationFactory(name="Middle"), CertificationFactory(name="Last")
    middle.replaced_by = last
    middle.save()
    for entry, successor in ((first, middle), (second, last), (third, last)):
        entry.certification.replaced_by = successor
        entry.certification.save()
    proposal = proposal_of(earlier)
    assert [each.by for each in proposal.replaced] == [last, last, last]
    assert [(each.entry, each.by) for each in proposal.replacements] == [(first, last)]
    made = copied(consultant, earlier, replacements=[last.pk])
    assert [entry.certification for entry in made.panel.certifications.all()] == [last]


def test_a_replacement_that_is_on_the_panel_is_not_proposed(earlier, consultant):
    first, second = earlier.certifications.all()
    first.certification.replaced_by = second.certification
    first.certification.save()
    proposal = proposal_of(earlier)
    assert (proposal.entries, proposal.replacements) == ([second], [])
    made = copied(consultant, earlier)
    assert (made.certifications, [each.entry for each in made.left_out]) == (1, [first])


def test_a_certification_without_material_starts_from_the_catalog(consultant):
    entry = PanelCertificationFactory(certification__information_sheet="From the catalog")
    made = copied(consultant, entry.panel)
    assert made.panel.certifications.get().material.information_sheet == "From the catalog"


def test_a_second_press_makes_no_second_panel(earlier, consultant, approver):
    first = copied(consultant, earlier)
    again = copy_panel(
        by=approver, source=earlier, title=" FALL 2027", due_date=date(2100, 1, 1), standards_version="2026"
    )
    assert (again.panel, again.is_new) == (first.panel, False)
    assert Panel.objects.count() == 2
    panels.put_away_panel(by=consultant, panel=first.panel, reason="Made anew")
    assert copied(consultant, earlier).is_new


def test_a_panel_put_away_can_be_copied(earlier, consultant):
    panels.put_away_panel(by=consultant, panel=earlier, reason="Over")
    assert copied(consultant, earlier).is_new


def test_the_copy_of_a_whole_panel_is_ready_to_open(drafted, consultant):
    ProgramStandardFactory(program=drafted.panel.program, version="2027")
    made = copied(consultant, drafted.panel)
    opened = rounds.open_round(by=consultant, panel=made.panel)
    assert opened.ballots.count() == 2
    panelists.remove_panelist(by=consultant, panelist=made.panel.panelists.first())
    assert drafted.panel.panelists.count() == 5


@pytest.mark.parametrize("count", [1, 3])
def test_copying_takes_the_same_queries_whatever_the_size(count, consultant, django_assert_num_queries):
    panel = PanelFactory()
    for place in range(1, count + 1):
        MaterialFactory(panel_certification=PanelCertificationFactory(panel=panel, position=place))
        replace(PanelCertificationFactory(panel=panel, position=place + 5))
    PanelistFactory.create_batch(count, panel=panel)
    assert consultant.scope.state
    # Most of them are the panel's own constraints, each of which is checked by a query.
    with django_assert_num_queries(50):
        copied(consultant, panel)


# The page


def test_a_panel_is_copied_from_its_page(staff, earlier):
    page = staff.get(url("panel", earlier.pk))
    assert f'href="{url("copy_panel", earlier.pk)}"' in page.content.decode()
    form = staff.get(url("copy_panel", earlier.pk)).context["form"]
    assert form["standards_version"].value() == "2027"
    response = staff.post(url("copy_panel", earlier.pk), TYPED | {"certifications": "on"}, follow=True)
    panel = Panel.objects.get(title="Fall 2027")
    assert response.redirect_chain == [(url("panel", panel.pk), 302)]
    assert [str(message) for message in response.context["messages"]] == [
        "The new panel is set up, with 2 certifications and 2 panelists. Check each step, then open round 1."
    ]
    assert f'Copied from <a href="{url("panel", earlier.pk)}">Fall 2026</a>' in response.content.decode()
    again = staff.post(url("copy_panel", earlier.pk), TYPED, follow=True)
    assert again.redirect_chain == response.redirect_chain
    assert [message.level_tag for message in again.context["messages"]] == ["info"]
    assert Panel.objects.count() == 2


def test_the_page_offers_replacements_and_says_what_is_left_out(staff, earlier):
    entry = earlier.certifications.first()
    successor = replace(entry)
    form = staff.get(url("copy_panel", earlier.pk)).context["form"]
    assert form["replacements"].value() == [successor.pk]
    assert form.fields["replacements"].choices == [
        (successor.pk, f"{successor} ({successor.entity}), in place of {entry}")
    ]
    assert f"Left out, because the catalog has replaced them: {entry}." in form.fields["certifications"].help_text
    response = staff.post(url("copy_panel", earlier.pk), TYPED | {"certifications": "on"}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "The new panel is set up, with 1 certification and 2 panelists. Check each step, then open round 1.",
        f"{entry} was left out: the catalog has replaced it with {successor}.",
    ]
    data = TYPED | {"title": "Another", "certifications": "on", "replacements": [successor.pk]}
    staff.post(url("copy_panel", earlier.pk), data)
    assert Panel.objects.get(title="Another").certifications.filter(certification=successor).exists()


def test_what_is_wrong_is_said_at_its_field_and_kept(staff, earlier):
    wrong = {"title": "fall 2026", "due_date": "2020-01-01", "standards_version": "1999", "replacements": ["5"]}
    form = staff.post(url("copy_panel", earlier.pk), wrong).context["form"]
    assert set(form.errors) == {"title", "due_date", "standards_version", "rules"}
    assert form.errors["rules"] == ["Tick at least one part to take along, or set up a new panel instead."]
    assert (form["title"].value(), form["due_date"].value()) == ("fall 2026", "2020-01-01")
    assert Panel.objects.count() == 1


def test_an_empty_panel_offers_its_rules_only(staff, db):
    panel = PanelFactory()
    page = staff.get(url("copy_panel", panel.pk))
    assert [field.name for field in page.context["form"].along()] == ["rules"]
    data = {"title": "New", "due_date": str(later_due()), "standards_version": "", "rules": "on"}
    form = staff.post(url("copy_panel", panel.pk), data).context["form"]
    assert form.errors["standards_version"] == [
        f"{panel.program} has no standards now; a panel needs them to rate by. Import them first."
    ]
    ProgramStandardFactory(program=panel.program, version="2027")
    response = staff.post(url("copy_panel", panel.pk), data | {"standards_version": "2027"}, follow=True)
    assert "with no certifications and no panelists" in str(next(iter(response.context["messages"])))


def test_a_panel_whose_certifications_are_all_replaced_still_offers_them(staff, earlier):
    for entry in earlier.certifications.all():
        replace(entry)
    form = staff.get(url("copy_panel", earlier.pk)).context["form"]
    assert form.fields["certifications"].label == "Its certifications (0)"
    assert len(form.fields["replacements"].choices) == 2


@pytest.mark.parametrize("name", ["state_auditor", "coordinator"])
def test_others_cannot_copy(client, earlier, state_auditor, home_district, name):
    client.force_login(state_auditor if name == "state_auditor" else home_district.coordinator)
    assert client.get(url("copy_panel", earlier.pk)).status_code == 403
    assert client.post(url("copy_panel", earlier.pk), TYPED).status_code == 403
    if name == "state_auditor":
        assert "Copy this panel" not in client.get(url("panel", earlier.pk)).content.decode()


def test_an_unknown_panel_is_not_found(staff):
    assert staff.get(url("copy_panel", 999)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_keeps_its_query_count(staff, count, django_assert_num_queries):
    panel = PanelFactory()
    for place in range(1, count + 1):
        MaterialFactory(panel_certification=PanelCertificationFactory(panel=panel, position=place))
        replace(PanelCertificationFactory(panel=panel, position=place + 5))
    PanelistFactory.create_batch(count, panel=panel)
    with django_assert_num_queries(9):
        staff.get(url("copy_panel", panel.pk))


# Choosing an earlier panel on the page of a new one


def choices(page):
    return [str(label) for _, label in page.context["earlier"].fields["copy"].choices][1:]


def test_an_earlier_panel_is_chosen_on_the_page_of_a_new_one(staff, earlier):
    other = PanelFactory(
        title="Away", put_away_at="2026-11-24T12:00Z", put_away_by=earlier.created_by, program__cip_code="01.0000"
    )
    page = staff.get(url("new_panel"))
    assert choices(page) == [
        "01.0000 Away (Being set up, put away)",
        f"{earlier.program.cip_code} Fall 2026 (Rating closed)",
    ]
    assert "Start from an earlier panel" in page.content.decode()
    chosen = staff.get(url("new_panel"), {"program": "", "copy": other.pk})
    assert chosen.headers["Location"] == url("copy_panel", other.pk)


def test_a_program_leads_to_its_own_earlier_panels(staff, earlier):
    other = PanelFactory()
    page = staff.get(url("new_panel"), {"program": earlier.program_id})
    assert choices(page) == [f"{earlier.program.cip_code} Fall 2026 (Rating closed)"]
    assert page.context["form"]["program"].value() == str(earlier.program_id)
    wrong = staff.get(url("new_panel"), {"program": earlier.program_id, "copy": other.pk})
    assert wrong.context["earlier"].errors == {"copy": ["This panel is not in the list. Choose another one."]}
    nothing = staff.get(url("new_panel"), {"program": earlier.program_id, "copy": ""})
    assert nothing.context["earlier"].errors == {"copy": ["Choose the panel to copy."]}
    for strange in ("zzz", "999", "-1", "9" * 30):
        assert len(choices(staff.get(url("new_panel"), {"program": strange}))) == 2


def test_a_program_without_panels_offers_none(staff, earlier):
    program = ProgramStandardFactory().program
    page = staff.get(url("new_panel"), {"program": program.pk})
    assert "Start from an earlier panel" not in page.content.decode()


def test_a_choice_in_the_address_does_not_swallow_a_new_panel(staff, earlier):
    data = {
        "program": earlier.program_id,
        "title": "New",
        "kind": "other",
        "standards_version": "2026",
        "due_date": str(later_due()),
    }
    staff.post(f"{url('new_panel')}?copy={earlier.pk}", data)
    assert Panel.objects.filter(title="New", copied_from=None).exists()


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_of_a_new_panel_keeps_its_query_count(staff, count, django_assert_num_queries):
    PanelFactory.create_batch(count)
    with django_assert_num_queries(7):
        staff.get(url("new_panel"))
