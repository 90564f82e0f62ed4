"""The limited process that reads what strangers send."""

import time

import pytest

from core.files import sandbox


def child(folder, program: str) -> str:
    (folder / "child_of_test.py").write_text(program)
    return "child_of_test"


def test_the_answer_of_a_child_comes_back(tmp_path):
    module = child(tmp_path, "import json, sys\nprint(json.dumps({'got': sys.stdin.read(), 'said': sys.argv[1:]}))")
    answer = sandbox.ask(module, "one", "two", content=b"bytes", seconds=20, folder=tmp_path)
    assert answer == {"got": "bytes", "said": ["one", "two"]}


@pytest.mark.parametrize(
    "program", ["import os; os.abort()", "print('no JSON')", "print('[1]')", "raise SystemExit(3)"]
)
def test_a_child_that_dies_or_writes_something_else_gives_no_answer(program, tmp_path):
    with pytest.raises(sandbox.NoAnswerError):
        sandbox.ask(child(tmp_path, program), seconds=20, folder=tmp_path)


def test_a_child_that_hangs_is_ended(tmp_path):
    start = time.monotonic()
    with pytest.raises(sandbox.NoAnswerError):
        sandbox.ask(child(tmp_path, "import time; time.sleep(60)"), seconds=1, folder=tmp_path)
    assert time.monotonic() - start < 30


def test_a_child_gets_no_secret_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    module = child(tmp_path, "import json, os\nprint(json.dumps({'names': sorted(os.environ)}))")
    names = sandbox.ask(module, seconds=20, folder=tmp_path)["names"]
    assert not {"SECRET_KEY", "DATABASE_URL", "OCTE_VAR_DIR"} & set(names)


def test_a_child_that_wants_too_much_memory_fails_alone(tmp_path):
    program = (
        "import sys\n"
        f"sys.path.insert(0, {str(sandbox.PROJECT)!r})\n"
        "from core.files.sandbox import limit_self\n"
        "limit_self(memory=200 * 1024 * 1024, cpu_seconds=5)\n"
        "bytearray(400 * 1024 * 1024)\n"
        "print('{}')"
    )
    with pytest.raises(sandbox.NoAnswerError):
        sandbox.ask(child(tmp_path, program), seconds=20, folder=tmp_path)
