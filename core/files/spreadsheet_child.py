"""Reads one spreadsheet, alone in a process with little memory and time: `python -m core.files.spreadsheet_child`.

The file comes in by standard input, one line of JSON goes out. It knows nothing of Django and gets no secrets: a
spreadsheet made to break its reader, for example a small archive of endless zeros, breaks only this.
"""

import io
import json
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from core.files.sandbox import limit_self

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 10
# Unpacked, an honest spreadsheet of a few megabytes is some ten times as large.
MOST_UNPACKED_BYTES = 100 * 1024 * 1024
# Spreadsheet programs show a number with this many digits; more are the trace of binary fractions.
_DIGITS = 15


def cell_text(value: Any) -> str:
    """A cell as its reader sees it: 1.0 is "1", a day reads 2026-11-24, text stays as it is."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < 10**_DIGITS
        return str(int(value)) if whole else f"{value:.{_DIGITS}g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else str(value or "")


def numbered(rows: Iterable[list[Any]], *, most_rows: int) -> list[tuple[int, list[str]]]:
    """The rows that hold something with the number that the spreadsheet shows beside them; one more than allowed at
    most.
    """
    kept: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows, start=1):
        cells = [cell_text(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            kept.append((number, cells))
        if len(kept) > most_rows:
            break
    return kept


def look(content: bytes, *, most_rows: int) -> dict[str, Any]:
    """The rows of the first sheet in sight that holds anything, or what is wrong with the file."""
    import python_calamine as calamine

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED_BYTES:
                return {"finding": "too large"}
        book = calamine.load_workbook(io.BytesIO(content))
        seen = [sheet.name for sheet in book.sheets_metadata if sheet.visible == calamine.SheetVisibleEnum.Visible]
        for name in seen:
            rows = numbered(book.get_sheet_by_name(name).iter_rows(), most_rows=most_rows)
            if rows:
                return {"finding": "ok", "sheet": name, "sheets": len(seen), "rows": rows}
    except calamine.PasswordError:
        return {"finding": "encrypted"}
    except (calamine.CalamineError, zipfile.BadZipFile, NotImplementedError):
        return {"finding": "broken"}
    return {"finding": "ok", "sheet": "", "sheets": len(seen), "rows": []}


def main() -> None:
    """Limit this process, then read what comes in."""
    limit_self(memory=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    sys.stdout.write(json.dumps(look(sys.stdin.buffer.read(), most_rows=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
