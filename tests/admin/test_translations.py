"""Nothing that people read is left without Chinese."""

import pytest

from promo_portal.message_ids import all_ids, missing


def test_every_sentence_has_its_chinese():
    assert missing() == {}


@pytest.mark.parametrize(
    "message",
    [
        "Save draft",  # a template
        "Submit for approval",  # code
        "must be at least %(minimum)s",  # a fault of a document
        "no SKU is in scope",  # a fault that blocks submission
        "No results found",  # unfold
    ],
)
def test_the_search_finds_sentences_wherever_they_stand(message):
    assert message in all_ids()
