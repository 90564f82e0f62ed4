"""Pages of people and invitations: who opens them, what they show, and that the twin finds nothing."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, User
from accounts.roles import Role
from accounts.selectors import people
from core.personal_links import hash_secret
from tests.factories.accounts import InvitationFactory, MembershipFactory, UserFactory

PASSWORD = "seven green lanterns hum"
SECRET = "s" * 43


@pytest.fixture
def waiting(home_district):
    return InvitationFactory(
        email="cora@example.org",
        name="Cora Example",
        role=Role.DISTRICT_COORDINATOR,
        district=home_district.district,
        secret_hash=hash_secret(SECRET),
    )


@pytest.fixture
def link(waiting):
    return reverse("accounts:accept_invitation", args=[SECRET])


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


PAGES = ["accounts:people", "accounts:invitations", "accounts:choose_invitation_role"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("person", ["coordinator", "auditor", "reporter", "cepd"])
def test_others_of_a_district_are_refused(name, person, home_district, client):
    client.force_login(getattr(home_district, person))
    assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_state_staff_and_officials_are_let_in(name, consultant, home_district, client):
    for user in (consultant, home_district.official):
        client.force_login(user)
        assert client.get(reverse(name)).status_code == 200


def test_a_state_auditor_looks_but_does_not_touch(state_auditor, waiting, client):
    client.force_login(state_auditor)
    page = client.get(reverse("accounts:invitation", args=[waiting.pk]))
    assert (page.status_code, "Send again" in text(page)) == (200, False)
    assert client.get(reverse("accounts:choose_invitation_role")).status_code == 403
    assert client.post(reverse("accounts:resend_invitation", args=[waiting.pk])).status_code == 403


def test_an_official_sees_the_people_of_their_district_only(home_district, twin_district, client):
    MembershipFactory(user=home_district.coordinator, role=Role.DISTRICT_AUDITOR, district=twin_district.district)
    client.force_login(home_district.official)
    listed = text(client.get(reverse("accounts:people")))
    for member in (home_district.coordinator, home_district.reporter, home_district.official):
        assert member.email in listed
    for hidden in (home_district.cepd, twin_district.coordinator, twin_district.reporter):
        assert hidden.email not in listed
    assert twin_district.district.name not in listed
    page = text(client.get(reverse("accounts:person", args=[home_district.coordinator.pk])))
    assert twin_district.district.name not in page


def test_the_twin_finds_nothing_of_it(home_district, twin_district, waiting, client):
    client.force_login(twin_district.official)
    membership = home_district.coordinator.memberships.get()
    assert "cora@example.org" not in text(client.get(reverse("accounts:invitations")))
    person, role = home_district.coordinator.pk, Role.DISTRICT_AUDITOR
    for name, args in (
        ("person", [person]),
        ("choose_role", [person]),
        ("give_role", [person, role]),
        ("invitation", [waiting.pk]),
    ):
        assert client.get(reverse(f"accounts:{name}", args=args)).status_code == 404
    for name, pk in (
        ("end_role", membership.pk),
        ("resend_invitation", waiting.pk),
        ("withdraw_invitation", waiting.pk),
    ):
        assert client.post(reverse(f"accounts:{name}", args=[pk])).status_code == 404
    assert Membership.objects.get(pk=membership.pk).ended_at is None


def test_people_are_found_by_name_role_and_standing(consultant, home_district, client):
    ended = UserFactory(name="Zora Former")
    MembershipFactory(user=ended, role=Role.STATE_AUDITOR, ended_at=timezone.now())
    client.force_login(consultant)
    url = reverse("accounts:people")
    assert "Zora Former" in text(client.get(url, {"q": "zora"}))
    assert home_district.cepd.email not in text(client.get(url, {"q": "zora"}))
    assert home_district.cepd.email in text(client.get(url, {"role": "cepd_administrator"}))
    assert "Zora Former" not in text(client.get(url, {"role": "state_auditor"}))
    assert "Zora Former" in text(client.get(url, {"now": "no"}))
    assert "Zora Former" not in text(client.get(url, {"now": "yes"}))


@pytest.mark.parametrize("rows", [1, 50])
def test_lists_keep_their_query_count(rows, consultant, home_district, client, django_assert_num_queries):
    for _ in range(rows):
        MembershipFactory(role=Role.BUILDING_REPORTER, building=home_district.building)
        InvitationFactory(role=Role.BUILDING_REPORTER, building=home_district.building)
    client.force_login(consultant)
    with django_assert_num_queries(6):
        client.get(reverse("accounts:people"))
    with django_assert_num_queries(5):
        client.get(reverse("accounts:invitations"))
    with django_assert_num_queries(5):
        client.get(reverse("accounts:person", args=[home_district.reporter.pk]))


def test_a_consultant_invites_step_by_step(consultant, home_district, twin_district, client, mailoutbox):
    client.force_login(consultant)
    first = client.get(reverse("accounts:choose_invitation_role"), {"role": "building_reporter"})
    assert first["Location"] == "/people/invite/building_reporter/"
    assert "Which district" in text(client.get(first["Location"]))
    second = f"{first['Location']}?district={home_district.district.pk}"
    page = text(client.get(second))
    assert (home_district.building.name in page, twin_district.building.name in page) == (True, False)
    typed = {"organization": home_district.building.pk, "email": "Bo@example.org", "name": "Bo"}
    assert client.post(second, typed)["Location"] == reverse("accounts:invitations")
    assert Invitation.objects.get().building == home_district.building


def test_what_was_typed_survives_a_refusal(consultant, waiting, client):
    client.force_login(consultant)
    typed = {"organization": waiting.district_id, "email": "cora@example.org", "name": "Cora Once More"}
    page = client.post(reverse("accounts:invite", args=["district_coordinator"]), typed)
    assert page.status_code == 200
    assert "already invited to this role there" in text(page)
    assert 'value="Cora Once More"' in page.content.decode()


def test_an_official_cannot_reach_roles_above_theirs(home_district, client):
    client.force_login(home_district.official)
    offered = client.get(reverse("accounts:choose_invitation_role")).content.decode()
    assert ("building_reporter" in offered, "octe_approver" in offered) == (True, False)
    for role in ("octe_approver", "fiscal_official", "no_such_role"):
        assert client.get(reverse("accounts:invite", args=[role])).status_code == 404


def test_an_official_of_one_district_goes_straight_to_its_buildings(home_district, twin_district, client):
    client.force_login(home_district.official)
    page = text(client.get(reverse("accounts:invite", args=["building_reporter"])))
    assert (home_district.building.name in page, twin_district.building.name in page) == (True, False)
    typed = {"organization": twin_district.building.pk, "email": "x@example.org", "name": "X"}
    assert client.post(reverse("accounts:invite", args=["building_reporter"]), typed).status_code == 200
    assert not Invitation.objects.exists()


def test_giving_a_role_step_by_step(consultant, home_district, client):
    person = home_district.reporter
    client.force_login(consultant)
    first = client.get(reverse("accounts:choose_role", args=[person.pk]), {"role": "district_auditor"})
    typed = {"organization": home_district.district.pk}
    assert client.get(first["Location"]).status_code == 200
    assert client.post(first["Location"], typed)["Location"] == reverse("accounts:person", args=[person.pk])
    assert person.memberships.filter(role="district_auditor", ended_at=None).count() == 1
    assert "already has this role there" in text(client.post(first["Location"], typed))
    assert "Which district" in text(client.get(reverse("accounts:give_role", args=[person.pk, "building_reporter"])))


def test_a_state_role_is_given_without_an_organization(consultant, client):
    person = UserFactory()
    client.force_login(consultant)
    url = reverse("accounts:give_role", args=[person.pk, "state_auditor"])
    assert "for the whole state" in text(client.get(url))
    client.post(url)
    assert User.objects.get(pk=person.pk).scope.state


def test_ending_a_role_ends_access_in_an_open_session(home_district, consultant, client):
    official = Client()
    official.force_login(home_district.official)
    assert official.get(reverse("accounts:people")).status_code == 200
    client.force_login(consultant)
    client.post(reverse("accounts:end_role", args=[home_district.official.memberships.get().pk]))
    assert official.get(reverse("accounts:people")).status_code == 403


def test_a_refused_ending_says_why(approver, client):
    client.force_login(approver)
    page = client.post(reverse("accounts:end_role", args=[approver.memberships.get().pk]), follow=True)
    assert "cannot end your own approver role" in text(page)


def test_handling_an_invitation(consultant, waiting, client, mailoutbox):
    client.force_login(consultant)
    page = client.post(reverse("accounts:resend_invitation", args=[waiting.pk]), follow=True)
    assert "A new link was sent to cora@example.org" in text(page)
    page = client.post(reverse("accounts:withdraw_invitation", args=[waiting.pk]), follow=True)
    assert "was withdrawn" in text(page)
    page = client.post(reverse("accounts:resend_invitation", args=[waiting.pk]), follow=True)
    assert "already withdrawn" in text(page)
    for state, hits in (("withdrawn", 1), ("pending", 0), ("accepted", 0)):
        matches = text(client.get(reverse("accounts:invitations"), {"state": state, "q": "cora"}))
        assert matches.count("cora@example.org") == hits


def test_the_link_says_who_what_and_where_and_changes_nothing(link, waiting, client):
    for method in (client.get, client.head):
        assert method(link).status_code == 200
    page = text(client.get(link))
    for words in (waiting.invited_by.name, "District coordinator", "Adams Public Schools", "cora@example.org"):
        assert words in page
    assert not User.objects.filter(email="cora@example.org").exists()


def test_accepting_signs_in_and_lands_on_home(link, waiting, client):
    typed = {"name": "Cora", "password": PASSWORD, "again": PASSWORD}
    response = client.post(link, typed)
    assert response["Location"] == "/"
    account = User.objects.get(email="cora@example.org")
    assert client.session["_auth_user_id"] == str(account.pk)
    assert client.post(link, typed)["Location"] == "/"
    client.logout()
    again = client.get(link)
    assert (again.status_code, "was accepted already" in text(again)) == (410, True)
    assert client.post("/accounts/login/", {"login": "CORA@example.org", "password": PASSWORD})["Location"] == "/"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "password1234", "again": "password1234"}, "too common"),
        ({"password": PASSWORD, "again": PASSWORD + "!"}, "not the same"),
        ({"password": "cora@example.org", "again": "cora@example.org"}, "too similar"),
        ({"password": "", "again": ""}, "required"),
    ],
)
def test_a_weak_password_is_refused_and_the_name_kept(typed, message, link, client):
    page = client.post(link, {"name": "Cora Kept", **typed})
    assert (page.status_code, message in text(page)) == (200, True)
    assert 'value="Cora Kept"' in page.content.decode()


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"withdrawn_at": timezone.now()}, 410, "was withdrawn"),
        (
            {"invited_at": timezone.now() - timedelta(days=15), "expires_at": timezone.now() - timedelta(days=1)},
            410,
            "has expired",
        ),
        ({"secret_hash": "another"}, 404, "do not recognize"),
    ],
)
def test_a_link_that_does_not_work_says_what_to_do(change, status, words, waiting, client):
    link = reverse("accounts:accept_invitation", args=[SECRET])
    Invitation.objects.filter(pk=waiting.pk).update(**change)
    for method in (client.get, client.post):
        page = method(link)
        assert (page.status_code, words in text(page)) == (status, True)


def test_a_known_address_must_sign_in_first(link, waiting, client):
    account = UserFactory(email="cora@example.org")
    page = client.post(link, {"name": "Thief", "password": PASSWORD, "again": PASSWORD})
    assert "already has an account" in text(page)
    assert f"?next={link}" in page.content.decode()
    assert not account.memberships.exists()
    client.force_login(account)
    assert "signed in as cora@example.org" in text(client.get(link))
    assert client.post(link)["Location"] == "/"
    assert account.memberships.get().district == waiting.district


def test_somebody_else_who_is_signed_in_cannot_accept(link, consultant, client):
    client.force_login(consultant)
    page = client.post(link)
    assert "for another address" in text(page)
    assert Invitation.objects.get().accepted_at is None


def test_home_tells_who_invited_that_a_link_has_expired(waiting, consultant, home_district):
    assert people.home_items(waiting.invited_by) == []
    past = {"invited_at": timezone.now() - timedelta(days=15), "expires_at": timezone.now() - timedelta(days=1)}
    Invitation.objects.filter(pk=waiting.pk).update(**past, invited_by=consultant)
    assert [item.title for item in people.home_items(consultant)] == ["Send an invitation again"]
    second = InvitationFactory(invited_by=consultant)
    Invitation.objects.filter(pk=second.pk).update(**past)
    assert [item.title for item in people.home_items(consultant)] == ["Send 2 invitations again"]
    assert people.home_items(home_district.official) == []
    # Somebody who may not invite any more is not asked to.
    consultant.memberships.update(ended_at=timezone.now())
    assert people.home_items(User.objects.get(pk=consultant.pk)) == []
