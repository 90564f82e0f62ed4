"""Error pages say what to do next, and the last of them needs neither the request nor the database."""

from octe_certs.errors import bad_request, csrf_failure, server_error


def test_server_error_page_is_drawn_without_database_or_request():
    answer = server_error(None)

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def test_unknown_address_answers_404_for_everybody(client, home_district):
    assert client.get("/no-such-page/").status_code == 404

    client.force_login(home_district.coordinator)
    assert client.get("/no-such-page/").status_code == 404


def test_old_form_gets_the_page_about_old_forms(client, rf):
    request = rf.post("/")

    assert csrf_failure(request).status_code == 403
    assert bad_request(request, ValueError()).status_code == 400
