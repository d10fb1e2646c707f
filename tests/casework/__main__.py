"""Writes every case to its file: `python -m tests.casework`."""

from pathlib import Path

from tests.casework import CASES
from tests.casework.makers import write

FOLDER = Path(__file__).parent.parent / "cases"

if __name__ == "__main__":
    write(CASES, FOLDER)
    print(f"{len(CASES)} cases in {FOLDER.name}")
