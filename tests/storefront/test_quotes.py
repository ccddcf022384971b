"""POST /quotes over HTTP: what is priced, when, for whom, with how many statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.storefront import fair
from tests.storefront.conftest import Caller

pytestmark = pytest.mark.usefixtures("shop_fair")


def test_whole_answer(caller: Caller) -> None:
    fair.publish(fair.activity("full-100-10"))
    answer = caller.quote(as_of=fair.DURING)
    print(answer)
    assert answer["payable_total"] == 21_000
