"""Long works: started by people, done by workers in batches that commit with their cursor; seen, cancelled, resumed."""

from apps.core.jobs.models import Job, JobFile
from apps.core.jobs.registry import Batch, register
from apps.core.jobs.running import run
from apps.core.jobs.starting import cancel, start, take_up

__all__ = ["Batch", "Job", "JobFile", "cancel", "register", "run", "start", "take_up"]
