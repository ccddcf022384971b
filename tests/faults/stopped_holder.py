"""Places an order and stops itself before the commit; printed is what becomes of the commit when it is let go on."""

import os
import signal
import sys

import django

django.setup()

from django.db import DatabaseError, InterfaceError, transaction  # noqa: E402

from apps.core.clock import database_now  # noqa: E402
from apps.orders import services  # noqa: E402

try:
    with transaction.atomic():
        services.place_order(sys.argv[1].encode(), client=1, shop=None)
        database_now()
        sys.stdout.write("holding\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGSTOP)
except (DatabaseError, InterfaceError) as error:
    sys.stdout.write(f"failed {type(error).__name__}\n")
else:
    sys.stdout.write("committed\n")
