"""What each process loads: memory and start-up time are spent on what it uses."""

import json
import subprocess
import sys

import pytest

from tests.triage.serve.whole import PROJECT

# Each of them costs tens of MiB and up to a second; they belong to the watcher and to the assessment of a cluster.
HEAVY = {"kubernetes", "pandas", "numpy"}
_LOADED = "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"

# What the program of each process does before its first request, task or strike.
ENTRIES = {
    "web": "import triage.config.wsgi, triage.config.urls",
    "worker": "from triage.config.celery import app; app.finalize(); app.loader.init_worker()",
    "beat": "from triage.config.celery import app; from triage.config.metronome import Metronome; Metronome(app)",
}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_process_does_not_load_what_only_others_use(name: str) -> None:
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{ENTRIES[name]}\n{_LOADED}"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(said.stdout))
    assert "triage" in loaded
    assert not loaded & HEAVY
