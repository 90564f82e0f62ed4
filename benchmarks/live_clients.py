"""The browsers of a live benchmark, in a process of their own: every page asks at its own pace, as static/js/follow.js
does.

Reads what to ask from standard input and writes three lines: all pages ask; the quiet part is over; the figures.
"""

import asyncio
import contextlib
import json
import random
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

HOST = "127.0.0.1"
PANELIST_EVERY, FACILITATOR_EVERY = 2.5, 1.2
TOKEN = "b" * 32
_MARK = re.compile(r'data-follow-part data-mark="([^"]*)"')
_ANSWERED = re.compile(r"([0-9]+) of [0-9]+ have answered")
_BALLOT = re.compile(r'name="ballot" value="([0-9]+)"')


@dataclass
class Figures:
    """What is counted; delays in seconds from pressing a button until the other page has what changed."""

    requests: int = 0
    failures: int = 0
    failed: set[str] = field(default_factory=set)
    to_facilitator: list[float] = field(default_factory=list)
    to_panelist: list[float] = field(default_factory=list)


class Browser:
    """One connection that is kept, with its cookies, and made anew when the server has closed it."""

    def __init__(self, port: int, cookies: str, figures: Figures) -> None:
        self.port, self.cookies, self.figures = port, cookies, figures
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, *, form: dict[str, Any] | None = None, by: str = "") -> str:
        """The body of the answer; one more try on a fresh connection, as browsers do.

        Args:
            by: what a script of the page sends along: "X-Follow" or "X-Autosave".
        """
        self.figures.requests += 1
        for _attempt in (1, 2):
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
                return await self._ask(method, path, form, by)
            self.close()
        self.figures.failures += 1
        return ""

    async def _ask(self, method: str, path: str, form: dict[str, Any] | None, by: str) -> str:
        if self.streams is None:
            self.streams = await asyncio.open_connection(HOST, self.port)
        reader, writer = self.streams
        body = urlencode({**form, "csrfmiddlewaretoken": TOKEN}).encode() if form is not None else b""
        head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {self.cookies}; csrftoken={TOKEN}\r\n"
        if by:
            head += f"{by}: 1\r\n"
        if form is not None:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"\r\n" + body)
        top = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = re.search(r"content-length: ([0-9]+)", top)
        if length is None:
            raise ValueError(top)
        answer = (await reader.readexactly(int(length[1]))).decode()
        if "connection: close" in top:
            self.close()
        if int(top.split(" ", 2)[1]) >= 400:  # noqa: PLR2004
            self.figures.failures += 1
            self.figures.failed.add(f"{method} {top.splitlines()[0]}")
        return answer

    def close(self) -> None:
        """Forget the connection."""
        if self.streams:
            self.streams[1].close()
        self.streams = None


@dataclass
class Room:
    """One panel: what was pressed when, and how far its pages have got."""

    pk: int
    entries: list[int]
    # The pulse that a change led to -> when the button was pressed.
    changes: dict[int, float] = field(default_factory=dict)
    # How many had answered -> when that rating's button was pressed; emptied with each opening.
    ratings: dict[int, float] = field(default_factory=dict)
    pulse: int = 0


async def follow_as_panelist(browser: Browser, room: Room, secret: str) -> None:
    """A panelist's page."""
    path = f"/link/panel/{secret}/live/"
    seen = await bring(browser, path)
    room.pulse = int(seen)
    while True:
        await asyncio.sleep(PANELIST_EVERY * (0.85 + random.random() * 0.3))
        mark = await browser.ask("GET", f"{path}pulse/")
        if mark and mark != seen:
            before, seen = int(seen), await bring(browser, path) or seen
            now = time.perf_counter()
            for pulse in range(before + 1, int(seen) + 1):
                if pulse in room.changes:
                    browser.figures.to_panelist.append(now - room.changes[pulse])


async def bring(browser: Browser, path: str) -> str:
    """The part that follows; its mark."""
    found = _MARK.search(await browser.ask("GET", path, by="X-Follow"))
    return found[1] if found else ""


