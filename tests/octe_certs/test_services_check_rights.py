"""The act checks the right, not only the page: every service that is told who acts refuses whoever may not."""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.roles import Role
from tests.conftest import make_member
from tests.factories.accounts import UserFactory
from tests.factories.certifications import BuildingFactory

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "certifications", "sme_review", "data_collection")
# These only write down what happened; whoever calls them has checked.
WRITES_DOWN_ONLY = ("accounts.services.audit.record",)


class Untouched:
    """An argument that nothing may look at before the right is checked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"looked at .{name} before the right was checked")


def _modules() -> Iterator[ModuleType]:
    for app in APPS:
        for path in sorted((ROOT / app / "services").glob("*.py")):
            if path.stem != "__init__":
                yield importlib.import_module(f"{app}.services.{path.stem}")


def _services() -> dict[str, Callable[..., Any]]:
    """Full name -> public function of a service module that takes `by`."""
    found = {}
    for module in _modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            full = f"{module.__name__}.{name}"
            own = function.__module__ == module.__name__ and not name.startswith(("_", "note_"))
            if own and "by" in inspect.signature(function).parameters and full not in WRITES_DOWN_ONLY:
                found[full] = function
    return found


SERVICES = _services()


def _permission(function: Callable[..., Any]) -> str:
    """The permission that the first `require(by, PERMISSION...)` of a service names."""
    source = inspect.unwrap(function)
    for node in ast.walk(ast.parse(inspect.getsource(source))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "require":
            assert isinstance(node.args[1], ast.Name), "name the permission by its constant"
            return str(source.__globals__[node.args[1].id])
    pytest.fail(f"{source.__module__}.{source.__name__} takes `by` and does not call require")


def test_services_are_found():
    assert len(SERVICES) >= 60


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_that_is_told_who_acts_checks_the_right(name):
    assert "." in _permission(SERVICES[name])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_refuses_every_wrong_role_before_anything_else(db, name):
    service = SERVICES[name]
    permission = _permission(service)
    building = BuildingFactory()
    where = {"region": building.district.region, "district": building.district, "building": building}
    people = {role: make_member(role, **where) for role in Role.values}
    wrong = {role: person for role, person in people.items() if not person.has_perm(permission)}
    wrong |= {"nobody": UserFactory(), "a closed account": _closed(make_member(Role.OCTE_APPROVER))}
    others = {key: Untouched() for key in inspect.signature(service).parameters if key != "by"}
    assert [role for role, person in wrong.items() if not _refuses(service, person, others)] == []


def _refuses(service: Callable[..., Any], person: Any, others: dict[str, Any]) -> bool:
    try:
        service(by=person, **others)
    except PermissionDenied:
        return True
    return False


def _closed(person: Any) -> Any:
    person.is_active = False
    person.save(update_fields=["is_active"])
    return person
