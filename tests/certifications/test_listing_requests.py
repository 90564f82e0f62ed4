"""Requests for certifications that are not listed: asking, answering, and that the twin sees nothing."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from certifications.models import CertificationRequest
from certifications.selectors.listing_requests import home_items
from certifications.services.listing_requests import answer_listing_request, send_listing_request
from core.problems import MoveNotAllowedError, Problem
from tests.factories.accounts import MembershipFactory
from tests.factories.certifications import CertificationFactory, CertificationRequestFactory


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def listing_request(home_district):
    return CertificationRequestFactory(
        district=home_district.district,
        program=home_district.offering.program,
        name="Underwater Welding",
        asked_by=home_district.coordinator,
    )


@pytest.fixture
def typed(home_district):
    return {
        "district": home_district.district.pk,
        "program": home_district.offering.program.pk,
        "name": "Pipe Welding",
        "entity_name": "Pipe Guild",
        "why": "Three shipyards ask for it.",
    }


@pytest.mark.parametrize("person", ["coordinator", "official", "reporter"])
def test_those_who_enter_results_ask(person, typed, home_district, client):
    client.force_login(getattr(home_district, person))
    assert "Welding Technology" in text(client.get(reverse("certifications:request_ask")))
    page = client.post(reverse("certifications:request_ask"), typed)
    listing_request = CertificationRequest.objects.get()
    assert page["Location"] == reverse("certifications:request", args=[listing_request.pk])
    assert (listing_request.state, listing_request.district) == ("open", home_district.district)
    assert "already asked for this one" in text(client.post(reverse("certifications:request_ask"), typed))
    assert CertificationRequest.objects.count() == 1


@pytest.mark.parametrize("person", ["auditor", "cepd"])
def test_those_who_only_look_do_not_ask(person, home_district, client):
    client.force_login(getattr(home_district, person))
    assert client.get(reverse("certifications:request_ask")).status_code == 403


def test_nobody_asks_for_another_district(typed, home_district, twin_district, client):
    # Seeing a district as its auditor is not enough to ask for it.
    MembershipFactory(user=twin_district.coordinator, role="district_auditor", district=home_district.district)
    client.force_login(twin_district.coordinator)
    page = client.post(reverse("certifications:request_ask"), typed)
    assert (page.status_code, 'value="Pipe Welding"' in page.content.decode()) == (200, True)
    with pytest.raises(PermissionDenied):
        send_listing_request(
            by=twin_district.coordinator,
            district=home_district.district,
            program=home_district.offering.program,
            name="x",
            entity_name="x",
            why="x",
        )
    assert not CertificationRequest.objects.exists()


@pytest.mark.parametrize("person", ["coordinator", "official", "auditor", "reporter", "cepd"])
def test_the_twin_sees_nothing_of_it(person, listing_request, home_district, twin_district, client):
    url = reverse("certifications:request", args=[listing_request.pk])
    for cast, status, hits in ((home_district, 200, 1), (twin_district, 404, 0)):
        client.force_login(getattr(cast, person))
        assert client.get(url).status_code == status
        assert text(client.get(reverse("certifications:requests"))).count("Underwater Welding") == hits
    assert client.get(reverse("certifications:request_answer", args=[listing_request.pk])).status_code == 403


def test_a_consultant_answers_and_the_asker_is_told(
    listing_request, consultant, client, mailoutbox, django_capture_on_commit_callbacks
):
    client.force_login(consultant)
    url = reverse("certifications:request_answer", args=[listing_request.pk])
    assert client.get(url)["Location"] == reverse("certifications:request", args=[listing_request.pk])
    refused = client.post(url, {"state": "answered", "answer": "  "})
    assert "Write the answer in a sentence" in text(refused)
    certification = CertificationFactory(name="Diver Welder")
    answer = {"state": "answered", "answer": "It is listed as Diver Welder.", "certification": certification.pk}
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(url, answer, follow=True)
    assert "It is listed as Diver Welder." in text(page)
    [mail] = mailoutbox
    assert mail.to == [listing_request.asked_by.email]
    assert "It is listed as Diver Welder." in mail.body
    again = client.post(url, answer | {"state": "declined"}, follow=True)
    assert "Somebody answered this request already" in text(again)
    assert len(mailoutbox) == 1
    assert CertificationRequest.objects.get().state == "answered"


def test_only_consultants_answer(listing_request, approver, home_district):
    for person in (approver, home_district.coordinator):
        with pytest.raises(PermissionDenied):
            answer_listing_request(by=person, listing_request=listing_request, state="declined", answer="No.")


def test_an_answer_has_words_and_a_side(listing_request, consultant):
    with pytest.raises(Problem, match="in a sentence"):
        answer_listing_request(by=consultant, listing_request=listing_request, state="declined", answer=" ")
    with pytest.raises(MoveNotAllowedError, match="answer or decline"):
        answer_listing_request(by=consultant, listing_request=listing_request, state="open", answer="Hm.")


def test_home_tells_consultants_what_waits_and_askers_what_was_answered(listing_request, consultant, home_district):
    assert [item.title for item in home_items(consultant)] == ["Answer 1 request for a certification"]
    CertificationRequestFactory()
    assert [item.title for item in home_items(consultant)] == ["Answer 2 requests for a certification"]
    assert home_items(home_district.coordinator) == []
    answer_listing_request(
        by=consultant, listing_request=listing_request, state="declined", answer="It is a course, not a certification."
    )
    titles = [item.title for item in home_items(home_district.coordinator)]
    assert titles == ["Read OCTE's answer to your request"]
    assert home_items(home_district.colleague) == []
    CertificationRequest.objects.filter(state="open").delete()
    assert home_items(consultant) == []


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"answered_at": timezone.now()}, "request_answered_at_and_by"),
        ({"state": "answered", "answer": "Yes."}, "request_open_or_answered"),
    ],
)
def test_the_database_refuses_half_an_answer(change, constraint, listing_request):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CertificationRequest.objects.filter(pk=listing_request.pk).update(**change)


def test_the_database_wants_an_answer_in_words(listing_request, consultant):
    given = {"state": "answered", "answered_at": timezone.now(), "answered_by": consultant}
    with pytest.raises(IntegrityError, match="request_answer_in_words"), transaction.atomic():
        CertificationRequest.objects.filter(pk=listing_request.pk).update(**given)
    assert CertificationRequest.objects.filter(pk=listing_request.pk).update(**given, answer="Yes.") == 1


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_keeps_its_query_count(rows, home_district, client, django_assert_num_queries):
    for _ in range(rows):
        CertificationRequestFactory(district=home_district.district)
    client.force_login(home_district.coordinator)
    with django_assert_num_queries(5):
        client.get(reverse("certifications:requests"))
