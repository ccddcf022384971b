"""The long works of the catalogue, made known when the app is ready."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.catalog.files import applying, exporting, reading
from apps.core import jobs


def register_all() -> None:
    jobs.register(
        reading.KIND, reading.step, label=_("Read a file of SKUs"), tell=reading.tell, page=page_of_reading,
        permission=exporting.VIEW, forget=reading.forget,
    )  # fmt: skip
    jobs.register(
        applying.KIND,
        applying.step,
        label=_("Apply a file of SKUs"),
        tell=applying.tell,
        page=page_of_applying,
    )
    jobs.register(
        exporting.KIND, exporting.step, label=_("Export SKUs"), tell=exporting.tell, permission=exporting.VIEW
    )


def page_of_reading(job: jobs.Job) -> str:
    return reverse("admin:catalog_sku_file", args=[job.pk])


def page_of_applying(job: jobs.Job) -> str:
    return reverse("admin:catalog_sku_file", args=[job.params["reading"]])
