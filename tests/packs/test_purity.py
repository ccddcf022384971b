"""Documents and offline pricing need nothing but Python: no Django is even imported."""

import subprocess
import sys
from pathlib import Path

MODULES = (
    "apps.packs.carts, apps.packs.loading, apps.packs.members, apps.offers.submission, apps.offers.sentence"
)


def test_offline_pricing_imports_no_django() -> None:
    program = f"import sys, {MODULES}; print([m for m in sys.modules if m.split('.')[0] == 'django'])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent.parent,
        check=True,
    )
    assert done.stdout.strip() == "[]"
