"""A linter of our own: web code reads scoped models only through selectors, which go through `visible_to`."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
APPS = ("core", "accounts", "certifications", "sme_review", "data_collection", "datasets", "octe_certs")
WEB_PARTS = ("views", "api", "forms", "tables", "filters", "presenters", "admin")

# Models whose rows are not the same for everybody: whatever has a `visible_to`, and whatever hangs on one of those.
SCOPED = {model.__name__ for model in apps.get_models() if hasattr(getattr(model, "objects", None), "visible_to")} | {
    "User", "Membership", "Invitation", "AuditEntry", "StateChange", "EvidenceLink",
}  # fmt: skip


def web_files() -> list[Path]:
    """The Python files of the web layer of each app."""
    files = []
    for app in APPS:
        for part in WEB_PARTS:
            files += [path for path in (ROOT / app / f"{part}.py",) if path.exists()]
            files += sorted((ROOT / app / part).rglob("*.py"))
    return files


def direct_reads(source: str) -> list[tuple[int, str]]:
    """Line and model of each `Model.objects...` (but for `Model.objects.visible_to`) and `get_object_or_404(Model,
    ...)`.
    """
    found = []
    tree = ast.parse(source)
    allowed = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"visible_to", "none"}
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"} and id(node) not in allowed:
            if isinstance(node.value, ast.Name) and node.value.id in SCOPED:
                found.append((node.lineno, node.value.id))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"get_object_or_404", "get_list_or_404"}:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Name) and first.id in SCOPED:
                found.append((node.lineno, first.id))
    return found


@pytest.mark.parametrize("path", web_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_web_code_reads_scoped_models_through_selectors(path):
    assert direct_reads(path.read_text()) == []


def test_the_linter_sees_what_it_should():
    assert direct_reads("Student.objects.filter(pk=1)") == [(1, "Student")]
    assert direct_reads("get_object_or_404(Student, pk=1)") == [(1, "Student")]
    assert direct_reads("Student.objects.visible_to(user)") == []
    assert direct_reads("get_object_or_404(students_visible_to(user), pk=1)") == []


def test_the_scoped_models_are_found():
    assert {"Student", "Enrollment", "StudentCertification", "EvidenceDocument", "Submission", "EntryDraft"} <= SCOPED
