"""YAML by others: plain values only, in bounded time, one line for everything else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Repository

from commit_carbon_hook import strict_yaml
from commit_carbon_hook.errors import CarbonError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: 1", {"a": 1}, id="number"),
        pytest.param('a: "1"', {"a": "1"}, id="quoted-number"),
        pytest.param("a: -12", {"a": -12}, id="negative"),
        pytest.param("a: 0", {"a": 0}, id="zero"),
        pytest.param("a: 010", {"a": "010"}, id="no-octal"),
        pytest.param("a: 12:30:45", {"a": "12:30:45"}, id="no-sexagesimal"),
        pytest.param("a: 1_000", {"a": "1_000"}, id="no-underscores"),
        pytest.param("a: ٣", {"a": "٣"}, id="no-other-digits"),
        pytest.param("a: 1.5", {"a": "1.5"}, id="no-floats"),
        pytest.param("a: .nan", {"a": ".nan"}, id="no-nan"),
        pytest.param("a: NO", {"a": "NO"}, id="norway"),
        pytest.param("a: 2026-01-01", {"a": "2026-01-01"}, id="no-dates"),
        pytest.param("a: ~\nb: null\nc:", {"a": None, "b": None, "c": None}, id="null"),
        pytest.param("a: '~'", {"a": "~"}, id="quoted-null"),
        pytest.param(f"a: {'9' * 30}", {"a": "9" * 30}, id="no-huge-numbers"),
        pytest.param("- a\n- [b, {c: d}]", ["a", ["b", {"c": "d"}]], id="nested"),
        pytest.param("\ufeffa: b", {"a": "b"}, id="byte-order-mark"),
        pytest.param("--- # comment\na: |\n  x\n  y\n...\n", {"a": "x\ny\n"}, id="block"),
        pytest.param("text", "text", id="scalar"),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert strict_yaml.parse(text.encode(), "f") == value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"a: &x b", "f: line 1: anchors and aliases", id="anchor"),
        pytest.param(b"a: *x", "anchors and aliases", id="alias"),
        pytest.param(b"a: !!python/object/apply:os.system [id]", "tags are not read", id="tag"),
        pytest.param(b"a: !x b", "tags are not read", id="own-tag"),
        pytest.param(b"<<: {a: b}", "merge key", id="merge"),
        pytest.param(b"a: b\nc: d\na: e", "f: line 3: a key that stands twice", id="twice"),
        pytest.param(b"1: b", "a key must be text", id="number-as-key"),
        pytest.param(b"[a]: b", "a key must be text", id="list-as-key"),
        pytest.param(b"a\n---\nb", "one document", id="two-documents"),
        pytest.param(b"", "one document", id="empty"),
        pytest.param(b"a: [", "line 1: not YAML", id="syntax"),
        pytest.param(b"a: \xff", "not UTF-8", id="bytes"),
        pytest.param(b"a: \0", "not YAML", id="nul"),
        pytest.param(b"[" * 60_000, "nested more than 16 deep", id="deep"),
        pytest.param(b"- " * 30_000, "nested more than 16 deep", id="deep-block"),
        pytest.param(b"a" * 70_000, "larger than 64 KiB", id="large"),
    ],
)
def test_faults(content: bytes, said: str) -> None:
    with pytest.raises(CarbonError, match=r"^f: ") as caught:
        strict_yaml.parse(content, "f")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(
    st.recursive(
        st.none() | st.integers(-(10**17), 10**17) | st.text(st.characters(codec="utf-8")),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1).map(repr), inner),
        max_leaves=10,
    )
)
def test_json_is_read_as_json(value: Any) -> None:
    text = json.dumps(value)
    if "\\u" not in text and '"<<"' not in text:
        assert strict_yaml.parse(text.encode(), "f") == value


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_one_line(content: bytes) -> None:
    said = ""
    try:
        strict_yaml.parse(content, "f")
    except CarbonError as error:
        said = str(error)
    assert "\n" not in said


def test_without_pyyaml_one_line_says_what_to_install(
    repository: Repository, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text("a: b")
    code = (
        "import sys; sys.modules['yaml'] = None\n"
        "from commit_carbon_hook.summarize import main\n"
        "raise SystemExit(main(['--attestation', sys.argv[1]]))"
    )
    done = repository.run(sys.executable, "-c", code, str(tmp_path / "a.yaml"), check=False)
    assert done.returncode == 2
    assert "pip install 'commit-carbon-hook[yaml]'" in done.stderr
    assert done.stderr.count("\n") == 1
