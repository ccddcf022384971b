"""Packs into the portal and out of it."""

from apps.packs.services.importing import ImportReport, PackRefused, import_pack

__all__ = ["ImportReport", "PackRefused", "import_pack"]
