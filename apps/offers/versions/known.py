"""Makes a model known as something under approval: who carries out its requests, the sweep, the promises."""

from apps.approvals.registry import register as register_handler
from apps.offers.versions import promises, sweep
from apps.offers.versions.models import Running, Versioned
from apps.offers.versions.review import PublishHandler, publish_action
from apps.offers.versions.revocation import RevokeHandler, revoke_action
from apps.offers.versions.running import ResumeHandler, resume_action

_models: list[type[Versioned]] = []


def register(model: type[Versioned]) -> None:
    """Called once per model, in its app's `ready()`."""
    if model in _models:
        return
    _models.append(model)
    register_handler(publish_action(model), PublishHandler(model))
    promises.register(model)
    if issubclass(model, Running):
        register_handler(revoke_action(model), RevokeHandler(model))
        register_handler(resume_action(model), ResumeHandler(model))
        sweep.register(model)


def models() -> tuple[type[Versioned], ...]:
    return tuple(_models)
