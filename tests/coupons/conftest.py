"""The same cast as for activities."""

from tests.activities.conftest import ann, ben, cleo, dan, mia, root

__all__ = ["ann", "ben", "cleo", "dan", "mia", "root"]
