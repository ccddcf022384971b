"""The same cast as for activities, with windows into the admin."""

from tests.activities.conftest import ann, ben, cleo, dan, mia, root
from tests.admin.conftest import as_user

__all__ = ["ann", "as_user", "ben", "cleo", "dan", "mia", "root"]
