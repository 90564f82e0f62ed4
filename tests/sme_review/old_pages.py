"""A page's form as a browser would send it, so that a test can open a page, change the world, and send the old page."""

from html.parser import HTMLParser
from typing import Any


class _Forms(HTMLParser):
    """Every form of a page: name -> the values that it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._name = ""
        self._words: list[str] | None = None
        self._options: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "on" for name, value in attributes}
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and self._is_sent(given):
            self._add(given["name"], given.get("value", ""))
        elif tag == "textarea":
            self._name, self._words = given["name"], []
        elif tag == "select":
            self._name, self._options = given["name"], []
        elif tag == "option" and ("selected" in given or not self._options):
            self._options = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._words is not None:
            self._add(self._name, "".join(self._words).removeprefix("\n"))
            self._words = None
        elif tag == "select":
            self._add(self._name, *self._options)

    def _add(self, name: str, *values: str) -> None:
        self.forms[-1].setdefault(name, []).extend(values)

    def _is_sent(self, given: dict[str, str]) -> bool:
        if not self.forms or "name" not in given or "disabled" in given:
            return False
        return "checked" in given or given.get("type") not in {"checkbox", "radio", "submit", "file"}


def form_on(response: Any, field: str) -> dict[str, list[str]]:
    """The form of a page that has a field of this name, with what stands in it."""
    reader = _Forms()
    reader.feed(response.content.decode())
    names = [sorted(form) for form in reader.forms]
    return next((form for form in reader.forms if field in form), None) or _no_such_form(field, names)


def _no_such_form(field: str, names: list[list[str]]) -> dict[str, list[str]]:
    raise AssertionError(f"no form with {field} among {names}")
