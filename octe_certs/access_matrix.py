"""Which role may open which address, worked out from the declarations: a page for the agency's security people."""

from accounts.models import User
from accounts.roles import LEVEL_OF, Level, Role
from accounts.scope import Scope
from core.access import Kind
from octe_certs.addresses import NO_SUCH_ROW, Address, all_addresses

_INTRODUCTION = """# Who may open what

Made by `manage.py access_matrix` from what each view declares; a test compares it with what the pages really answer.
"yes" opens the page itself. Which rows somebody then sees is a second lock: what is not theirs answers 404.
Addresses under `/link/` open for whoever holds the link's secret, and for nothing else than what the link names.
"""


def somebody_with(role: str) -> User:
    """A person, not saved, who holds just this role."""
    person = User(email=f"{role}@example.org", name=role)
    person.scope = Scope(state=LEVEL_OF[role] == Level.STATE, roles=frozenset({role}))
    return person


def may_open(address: Address, role: str) -> bool:
    """Whether the declaration of `address` lets somebody with `role` in."""
    if address.access is None:
        return False
    return address.access.kind is not Kind.PERMISSION or somebody_with(role).has_perm(address.access.detail)


def matrix_as_markdown() -> str:
    """The whole matrix as a Markdown table, one line an address; the admin's own addresses are one line together."""
    lines = [_INTRODUCTION, f"| address | needs | {' | '.join(str(role.label) for role in Role)} |"]
    lines.append("|---|---|" + "---|" * len(Role))
    seen = set()
    for address in all_addresses():
        path = "/admin/..." if address.name.startswith("admin:") else address.path
        if path in seen or address.access is None:
            continue
        seen.add(path)
        answers = ["yes" if may_open(address, role) else "-" for role in Role]
        shown = path.replace(str(NO_SUCH_ROW), "<id>").replace("zz-zz", "<key>").replace("zz", "<key>")
        lines.append(f"| `{shown}` | {address.access.kind}: {address.access.detail} | {' | '.join(answers)} |")
    return "\n".join(lines) + "\n"
