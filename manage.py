#!/usr/bin/env python
"""Django's command line for Promo Portal; `./run manage` sets everything up first."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promo_portal.settings")
    os.environ.setdefault("PORTAL_MODE", "development")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
