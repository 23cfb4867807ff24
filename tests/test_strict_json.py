"""JSON by others, read strictly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commit_carbon_hook import strict_json
from commit_carbon_hook.errors import CarbonError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
).filter(lambda value: "Infinity" not in json.dumps(value))


@given(VALUES)
def test_what_json_writes_is_read(value: object) -> None:
    assert strict_json.parse(json.dumps(value).encode(), "f") == value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"{", "f: line 1, column 2: not JSON", id="syntax"),
        pytest.param(b"\xff", "not UTF-8", id="bytes"),
        pytest.param(b"NaN", "NaN is not a number in JSON", id="nan"),
        pytest.param(b"-Infinity", "-Infinity is not a number in JSON", id="infinity"),
        pytest.param(b"1e999", "1e999 is too large", id="too-large"),
        pytest.param(b"9" * 5_000, "f: ", id="digits"),
        pytest.param(b'{"a": 1, "a": 2}', 'key "a" stands twice', id="twice"),
        pytest.param(b"[" * 33 + b"]" * 33, "nested more than 32 deep", id="deep"),
        pytest.param(b"[" * 100_000, "nested more than 32 deep", id="very-deep"),
    ],
)
def test_faults(content: bytes, said: str) -> None:
    with pytest.raises(CarbonError, match=r"^f: ") as caught:
        strict_json.parse(content, "f")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
