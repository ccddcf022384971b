"""What two texts are the same code, and what is kept of one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.coupons.codes_text import (
    ALPHABET,
    MAX_PRESENTED,
    CodeMaker,
    canonical,
    digest_of,
    generated_word,
    is_code,
    new_seed,
    tail_of,
)

UNSEEN = st.sampled_from(
    [" ", "\t", "\n", "-", "_", "\u2014", "\u00ad", "\u200b", "\u2060", "\ufeff", "\ufe0f", "\u3000"]
)


@given(st.text(max_size=MAX_PRESENTED))
@settings(max_examples=500)
def test_the_canonical_form_is_its_own(text):
    once = canonical(text)
    assert canonical(once) == once or len(once) > MAX_PRESENTED


@given(st.text(min_size=1, max_size=40), st.lists(st.tuples(st.integers(0, 60), UNSEEN), max_size=10))
def test_what_is_not_seen_does_not_count(text, inserted):
    """Given a code of letters and digits, when separators and unseen signs are put in it, then it is the same code."""
    plain = "".join(sign for sign in text if sign.isascii() and sign.isalnum())
    changed = plain
    for place, sign in inserted:
        changed = changed[:place] + sign + changed[place:]
    assert canonical(changed) == canonical(plain) == plain.lower()
    assert digest_of(changed) == digest_of(plain)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("double11", "ＤＯＵＢＬＥ１１"),
        ("STRASSE", "straße"),
        ("é9999", "e\u03019999"),
        ("ﬁsh", "FISH"),
        ("双11 券", "双１１券"),
        ("K9T7", "\u212a9T7"),  # the sign of Kelvin
    ],
)
def test_the_same_code(one, other):
    assert canonical(one) == canonical(other)
    assert digest_of(one) == digest_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("double11", "double12"), ("0000", "OOOO"), ("a.b", "ab"), ("é", "e")]
)
def test_not_the_same_code(one, other):
    assert canonical(one) != canonical(other)
    assert digest_of(one) != digest_of(other)


@pytest.mark.parametrize("nothing", ["", " ", "-", "\u200b\u2060", "\ud800", "A" * (MAX_PRESENTED + 1)])
def test_no_code(nothing):
    assert not is_code(nothing)
    assert digest_of(nothing) == digest_of("")


def test_codes_follow_from_seed_and_number():
    seed = new_seed()
    maker, again, other = CodeMaker(seed), CodeMaker(seed), CodeMaker(new_seed())
    codes = [maker.shown(number) for number in range(1_000)]
    assert codes == [again.shown(number) for number in range(1_000)]
    assert len(set(codes)) == 1_000
    assert not set(codes) & {other.shown(number) for number in range(1_000)}
    letters = "".join(codes).replace("-", "")
    assert set(letters) == set(ALPHABET)
    assert not set("01IO") & set(ALPHABET)
    for number in (0, 1, 999):
        assert maker.kept(number) == (digest_of(codes[number]), codes[number][-4:])
        assert tail_of(codes[number].lower()) == codes[number][-4:]


def test_another_secret_makes_and_keeps_other_codes(settings):
    """Given the seed of a batch and not the portal's secret, when codes are made, then they are others."""
    seed = new_seed()
    code = CodeMaker(seed).shown(0)
    kept = digest_of(code)
    settings.SECRET_KEY = "another-" + settings.SECRET_KEY
    assert CodeMaker(seed).shown(0) != code
    assert digest_of(code) != kept


def test_a_generated_word_is_eight_letters():
    words = {generated_word() for _ in range(100)}
    assert len(words) == 100
    assert all(len(word) == 8 and set(word) <= set(ALPHABET) for word in words)
