#!/usr/bin/env python
"""The command line of Whose: `python manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triage.config.settings")
    if sys.argv[1:2] == ["serve"]:
        # The supervisor stays small: Django is loaded by its children only.
        from triage.serve import service

        sys.exit(service.main(sys.argv[2:]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
