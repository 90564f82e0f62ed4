"""The gallery shows every component, and pages give components only the inputs that they declare."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from octe_certs.gallery import COMPONENTS, entries

TEMPLATES = Path(settings.BASE_DIR) / "templates"
_TAG = re.compile(r"<c-([a-z-]+)((?:\s+:?[a-z_-]+=(?:\"[^\"]*\"|'[^']*'))*)\s*/?>")
_GIVEN = re.compile(r"\s:?([a-z_-]+)=")


def component_files() -> list[str]:
    return sorted(path.stem for path in COMPONENTS.glob("*.html"))


def test_gallery_shows_every_component(client, consultant):
    client.force_login(consultant)

    page = client.get("/gallery/").content.decode()

    assert re.findall(r'data-component="([a-z_]+)"', page) == component_files()


def test_every_component_with_inputs_declares_them():
    undeclared = [entry.name for entry in entries() if not entry.inputs]

    assert undeclared == ["summary_list", "task_list"]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_page_gives_only_declared_inputs(path):
    declared = {entry.tag.removeprefix("c-"): set(entry.inputs) for entry in entries()}

    wrong = [
        f"<c-{tag}> takes no input {given}"
        for tag, text in _TAG.findall(path.read_text())
        if tag != "vars"
        for given in _GIVEN.findall(text)
        if given not in declared.get(tag, set())
    ]

    assert wrong == []


def test_gallery_is_refused_to_a_coordinator(client, home_district):
    client.force_login(home_district.coordinator)

    assert client.get("/gallery/").status_code == 403
