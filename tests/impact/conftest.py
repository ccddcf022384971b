"""The cast of the activities' tests, with a window into the admin for each."""

from tests.activities.conftest import ann, ben, cleo, dan
from tests.admin.conftest import as_user

__all__ = ["ann", "as_user", "ben", "cleo", "dan"]
