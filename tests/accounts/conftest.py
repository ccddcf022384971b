"""A window into the admin for each of the cast."""

from tests.admin.conftest import ann, as_user, ben, cleo, dan, mia, root

__all__ = ["ann", "as_user", "ben", "cleo", "dan", "mia", "root"]
