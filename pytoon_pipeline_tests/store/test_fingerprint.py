"""Fingerprints."""

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.store.fingerprint import fingerprint


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4))
def test_the_order_of_inputs_does_not_matter(inputs: dict[str, str]) -> None:
    turned = dict(reversed(inputs.items()))
    assert fingerprint("s", 1, inputs, {}, {}) == fingerprint("s", 1, turned, {}, {})