async def follow_as_facilitator(browser: Browser, room: Room) -> None:
    """A facilitator's page."""
    path, seen = f"/panels/{room.pk}/live/", ""
    while True:
        mark = await browser.ask("GET", f"{path}pulse/")
        if mark and mark != seen:
            page = await browser.ask("GET", path, by="X-Follow")
            found, answered = _MARK.search(page), _ANSWERED.search(page)
            seen = found[1] if found else seen
            now = time.perf_counter()
            for count in [count for count in room.ratings if answered and count <= int(answered[1])]:
                browser.figures.to_facilitator.append(now - room.ratings.pop(count))
        await asyncio.sleep(FACILITATOR_EVERY * (0.85 + random.random() * 0.3))


async def hold_session(browser: Browser, panelists: list[Browser], room: Room, secrets: list[str]) -> None:
    """Open a certification, let everybody submit, close it; then the next one."""
    await asyncio.sleep(random.uniform(0, 8))
    for entry in room.entries:
        await change(browser, room, f"/panels/{room.pk}/live/{entry}/open/", {"seen": "0"})
        await asyncio.sleep(random.uniform(4, 8))
        ballot = ""
        for count, (panelist, secret) in enumerate(zip(panelists, secrets, strict=True), start=1):
            path = f"/link/panel/{secret}/live/"
            ballot = ballot or _BALLOT.search(await panelist.ask("GET", path, by="X-Follow"))[1]
            answers = {"proportion": "60", "employer_value": "4", "postsecondary_value": "3", "ballot": ballot}
            # What was typed saves itself, as static/js/keep.js does, before the button is pressed.
            draft = await panelist.ask("POST", f"{path}{entry}/", form={**answers, "version": "0"}, by="X-Autosave")
            version = str(json.loads(draft)["version"])
            await asyncio.sleep(random.uniform(0.2, 1))
            room.ratings[count] = time.perf_counter()
            await panelist.ask("POST", f"{path}{entry}/", form={**answers, "version": version, "action": "submit"})
            await panelist.ask("GET", path)
            await asyncio.sleep(random.uniform(0.5, 2.5))
        await asyncio.sleep(4)
        room.ratings.clear()
        await change(browser, room, f"/panels/{room.pk}/live/{entry}/close/", {"ballot": ballot})
        await asyncio.sleep(random.uniform(5, 8))


async def change(browser: Browser, room: Room, path: str, form: dict[str, Any]) -> None:
    """Press a button of the facilitator's page, and remember when."""
    room.pulse += 1
    room.changes[room.pulse] = time.perf_counter()
    await browser.ask("POST", path, form=form)
    await browser.ask("GET", f"/panels/{room.pk}/live/")


async def run(port: int, seconds: int, made: dict[str, Any]) -> None:
    """Everything, first with all pages only asking, then with ratings."""
    figures, tasks, sessions = Figures(), [], []
    for panel in made["panels"]:
        room = Room(panel["pk"], panel["entries"])
        session = f"{made['cookie']}={panel['session']}"
        panelists = [Browser(port, "a=b", figures) for _ in panel["secrets"]]
        tasks += [
            asyncio.create_task(follow_as_panelist(Browser(port, "a=b", figures), room, secret))
            for secret in panel["secrets"]
        ]
        tasks.append(asyncio.create_task(follow_as_facilitator(Browser(port, session, figures), room)))
        sessions.append((Browser(port, session, figures), panelists, room, panel["secrets"]))
        await asyncio.sleep(0.3)
    pages = len(tasks)
    await asyncio.sleep(3)
    print("asking", flush=True)
    figures.requests = 0
    start = time.perf_counter()
    await asyncio.sleep(max(20, seconds // 3))
    print("quiet part over", flush=True)
    quiet = {"requests": figures.requests, "seconds": time.perf_counter() - start}
    tasks += [asyncio.create_task(hold_session(*session)) for session in sessions]
    await asyncio.sleep(seconds)
    found = {"to_facilitator": figures.to_facilitator, "to_panelist": figures.to_panelist}
    print(
        json.dumps({**found, **quiet, "failures": figures.failures, "failed": sorted(figures.failed), "pages": pages}),
        flush=True,
    )
    broken = [task.exception() for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    if any(broken):
        raise next(error for error in broken if error)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.stdin.readline())))
