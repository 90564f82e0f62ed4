"""The pages on which state staff review listings."""

import re

import pytest
from django.db.models.functions import Now

from accounts.models import AuditEntry
from certifications.models import ProgramCertification
from certifications.services.listings import keep_listing
from tests.factories.certifications import CertificationFactory, ProgramCertificationFactory

DUE = "/catalog/listings/due/"


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def listing(program):
    return ProgramCertificationFactory(
        program=program, certification__name="Certified Welder", first_school_year=2022, review_school_year=2027
    )


def act(listing, name):
    return f"/catalog/listings/{listing.pk}/{name}/"


def typed_in(client, listing, name, **values):
    """The form of the page as it stands, with values typed into it."""
    seen = client.get(act(listing, "review")).context[name]["seen"].value()
    return {f"{name}-{field}": value for field, value in {"seen": seen, **values}.items()}


def test_consultants_and_approvers_see_what_is_due(listing, consultant, approver, state_auditor, home_district, client):
    ProgramCertificationFactory(certification__name="Later", review_school_year=2029)
    for person, status in (
        (consultant, 200),
        (approver, 200),
        (state_auditor, 403),
        (home_district.coordinator, 403),
    ):
        client.force_login(person)
        assert {client.get(path).status_code for path in (DUE, act(listing, "review"))} == {status}
    client.force_login(consultant)
    page = text(client.get(DUE))
    assert ("Certified Welder" in page, "Later" in page, "2021-22" in page) == (True, False, True)
    assert "Later" in text(client.get(f"{DUE}?year=2030"))
    assert "Certified Welder" in text(client.get(f"{DUE}?cluster={listing.program.cluster.code}"))
    other = ProgramCertificationFactory().program.cluster.code
    assert "No listing is due" in text(client.get(f"{DUE}?cluster={other}"))
    assert "Certified Welder" in text(client.get(f"{DUE}?year=zz&cluster=zz"))
    assert client.get("/catalog/listings/987654321/review/").status_code == 404


def test_the_way_there_is_offered_to_those_who_may(listing, consultant, state_auditor, client):
    for person, offered in ((consultant, True), (state_auditor, False)):
        client.force_login(person)
        assert (DUE in client.get("/catalog/").content.decode()) is offered
        program = client.get("/catalog/programs/48.0508/").content.decode()
        assert (act(listing, "review") in program) is offered
    client.force_login(consultant)
    assert "Review 1 listing" in text(client.get("/"))
    panel = f"/panels/new/?program={listing.program_id}"
    assert panel in client.get(act(listing, "review")).content.decode()
    assert client.get(panel).context["form"]["program"].value() == str(listing.program_id)


def test_an_approver_keeps_and_retires_but_starts_no_panel(listing, approver, client):
    client.force_login(approver)
    page = text(client.get(act(listing, "review")))
    offers = [words in page for words in ("Start a panel", "Keep the listing", "Retire the listing")]
    assert offers == [False, True, True]


def test_keeping_it(listing, consultant, client):
    client.force_login(consultant)
    typed = typed_in(client, listing, "keep", review_school_year="2032", reason="Still asked for.")
    done = client.post(act(listing, "keep"), typed, follow=True)
    assert "The listing was kept. Its next review is due in 2031-32." in text(done)
    assert "Certified Welder" not in text(client.get(DUE))
    refused = client.post(act(listing, "keep"), {"keep-review_school_year": "2032", "keep-reason": ""})
    assert 'href="#id_keep-reason"' in refused.content.decode()


def test_retiring_it_and_taking_that_back(listing, consultant, client):
    newer = CertificationFactory(name="Welder II")
    client.force_login(consultant)
    typed = typed_in(client, listing, "retire", last_school_year="2028", reason="Nobody asks.", replaced_by=newer.pk)
    done = text(client.post(act(listing, "retire"), typed, follow=True))
    for said in ("Retired. Its last school year is 2027-28.", "Replaced by Welder II", "Undo the retirement"):
        assert said in done
    assert "Keep the listing" not in done
    back = text(client.post(act(listing, "restore"), follow=True))
    assert "The listing is approved as before." in back
    assert "Keep the listing" in back


@pytest.mark.parametrize("name", ["keep", "retire"])
def test_what_somebody_else_decided_meanwhile_is_shown_before_it_is_overwritten(
    name, listing, consultant, approver, client
):
    client.force_login(consultant)
    years = {"review_school_year": "2030", "last_school_year": "2028"}
    typed = typed_in(client, listing, name, reason="My own reason.", **years)
    keep_listing(by=approver, listing=listing, review_school_year=2032, reason="The approver's reason.")
    page = client.post(act(listing, name), typed)
    for said in ("Somebody else changed this listing", "My own reason.", "The approver's reason."):
        assert said in text(page).replace("&#x27;", "'")
    assert page.context[name]["reason"].value() == "My own reason."
    assert ProgramCertification.objects.get(pk=listing.pk).review_school_year == 2032
    typed[f"{name}-seen"] = page.context[name]["seen"].value()
    assert client.post(act(listing, name), typed).status_code == 302
    assert client.post(act(listing, name), typed).status_code == 302  # a double click
    assert AuditEntry.objects.filter(by=consultant).count() == 1


def test_refusals_of_the_services_are_shown_with_what_was_typed(listing, consultant, client):
    client.force_login(consultant)
    ProgramCertification.objects.filter(pk=listing.pk).update(last_school_year=2028)
    ProgramCertificationFactory(program=listing.program, certification=listing.certification, first_school_year=2029)
    typed = typed_in(client, listing, "retire", last_school_year="2031", reason="Nobody asks for it.")
    page = client.post(act(listing, "retire"), typed).content.decode()
    assert ("listed again for some of these school years" in page, "Nobody asks for it." in page) == (True, True)
    ProgramCertification.objects.filter(pk=listing.pk).update(last_school_year=2026)
    late = client.post(act(listing, "keep"), {"keep-review_school_year": "2032", "keep-reason": "Good."})
    assert "Only an approved listing that has not ended can be kept." in text(late)
    ProgramCertification.objects.filter(pk=listing.pk).update(status="retired", retired_at=Now())
    assert "Only a retired listing" in text(client.post(act(listing, "restore"), follow=True))


def test_a_listing_that_was_never_approved_offers_nothing(consultant, client):
    declined = ProgramCertificationFactory(status="declined", counts_federally=False)
    client.force_login(consultant)
    page = text(client.get(act(declined, "review")))
    assert ("There is nothing to review." in page, "Retire the listing" in page) == (True, False)


def test_districts_read_at_the_point_of_choice_that_it_is_retired(listing, home_district, client):
    from tests.factories.data_collection import CollectionDecisionFactory

    listing.certification.replaced_by = CertificationFactory(name="Welder II")
    listing.certification.save(update_fields=["replaced_by"])
    ProgramCertification.objects.filter(pk=listing.pk).update(status="retired", last_school_year=2027, retired_at=Now())
    entity = listing.certification.entity
    CollectionDecisionFactory(entity=entity, school_year=2027, method="district")
    client.force_login(home_district.coordinator)
    page = text(client.get(f"/entry/2027/48.0508/{entity.code}/"))
    assert "Retired. 2026-27 is the last school year that you can enter it for." in page
    assert "Replaced by Welder II." in page


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_keeps_its_query_count(rows, consultant, client, django_assert_num_queries):
    for _ in range(rows):
        ProgramCertificationFactory(review_school_year=2027)
    client.force_login(consultant)
    with django_assert_num_queries(6):
        client.get(DUE)
