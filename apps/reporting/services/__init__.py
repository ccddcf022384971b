from apps.reporting.services.concluding import conclude

__all__ = ["conclude"]
