"""Every address of the product, today's and tomorrow's, with its view and what the view declared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import ResolverMatch

from core.access import Access, declared_access

# Stand-ins for the variable parts of an address; no row has these.
NO_SUCH_ROW = 987654321
SAMPLES = {"str": "zz", "slug": "zz", "uuid": "00000000-0000-0000-0000-000000000000", "path": "zz"}


@dataclass(frozen=True)
class Address:
    """One address: its full name, a path with sample values, the view and its declaration."""

    name: str
    path: str
    view: Any
    access: Access | None

    def __str__(self) -> str:
        return self.name


def _walk(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...], row: int) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        part = _sample_path(entry, row)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _walk(entry, prefix + part, inner, row)
        elif isinstance(entry, URLPattern):
            match = ResolverMatch(entry.callback, (), {}, url_name=entry.name, namespaces=list(namespaces))
            name = ":".join((*namespaces, entry.name or part))
            yield Address(name, "/" + prefix + part, entry.callback, declared_access(entry.callback, match))


def _sample_path(entry: URLPattern | URLResolver, row: int) -> str:
    """The entry's own part of the path with each converter or regular-expression group filled in."""
    pattern = entry.pattern
    route = getattr(pattern, "_route", None)
    if route is None:
        # allauth and the admin have a few regular expressions; their groups are filled with plausible text.
        text = pattern.regex.pattern.lstrip("^").replace("\\Z", "").rstrip("$")
        return _fill_groups(text).replace("\\", "")
    for name, converter in pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        for spelled in (f"<{kind}:{name}>", f"<{name}>"):
            route = route.replace(spelled, str(row) if kind == "int" else SAMPLES.get(kind, "zz"))
    return str(route)


def _fill_groups(text: str) -> str:
    depth, out = 0, ""
    for character in text:
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            out += "zz-zz" if depth == 0 else ""
        elif depth == 0:
            out += character
    return out


def all_addresses(row: int = NO_SUCH_ROW) -> list[Address]:
    """Every address under the root, with `row` wherever an address takes a number."""
    return sorted(_walk(get_resolver(), "", (), row), key=lambda address: (address.path, address.name))
