"""The contact's pages: nothing is lost, nothing happens by fetching, and closed links say what to do."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.personal_links import new_secret
from data_collection.models import Answer
from data_collection.services.answers import save_answers
from tests.data_collection.helpers import as_form, good_answers
from tests.factories import data_collection

SECTIONS = "ABCDEFGH"


@pytest.fixture
def secret():
    return new_secret()[0]


@pytest.fixture
def questionnaire_request(secret, db):
    return data_collection.QuestionnaireRequestFactory(
        questionnaire=data_collection.standard_questionnaire(), entity__name="Great Lakes Trades Board", secret=secret
    )


@pytest.fixture
def to(secret):
    def address(name, *more):
        return reverse(f"data_collection:link_{name}", args=[secret, *more])

    return address


def save(client, to, section, data, action="continue", **extra):
    return client.post(to("section", section), {**data, "action": action}, **extra)


def saved_values():
    return {answer.question.code: answer.value for answer in Answer.objects.select_related("question")}


PATHS = [("welcome",), ("tasks",), ("section", "A"), ("check",), ("submit",), ("done",)]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[0])
@pytest.mark.parametrize("method", ["get", "head"])
def test_fetching_changes_nothing(path, method, questionnaire_request, to, client):
    response = getattr(client, method)(to(*path))
    assert response.status_code in {200, 302}
    questionnaire_request.refresh_from_db()
    assert (
        questionnaire_request.visits,
        questionnaire_request.first_opened_at,
        questionnaire_request.submitted_at,
        Answer.objects.count(),
    ) == (0, None, None, 0)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[0])
def test_posting_nothing_submits_nothing(path, questionnaire_request, to, client):
    client.post(to(*path))
    questionnaire_request.refresh_from_db()
    assert (questionnaire_request.submitted_at, Answer.objects.count()) == (None, 0)
    if path != ("section", "A"):
        assert questionnaire_request.visits == 0


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[0])
@pytest.mark.parametrize(("state", "status", "words"), [
    ("unknown", 404, "does not work"), ("expired", 410, "has expired"), ("withdrawn", 410, "is closed"),
])  # fmt: skip
def test_a_link_that_does_not_open_says_what_to_do(path, state, status, words, questionnaire_request, to, client):
    if state == "unknown":
        questionnaire_request.secret_hash = "0" * 64
    elif state == "expired":
        questionnaire_request.due_on = questionnaire_request.link_ends_on = timezone.localdate() - timedelta(days=1)
    else:
        questionnaire_request.withdrawn_at, questionnaire_request.withdrawn_by = (
            timezone.now(),
            questionnaire_request.sent_by,
        )
    questionnaire_request.save()
    response = client.get(to(*path))
    assert response.status_code == status
    assert words in response.content.decode()
    assert (questionnaire_request.reference in response.content.decode()) is (state != "unknown")


def test_an_expired_link_to_submitted_answers_offers_no_new_link(questionnaire_request, to, client):
    questionnaire_request.submitted_at, questionnaire_request.signed_by = timezone.now(), "Jordan Lee"
    questionnaire_request.due_on = questionnaire_request.link_ends_on = timezone.localdate() - timedelta(days=1)
    questionnaire_request.save()
    page = client.get(to("done")).content.decode()
    assert ("We have your submitted answers." in page, "Ask for a new link" in page) == (True, False)


def test_start_counts_the_visit(questionnaire_request, to, client):
    assert "about 30 minutes" in client.get(to("welcome")).content.decode().lower()
    assert client.post(to("welcome"), {"start": "yes"})["Location"] == to("tasks")
    questionnaire_request.refresh_from_db()
    assert questionnaire_request.visits == 1
    assert "Continue" in client.get(to("welcome")).content.decode()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_shows_and_keeps_its_questions(section, questionnaire_request, to, client):
    form = as_form(good_answers(questionnaire_request.questionnaire), section)
    response = save(client, to, section, form)
    following = to("section", chr(ord(section) + 1)) if section != "H" else to("check")
    assert response["Location"] == following
    assert set(saved_values()) == set(
        questionnaire_request.questionnaire.questions.filter(section_code=section).values_list("code", flat=True)
    )
    page = client.get(to("section", section)).content.decode()
    assert "Save and come back later" in page
    again = save(client, to, section, form)
    assert again["Location"] == following


def test_a_section_that_is_not_there_is_not_found(questionnaire_request, to, client):
    assert client.get(to("section", "Z")).status_code == 404


def test_wrong_answers_are_kept_and_pointed_out(questionnaire_request, to, client):
    response = save(client, to, "E", {"E3": "about ten", "E3-note": "It depends."}, follow=True)
    page = response.content.decode()
    assert "&quot;about ten&quot; is not a number" in page
    assert 'href="#E3"' in page
    assert "It depends." in page
    assert saved_values()["E3"] == "about ten"
    assert "Needs attention" in client.get(to("tasks")).content.decode()


def test_come_back_later_keeps_everything_and_leads_to_the_list(questionnaire_request, to, client):
    response = save(client, to, "E", {"E3": "about ten", "E5": "By mail."}, action="later", follow=True)
    assert response.redirect_chain == [(to("tasks"), 302)]
    assert "Use the same link to come back" in response.content.decode()
    assert saved_values() == {"E3": "about ten", "E5": "By mail."}


def test_a_row_is_added_without_losing_what_was_typed(questionnaire_request, to, client):
    typed = {"B1-0-name": "Welding", "B1-1-name": "", "B4": "None."}
    response = save(client, to, "B", typed, action="add:B1")
    assert response["Location"] == to("section", "B") + "?B1=3#B1-row-2"
    assert saved_values() == {"B1": [["Welding", "", "", "", ""]], "B4": "None."}
    page = client.get(to("section", "B") + "?B1=3").content.decode()
    assert ('id="B1-2-name"' in page, 'id="B1-3-name"' in page) == (True, False)


@pytest.mark.parametrize("rows", ["1", "999999", "x", "-1"])
def test_nonsense_in_the_address_is_harmless(rows, questionnaire_request, to, client):
    page = client.get(to("section", "B") + f"?B1={rows}")
    assert page.status_code == 200
    assert page.content.decode().count('-name" name="B1') <= 60


def test_rows_of_another_question_and_nonsense_are_left_out(questionnaire_request, to, client):
    save(client, to, "B", {"B1-x-name": "?", "B1-0-name": "Welding"}, action="add:zz")
    assert saved_values() == {"B1": [["Welding", "", "", "", ""]]}


def test_two_tabs_with_other_sections_do_not_overwrite_each_other(questionnaire_request, to, client):
    first = client.get(to("section", "A")).context["seen"]
    second = client.get(to("section", "B")).context["seen"]
    save(client, to, "A", {"A1": "Great Lakes", "seen": first})
    save(client, to, "B", {"B4": "None.", "seen": second})
    assert saved_values() == {"A1": "Great Lakes", "B4": "None."}


def test_two_tabs_with_the_same_section_get_a_warning(questionnaire_request, to, client):
    seen = client.get(to("section", "A")).context["seen"]
    save(client, to, "A", {"A1": "one", "seen": seen})
    response = save(client, to, "A", {"A1": "two", "seen": seen})
    assert response.status_code == 409
    page = response.content.decode()
    assert ("another window" in page, "two</textarea>" in page, saved_values()["A1"]) == (True, True, "one")
    save(client, to, "A", {"A1": "two", "seen": response.context["seen"]})
    assert saved_values()["A1"] == "two"


@pytest.mark.parametrize("seen", ["", "nonsense", "2026-99-99T00:00", "2026-11-24T00:00:00"])
def test_a_broken_time_stamp_is_harmless(seen, questionnaire_request, to, client):
    save(client, to, "A", {"A1": "before"})
    assert save(client, to, "A", {"A1": "one", "seen": seen}).status_code == 302
    assert saved_values()["A1"] == "one"


def test_text_that_the_database_cannot_hold_is_kept_without_it(questionnaire_request, to, client):
    save(client, to, "A", {"A1": "Great\x00Lakes", "A3-note": "\x00", "B1": "not of this section"})
    assert saved_values() == {"A1": "GreatLakes"}


def test_the_check_page_lists_what_is_missing_with_links(questionnaire_request, to, client):
    page = client.get(to("check"))
    assert len(page.context["problems"]) == questionnaire_request.questionnaire.questions.filter(required=True).count()
    assert f'href="{to("section", "D")}?check=1#q-D1"' in page.content.decode()
    assert "Continue to sign" not in page.content.decode()


SIGNED = {"signed_by": "Jordan Lee", "confirmed": "yes"}


def test_submitting_too_early_lists_what_is_missing(questionnaire_request, to, client):
    page = client.post(to("submit"), SIGNED).content.decode()
    assert "D1. Answer this question." in page
    assert "Jordan Lee" in page


@pytest.mark.parametrize(
    ("left_out", "words"), [("signed_by", "Enter your full name."), ("confirmed", "Check the box")]
)
def test_submitting_needs_a_name_and_a_tick(left_out, words, questionnaire_request, to, client):
    save_answers(questionnaire_request=questionnaire_request, values=good_answers(questionnaire_request.questionnaire))
    page = client.post(to("submit"), {**SIGNED, left_out: ""}).content.decode()
    assert words in page
    questionnaire_request.refresh_from_db()
    assert questionnaire_request.submitted_at is None


def test_after_submitting_answers_are_read_only(questionnaire_request, to, client):
    save_answers(questionnaire_request=questionnaire_request, values=good_answers(questionnaire_request.questionnaire))
    assert "Continue to sign" in client.get(to("check")).content.decode()
    assert client.post(to("submit"), SIGNED)["Location"] == to("done")
    assert client.post(to("submit"), SIGNED)["Location"] == to("done")
    page = client.get(to("done")).content.decode()
    assert (
        questionnaire_request.reference in page,
        "ask to reopen" in page,
        questionnaire_request.sent_by.email in page,
    ) == (True, True, True)
    for name in ("welcome", "tasks", "check", "submit"):
        assert client.get(to(name))["Location"] == to("done")
    assert save(client, to, "A", {"A1": "changed"})["Location"] == to("done")
    assert saved_values()["A1"] == "Answer to A1"


def test_pages_of_the_contact_need_few_queries(questionnaire_request, to, client, django_assert_max_num_queries):
    save_answers(questionnaire_request=questionnaire_request, values=good_answers(questionnaire_request.questionnaire))
    for path in (("tasks",), ("section", "B"), ("check",)):
        with django_assert_max_num_queries(4):
            client.get(to(*path))
