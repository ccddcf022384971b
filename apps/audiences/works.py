"""The long works of audiences, made known when the app is ready."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.audiences.models import Audience
from apps.audiences.services import counting, snapshots, uploads
from apps.core import jobs


def register_all() -> None:
    jobs.register(
        uploads.KIND, uploads.step, label=_("Import a list of customers"), tell=uploads.tell,
        page=page_of_audience, permission=uploads.CHANGE, forget=uploads.forget,
    )  # fmt: skip
    jobs.register(
        counting.KIND, counting.step, label=_("Count an audience"), tell=counting.tell, page=page_of_audience
    )
    jobs.register(
        snapshots.KIND,
        snapshots.step,
        label=_("Note who is in the audience at publication"),
        tell=snapshots.tell,
    )


def page_of_audience(job: jobs.Job) -> str:
    found = Audience.objects.filter(code=job.subject_code).values_list("pk", flat=True).first()
    return "" if found is None else reverse("admin:audiences_audience_change", args=[found])
