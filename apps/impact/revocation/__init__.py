"""What a revocation would hit, told before anybody signs it; read as things stand when the page is opened."""

from apps.impact.revocation.hits import hits_of

__all__ = ["hits_of"]
