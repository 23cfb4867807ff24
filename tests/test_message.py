"""Record lines in commit messages, by git's own rules: tables, laws, and the real git."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest
from fuzz_message import LINES, MODES, SCISSORS, Git, as_printed, campaign, complete, laws
from hypothesis import given, settings
from hypothesis import strategies as st
from support import Repository

from commit_carbon_hook.message import (
    cleaned,
    comment_prefix,
    find_end,
    insert,
    is_empty,
    record_lines,
    remove_record_lines,
    replace_records,
    trailers,
)
from commit_carbon_hook.record import KEYS

CUT = b"#" + SCISSORS + b"\n"
BELOW_CUT = CUT + b"# Do not modify or remove the line above.\ndiff --git a/f b/f\n+A: b\n"
TEMPLATE = (
    b"# Please enter the commit message for your changes. Lines starting\n"
    b"# with '#' will be ignored, and an empty message aborts the commit.\n"
    b"#\n# On branch main\n# Changes to be committed:\n#\tmodified:   f\n#\n"
)
K = b"K: v"
A = (b"A", b"b")
SIGNED = (b"Signed-off-by", b"Z")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    folder = tmp_path / "git"
    folder.mkdir()
    return Git(folder)


PARSED = [
    pytest.param(b"", [], id="nothing"),
    pytest.param(b"A: b\n", [], id="title-only"),
    pytest.param(b"s\nA: b\n", [], id="title-of-two-lines"),
    pytest.param(b"s\n\nA: b\n", [A], id="block"),
    pytest.param(b"s\n\nA: b", [A], id="no-final-newline"),
    pytest.param(b"\nA: b\n", [A], id="block-below-an-empty-line"),
    pytest.param(b"s\n# c\n\nA: b\n", [A], id="comment-below-the-title"),
    pytest.param(b"s\n#\n#\nA: b\n", [], id="comments-do-not-end-the-title"),
    pytest.param(b"s\n\nA: b\n\ntext\n", [], id="block-inside"),
    pytest.param(b"s\n\nC: d\n\nA: b\n", [A], id="two-blocks"),
    pytest.param(b"s\n\ntext\nC: d\n", [], id="text-and-own-key"),
    pytest.param(b"s\n\nSigned-off-by: Z\nsome text\n", [SIGNED], id="quarter-rule"),
    pytest.param(b"s\n\n1\n2\n3\nSigned-off-by: Z\n", [SIGNED], id="quarter-rule-just"),
    pytest.param(b"s\n\n1\n2\n3\n4\nSigned-off-by: Z\n", [], id="quarter-rule-no-more"),
    pytest.param(b"s\n\nsigned-off-by: Z\nsome text\n", [], id="quarter-rule-exact-case"),
    pytest.param(b"s\n\n(cherry picked from commit X)\nA: b\n", [A], id="cherry-picked"),
    pytest.param(b"s\n\n(cherry picked from commit X)\ntext\nA: b\n", [A], id="quarter-by-pick"),
    pytest.param(b"s\n\nSigned-off-by: Z\n[ v2: text ]\nA: b\n", [SIGNED, A], id="bracketed-note"),
    pytest.param(b"s\n\nA: b\n# a comment\n", [A], id="comment-after"),
    pytest.param(b"s\n\n# a comment\nA: b\n", [A], id="comment-before"),
    pytest.param(b"s\n\nA: b\n# a comment\nC: d\n", [A, (b"C", b"d")], id="comment-inside"),
    pytest.param(b"s\n\nA: b\n# c\n  more\n", [], id="comment-above-a-continuation"),
    pytest.param(b"s\n\nA: b\n\n# C: d\n\n", [A], id="commented-trailer"),
    pytest.param(b"s\n\nA: b\n\n" + BELOW_CUT, [A], id="scissors"),
    pytest.param(CUT + b"\nA: b\n", [], id="scissors-first"),
    pytest.param(b"s\n\nA: b\nx" + CUT, [], id="no-scissors"),
    pytest.param(b"s\n\nA: b\n\nConflicts:\n", [A], id="conflicts-alone"),
    pytest.param(b"s\n\nA: b\n\nConflicts:\n\tf\n# c\n\tg\n\n", [A], id="conflicts"),
    pytest.param(b"s\n\nA: b\n\nConflicts:\n f\n", [(b"Conflicts", b"f")], id="no-conflicts"),
    pytest.param(b"s\n\nA: b\n\n\tf\n", [], id="tab-without-conflicts"),
    pytest.param(b"s\n\nA: b\n---\nmore\n", [], id="divider-below"),
    pytest.param(b"s\n---\nmore\n\nA: b\n", [A], id="divider-above"),
    pytest.param(b"-----\n\nA: b\n", [A], id="dashes"),
    pytest.param(b"s\n\n--- a/f\n\nA: b\n", [A], id="diff-header"),
    pytest.param(b"s\n\nBug : 42\n", [(b"Bug", b"42")], id="blank-before-colon"),
    pytest.param(b"s\n\nBug \t:42\n", [(b"Bug", b"42")], id="blanks-before-colon"),
    pytest.param(b"s\n\nTwo words: v\n", [], id="blank-in-key"),
    pytest.param(b"s\n\n: v\n", [], id="no-key"),
    pytest.param(b"s\n\nCl\xc3\xa9: v\n", [], id="key-not-ascii"),
    pytest.param(b"s\n\nclientlib/x.py: t\n", [], id="path-as-key"),
    pytest.param(b"s\n\n[//]: # (x)\n", [], id="markdown-comment"),
    pytest.param(b"s\n\nFoo_bar: v\n", [], id="underscore-in-key"),
    pytest.param(b"s\n\nhttps://x\n", [(b"https", b"//x")], id="address"),
    pytest.param(b"s\n\n-x: y\n123: n\n", [(b"-x", b"y"), (b"123", b"n")], id="odd-keys"),
    pytest.param(b"s\n\nWhy:\n", [(b"Why", b"")], id="no-value"),
    pytest.param(b"s\n\n  indented\nA: b\n", [], id="indented-first-line"),
    pytest.param(b"s\n\n  indented\nSigned-off-by: Z\n", [SIGNED], id="indented-but-signed"),
    pytest.param(b"s\n\n  A: b\n", [], id="indented-block"),
    pytest.param(b"s\n\nA: b\n  c\n\td\n", [(b"A", b"b c d")], id="folded"),
    pytest.param(b"s\n\nA:\n  b\n", [A], id="folded-from-nothing"),
    pytest.param(b"s\n\nA: b \n c\n", [(b"A", b"b  c")], id="folded-after-a-blank"),
    pytest.param(b"s\n\nA: b\nA: b\n", [A, A], id="duplicate"),
    pytest.param(
        b"s\n\nFoo: a\xe2\x80\xa8Bar: b\n", [(b"Foo", b"a\xe2\x80\xa8Bar: b")], id="U+2028"
    ),
    pytest.param(b"s\n\nFoo: a\x0bB: c\x0cD: e\n", [(b"Foo", b"a\x0bB: c\x0cD: e")], id="VT-FF"),
    pytest.param(b"s\n\nFoo: a\x1cB: c\n", [(b"Foo", b"a\x1cB: c")], id="file-separator"),
    pytest.param(b"s\n\nFoo: a\xc2\x85B: c\n", [(b"Foo", b"a\xc2\x85B: c")], id="NEL"),
    pytest.param(b"s\n\nFoo: a\rB: c\n", [(b"Foo", b"a\rB: c")], id="bare-CR"),
    pytest.param(b"s\n\nA: \x1b[31mb\n", [(b"A", b"\x1b[31mb")], id="escape"),
    pytest.param(b"s\r\n\r\nA: b\r\n", [A], id="CRLF"),
    pytest.param(b"s\n\nA: b\n \n\n", [A], id="white-space-below"),
    pytest.param(b"\xfc\n\nA: \xe4\n", [(b"A", b"\xe4")], id="latin-1"),
    pytest.param(b"s\n\n* c1\n\nC: d\n\n---------\n\nA: b\n", [A], id="forge-squash"),
]


class TestTrailers:
    @pytest.mark.parametrize(("text", "expected"), PARSED)
    def test_reads_the_final_block(self, text: bytes, expected: list[tuple[bytes, bytes]]) -> None:
        assert trailers(text, b"#") == expected

    def test_the_table_is_what_git_says(self, git: Git) -> None:
        # Before 2.46.2 git did not complete the last line; we read as it does since.
        texts = [complete(parameters.values[0]) for parameters in PARSED]  # type: ignore[arg-type]
        expected = [as_printed(parameters.values[1]) for parameters in PARSED]  # type: ignore[arg-type]
        assert git.interpret_trailers(b"#", texts, "--parse") == expected

    @pytest.mark.parametrize("prefix", [b";", b"//", b"%"])
    def test_comments_have_the_prefix_that_is_given(self, prefix: bytes) -> None:
        text = b"s\n\nA: b\n%b c\n%b >8\n" % (prefix, prefix)
        assert trailers(text, prefix) == [A]
        assert trailers(text, b"#") == []
        assert trailers(b"s\n\nA: b\n" + prefix + SCISSORS + b"\n\nC: d\n", prefix) == [A]


@pytest.mark.parametrize(
    ("message", "below"),
    [
        pytest.param(b"", b"", id="nothing"),
        pytest.param(b"s\n", b"", id="title"),
        pytest.param(b"s\n", b"\n\n", id="empty-lines"),
        pytest.param(b"s\n \n", b"", id="white-space-is-not-empty"),
        pytest.param(b"s\n", b"# c\n\n#\n", id="comments"),
        pytest.param(b"s\n #c\n", b"", id="indented-comment"),
        pytest.param(b"s\n# c\nt\n", b"# c", id="comment-inside"),
        pytest.param(b"", b"\n# c\n", id="only-comments"),
        pytest.param(b"s\n", b"\n" + CUT + b"t\n", id="scissors"),
        pytest.param(b"", CUT + b"t\n", id="scissors-first"),
        pytest.param(b"s\n", CUT[:-1], id="scissors-incomplete"),
        pytest.param(b"s\nt" + CUT, b"", id="scissors-within-a-line"),
        pytest.param(b"s\n" + CUT[:-1] + b"-\nt\n", b"", id="scissors-too-long"),
        pytest.param(b"s\n", b"\nConflicts:\n\tf\n", id="conflicts"),
        pytest.param(b"s\n\nConflicts:\nf\n", b"", id="conflicts-and-text"),
    ],
)
def test_find_end(message: bytes, below: bytes) -> None:
    assert find_end(message + below, b"#") == len(message)


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        pytest.param(b"", b"#", id="nothing"),
        pytest.param(b"s\n\n" + TEMPLATE, b"#", id="template"),
        pytest.param(b"s\n\n" + TEMPLATE.replace(b"#", b";"), b";", id="semicolon"),
        pytest.param(b"s\n\n" + TEMPLATE.replace(b"#", b"//"), b"//", id="two-bytes"),
        pytest.param(b"s\r\n\r\n; mit \xe2\x80\x9e;\xe2\x80\x9c\r\n;\r\n", b";", id="CRLF"),
        pytest.param("s\n\n; avec «;» seront\n;\n".encode(), b";", id="guillemets"),
        pytest.param("s\n\n;\n; 开头是「;」的行\n".encode(), b";", id="corner-brackets"),
        pytest.param(b"s\n\n;" + SCISSORS + b"\n; Do not\n+x\n", b";", id="scissors"),
        pytest.param(b"s\n\n//" + SCISSORS + b"\n// Do not\n+x\n", b"//", id="scissors-slashes"),
        pytest.param(b"s\n\nREM" + SCISSORS + b"\nREM Do not\n+x\n", b"REM", id="scissors-word"),
        pytest.param(b";" + SCISSORS + b"\n; Do not\n", b";", id="scissors-first"),
        pytest.param(b">" + SCISSORS + b"\n> q\n\n" + BELOW_CUT, b"#", id="quoted-above-default"),
        pytest.param(b"s\n\n" + BELOW_CUT + b"+;" + SCISSORS + b"\n+; x\n", b"#", id="in-a-diff"),
        pytest.param(b"s\n\n>" + SCISSORS + b"\ntext\n", b"#", id="quoted-alone"),
        pytest.param(b"s\n\n " + SCISSORS + b"\n  t\n", b"#", id="scissors-indented"),
        pytest.param(
            b"s\n\n" + b"x" * 33 + SCISSORS + b"\n" + b"x" * 33 + b" t\n", b"#", id="long"
        ),
        pytest.param(b"s\n\n- one\n- two\n", b"#", id="list"),
        pytest.param(b"s\n\n* use '*' here\n* two\n", b"*", id="list-that-quotes-its-bullet"),
        pytest.param(b"s\n\n; one\n; two\n", b"#", id="no-hint"),
        pytest.param(b"s\n\n- one\n- (-), #-#\n", b"#", id="not-quoted"),
        pytest.param(b"s\n\n> '> '\n>quoted\n", b"#", id="quotation"),
        pytest.param(b"s\n\nuse ';'\n;\n", b"#", id="hint-in-the-text"),
    ],
)
def test_comment_prefix(text: bytes, prefix: bytes) -> None:
    assert comment_prefix(text) == prefix


def after(text: bytes, eol: bytes = b"\n") -> bytes:
    return text + K + eol


INSERTED = [
    pytest.param(b"s\n", after(b"s\n\n"), id="title"),
    pytest.param(b"s", b"s\n\nK: v", id="title-without-newline"),
    pytest.param(b"Merge branch 'x'\n\nbody", b"Merge branch 'x'\n\nbody\n\nK: v", id="MERGE_MSG"),
    pytest.param(b"s\n\nA: b", b"s\n\nK: v\nA: b", id="block-without-newline"),
    pytest.param(b"A: b\n", after(b"A: b\n\n"), id="title-like-a-trailer"),
    pytest.param(b"\nfix: t\n", after(b"\nfix: t\n\n"), id="subject-below-an-empty-line"),
    pytest.param(
        b"# 1st:\n\nfix: t\n\n" + TEMPLATE,
        after(b"# 1st:\n\nfix: t\n\n") + b"\n" + TEMPLATE,
        id="subject-below-a-comment",
    ),
    pytest.param(b"s\nt\n\nA: b\n", b"s\nt\n\nK: v\nA: b\n", id="block"),
    pytest.param(b"s\n\nA: b\n  c\n", b"s\n\nK: v\nA: b\n  c\n", id="folding-kept"),
    pytest.param(b"s\n\n  t\nA: b\n", after(b"s\n\n  t\nA: b\n\n"), id="indented-kept"),
    pytest.param(b"s\n\nBug : 4\n", b"s\n\nK: v\nBug : 4\n", id="not-rewritten"),
    pytest.param(b"s\n\nWhy:\n", b"s\n\nK: v\nWhy:\n", id="template-line"),
    pytest.param(
        b"s\n\nSigned-off-by: Z\nt\n", b"s\n\nK: v\nSigned-off-by: Z\nt\n", id="quarter-rule"
    ),
    pytest.param(
        b"s\n\nt\nSigned-off-by: Z\n", b"s\n\nt\nK: v\nSigned-off-by: Z\n", id="prose-in-the-block"
    ),
    pytest.param(b"s\n\nA: b\n---\nt\n", after(b"s\n\nA: b\n---\nt\n\n"), id="below-a-divider"),
    pytest.param(b"s\n\n\n", after(b"s\n\n") + b"\n\n", id="trailing-empty-lines"),
    pytest.param(b"s\n\nA: b\n \n", b"s\n\nK: v\nA: b\n \n", id="trailing-white-space"),
    pytest.param(b"s\n  ", after(b"s\n\n") + b"  ", id="trailing-white-space-incomplete"),
    pytest.param(b"s\n" + TEMPLATE, after(b"s\n\n") + TEMPLATE, id="typed-on-line-1"),
    pytest.param(b"s\n\n" + TEMPLATE, after(b"s\n\n") + b"\n" + TEMPLATE, id="comments"),
    pytest.param(b"s\n\nA: b\n# c\n", b"s\n\nK: v\nA: b\n# c\n", id="block-and-comments"),
    pytest.param(b"s\n\n" + BELOW_CUT, after(b"s\n\n") + b"\n" + BELOW_CUT, id="scissors"),
    pytest.param(b"s\n\nA: b\n" + BELOW_CUT, b"s\n\nK: v\nA: b\n" + BELOW_CUT, id="at-scissors"),
    pytest.param(
        b"s\n\nA: b\n\nConflicts:\n\tf\n",
        b"s\n\nK: v\nA: b\n\nConflicts:\n\tf\n",
        id="block-above-conflicts",
    ),
    pytest.param(
        b"s\n\nConflicts:\n\tf\n", after(b"s\n\nConflicts:\n\tf\n\n"), id="text-above-conflicts"
    ),
    pytest.param(b"", after(b"\n\n"), id="nothing"),
    pytest.param(b"\n" + TEMPLATE, after(b"\n\n") + b"\n" + TEMPLATE, id="empty"),
    pytest.param(TEMPLATE, after(b"\n\n") + TEMPLATE, id="only-comments"),
    pytest.param(b"\n" + BELOW_CUT, after(b"\n\n") + b"\n" + BELOW_CUT, id="empty-above-scissors"),
    pytest.param(
        b"\n\nSigned-off-by: Z\n\n" + TEMPLATE,
        b"\n\nK: v\nSigned-off-by: Z\n\n" + TEMPLATE,
        id="commit-s",
    ),
    pytest.param(
        b"\n\nSigned-off-by: Z\nt\n", after(b"\n\nSigned-off-by: Z\nt\n\n"), id="signed-subject"
    ),
    pytest.param(b"s\r\n\r\nt\r\n", after(b"s\r\n\r\nt\r\n\r\n", b"\r\n"), id="CRLF"),
    pytest.param(b"s\r\n\r\nA: b\r\n", b"s\r\n\r\nK: v\r\nA: b\r\n", id="CRLF-block"),
    pytest.param(b"s\r\n\r\nt", b"s\r\n\r\nt\r\n\r\nK: v", id="CRLF-incomplete"),
    pytest.param(b"\r\n# c\r\n", after(b"\r\n\r\n", b"\r\n") + b"\r\n# c\r\n", id="CRLF-empty"),
    pytest.param(b"s\r\n\r\nA: b\n", b"s\r\n\r\nK: v\r\nA: b\n", id="CRLF-then-LF"),
    pytest.param(b"s\r", b"s\r\n\nK: v", id="CR-at-the-end"),
    pytest.param(b"\xfc\xff\xe2\x80\xa8\x0b\n", after(b"\xfc\xff\xe2\x80\xa8\x0b\n\n"), id="bytes"),
]

STAYING = [
    pytest.param(b"#12 fix\n", after(b"#12 fix\n\n"), id="subject"),
    pytest.param(b"#12 fix\n\n#13 too\n", after(b"#12 fix\n\n#13 too\n\n"), id="subject-and-body"),
    pytest.param(b"s\n\nt:\n#13\n", after(b"s\n\nt:\n#13\n"), id="list-below-a-trailer"),
    pytest.param(b"s\n\nt\n#13\n", after(b"s\n\nt\n#13\n\n"), id="list-below-text"),
    pytest.param(b"s\n\nA: b\n\n#13\n", b"s\n\nK: v\nA: b\n\n#13\n", id="block-above"),
    pytest.param(b"\n# c\n", after(b"\n# c\n\n"), id="template-left-alone"),
    pytest.param(
        b"\n# kept\n" + BELOW_CUT, after(b"\n# kept\n\n") + BELOW_CUT, id="above-scissors"
    ),
    pytest.param(
        b"\n# c\nSigned-off-by: Z\n", after(b"\n# c\nSigned-off-by: Z\n\n"), id="comment-as-subject"
    ),
]


class TestInsert:
    @pytest.mark.parametrize(("text", "expected"), INSERTED)
    def test_where_comments_are_stripped(self, text: bytes, expected: bytes) -> None:
        assert insert(text, [K], b"#", "strip") == expected

    @pytest.mark.parametrize("mode", ["whitespace", "scissors", "verbatim"])
    @pytest.mark.parametrize(("text", "expected"), STAYING)
    def test_where_comments_stay(self, text: bytes, expected: bytes, mode: str) -> None:
        assert insert(text, [K], b"#", mode) == expected

    def test_several_lines_are_one_block(self) -> None:
        assert insert(b"s", LINES, b"#") == b"s\n\n" + b"\n".join(LINES)
        assert insert(b"s\r\n", LINES, b"#") == b"s\r\n\r\n" + b"\r\n".join(LINES) + b"\r\n"

    def test_nothing_to_insert(self) -> None:
        assert insert(b"s", [], b"#") == b"s"


RECORD = LINES[0]
FOUND = [
    pytest.param(b"s\n\n" + RECORD + b"\n", [RECORD], id="trailer"),
    pytest.param(b"s\n\n" + RECORD, [RECORD], id="incomplete-line"),
    pytest.param(b"s\r\n\r\n" + RECORD + b"\r\n", [RECORD], id="CRLF"),
    pytest.param(RECORD + b"\n", [RECORD], id="first-line"),
    pytest.param(b"s\n\n    " + RECORD + b"\n\nt\n", [RECORD], id="merge-squash"),
    pytest.param(b"        " + RECORD, [RECORD], id="8-spaces"),
    pytest.param(b"         " + RECORD, [], id="9-spaces"),
    pytest.param(b"s\n         " + RECORD, [], id="9-spaces-below"),
    pytest.param(b"s\n        - " + RECORD, [RECORD], id="8-spaces-and-mark"),
    pytest.param(b"s\n         - " + RECORD, [], id="9-spaces-and-mark"),
    pytest.param(
        b"s\n\n* " + RECORD + b"\n- " + RECORD + b"\n> " + RECORD, [RECORD] * 3, id="marks"
    ),
    pytest.param(b"s\n*  " + RECORD, [], id="mark-and-two-spaces"),
    pytest.param(b"s\n* - " + RECORD, [], id="two-marks"),
    pytest.param(b"s\n*" + RECORD, [], id="mark-without-space"),
    pytest.param(b"s\n\t" + RECORD, [], id="tab"),
    pytest.param(b"s\nsee " + RECORD, [], id="in-a-sentence"),
    pytest.param(b"s\n# " + RECORD + b"\nt\n#" + RECORD, [], id="comments"),
    pytest.param(b"s\n" + CUT + RECORD, [], id="below-scissors"),
    pytest.param(b"s\n" + RECORD.lower(), [], id="lower-case"),
    pytest.param(b"s\nCarbon-gCO2e : 1\nCarbon-gCO2e\nCarbon-X: 1\n", [], id="other-keys"),
    pytest.param(b"s\nCarbon-Tokens:\n", [b"Carbon-Tokens:"], id="no-value"),
    pytest.param(b"s\n" + RECORD + b" \r\r\n", [RECORD + b" \r"], id="one-CR"),
    pytest.param(b"s\nA: b\x0b" + RECORD + b"\xe2\x80\xa8" + RECORD, [], id="other-line-ends"),
    pytest.param(
        b"s\n\n" + b"\n".join(LINES) + b"\n\nt\n\n* " + LINES[0], [*LINES, LINES[0]], id="in-order"
    ),
]


class TestRecordLines:
    @pytest.mark.parametrize(("text", "expected"), FOUND)
    def test_finds(self, text: bytes, expected: list[bytes]) -> None:
        assert record_lines(text, b"#") == expected

    def test_comment_prefix_comes_first(self) -> None:
        assert record_lines(b"s\n* " + RECORD + b"\nt\n", b"*") == []

    def test_no_key_is_a_prefix_of_another(self) -> None:
        pairs = [(a, b) for a in KEYS for b in KEYS if a != b]
        assert not any(a.lower().startswith(b.lower()) for a, b in pairs)


BLOCK = b"\n".join(LINES) + b"\n"
REMOVED = [
    pytest.param(b"s\n\n" + BLOCK, b"s\n", id="own-paragraph"),
    pytest.param(b"s\n\nA: b\n" + BLOCK, b"s\n\nA: b\n", id="in-a-block"),
    pytest.param(b"s\n\n" + BLOCK + b"A: b\n", b"s\n\nA: b\n", id="above-another-trailer"),
    pytest.param(b"s\n\n" + BLOCK + b"# c\nA: b\n", b"s\n\n# c\nA: b\n", id="above-a-comment"),
    pytest.param(b"s\n\n" + BLOCK + b"Conflicts:\n", b"s\n\nConflicts:\n", id="above-conflicts"),
    pytest.param(b"s\n\n" + BLOCK + b"\nt\n", b"s\n\nt\n", id="paragraph-inside"),
    pytest.param(b"s\n\n" + BLOCK + b"\n* t\n\n" + BLOCK, b"s\n\n* t\n", id="forge-squash"),
    pytest.param(b"s\n\n    t\n\n    " + RECORD + b"\n\nu\n", b"s\n\n    t\n\nu\n", id="indented"),
    pytest.param(b"t\n" + BLOCK + b"u\n", b"t\nu\n", id="between-text"),
    pytest.param(BLOCK, b"", id="nothing-else"),
    pytest.param(b"\n\n" + BLOCK + b"\n" + TEMPLATE, b"\n" + TEMPLATE, id="empty"),
    pytest.param(b"s\n\n" + BLOCK + b"\n" + BLOCK, b"s\n", id="twice"),
    pytest.param(b"\n" + RECORD, b"", id="incomplete-below-an-empty-line"),
    pytest.param(b"\r\nA: b\n" + RECORD, b"\r\nA: b", id="mixed-line-ends"),
    pytest.param(b"s\r\nt\n\r\n" + RECORD, b"s\r\nt", id="mixed-line-ends-apart"),
    pytest.param(b"s\r\n\r\n" + RECORD + b"\r\n\r\nt\r\n", b"s\r\n\r\nt\r\n", id="CRLF-inside"),
]


class TestRemove:
    @pytest.mark.parametrize(("text", "expected"), REMOVED)
    def test_all(self, text: bytes, expected: bytes) -> None:
        assert remove_record_lines(text, b"#") == expected

    def test_all_but_those_kept(self) -> None:
        text = b"s\n\n" + BLOCK + b"\nt\n\n* Carbon-Tokens: in prose\n"
        rest = remove_record_lines(text, b"#", lambda line: b" id=" not in line)
        assert rest == b"s\n\nt\n\n* Carbon-Tokens: in prose\n"
        assert remove_record_lines(text, b"#", lambda line: line == LINES[1]) == (
            b"s\n\n" + LINES[1] + b"\n\nt\n"
        )
        assert remove_record_lines(text, b"#", lambda line: bool(line)) == text


NEW = [line.replace(b"7K3M9QX2T4", b"0000000000") for line in LINES]
NEW_BLOCK = b"\n".join(NEW) + b"\n"


class TestReplace:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param(b"s\n\n" + NEW_BLOCK, b"s\n\n" + NEW_BLOCK, id="the-same"),
            pytest.param(
                b"s\n\n" + NEW_BLOCK + b"A: b\n", b"s\n\n" + NEW_BLOCK + b"A: b\n", id="not-last"
            ),
            pytest.param(
                b"s\n\n" + NEW_BLOCK + b"\nA: b\n",
                b"s\n\n" + NEW_BLOCK + b"A: b\n",
                id="another-block",
            ),
            pytest.param(b"s\n\n" + BLOCK, b"s\n\n" + NEW_BLOCK, id="others"),
            pytest.param(b"s\n" + NEW_BLOCK, b"s\n\n" + NEW_BLOCK, id="welded-to-the-subject"),
            pytest.param(b"s\n\nt\n" + NEW_BLOCK, b"s\n\nt\n\n" + NEW_BLOCK, id="welded-to-text"),
            pytest.param(b"s\n\n" + BLOCK + NEW_BLOCK, b"s\n\n" + NEW_BLOCK, id="both"),
            pytest.param(b"s\n\n  " + NEW[0], b"s\n\n" + NEW_BLOCK[:-1], id="indented"),
            pytest.param(
                b"s\n\n* t\n\n" + BLOCK + b"\n* u\n\n" + NEW_BLOCK,
                b"s\n\n* t\n\n* u\n\n" + NEW_BLOCK,
                id="gathered",
            ),
        ],
    )
    def test_leaves_these_records_only(self, text: bytes, expected: bytes) -> None:
        assert replace_records(text, NEW, b"#") == expected
        assert replace_records(expected, NEW, b"#") == expected

    def test_leaves_what_is_kept(self) -> None:
        text = b"s\n\nCarbon-Tokens: a new word\n"
        replaced = replace_records(text, NEW, b"#", keep=lambda line: b" id=" not in line)
        assert replaced == b"s\n\n" + NEW_BLOCK + b"Carbon-Tokens: a new word\n"
        assert (
            replace_records(replaced, NEW, b"#", keep=lambda line: b" id=" not in line) == replaced
        )

    def test_by_nothing(self) -> None:
        assert replace_records(b"s\n\n" + BLOCK, [], b"#") == b"s\n"


class TestIsEmpty:
    @pytest.mark.parametrize(
        ("text", "modes"),
        [
            pytest.param(b"", MODES, id="nothing"),
            pytest.param(b"\n \t\r\n", MODES, id="white-space"),
            pytest.param(b"\x0c\n", (), id="form-feed"),
            pytest.param(b"s\n", (), id="subject"),
            pytest.param(b"#12 fix\n", ("strip",), id="comment-like-subject"),
            pytest.param(b"\n" + TEMPLATE, ("strip",), id="template"),
            pytest.param(b" # c\n", (), id="indented-comment"),
            pytest.param(b"\n" + BELOW_CUT, MODES, id="above-scissors"),
            pytest.param(b"\n\nSigned-off-by: Z\n", MODES, id="signed"),
            pytest.param(b"\n\n Signed-off-by: Z\n", (), id="signed-indented"),
            pytest.param(b"\n\nsigned-off-by: Z\n", (), id="signed-in-lower-case"),
            pytest.param(b"\n\n" + BLOCK + b"\n" + TEMPLATE, ("strip",), id="records-and-template"),
            pytest.param(b"\n\n" + BLOCK, MODES, id="records"),
            pytest.param(b"\n\nSigned-off-by: Z\n" + BLOCK, MODES, id="records-and-signed"),
            pytest.param(b"\n\nA: b\n" + BLOCK, (), id="records-and-trailer"),
        ],
    )
    def test_in_which_modes(self, text: bytes, modes: tuple[str, ...]) -> None:
        assert tuple(mode for mode in MODES if is_empty(text, mode, b"#")) == modes

    @pytest.mark.parametrize("mode", ["strip", "whitespace"])
    def test_as_git_commit(self, repository: Repository, mode: str) -> None:
        for text in (
            "",
            " \n\t\n",
            "#12 fix\n",
            "\n# c\n\n# d",
            "\n\nSigned-off-by: Z\n",
            "s\n\x0c",
        ):
            done = repository.run(
                "git", "commit", "--allow-empty", f"--cleanup={mode}", "-F", "-",
                stdin=text, check=False,
            )  # fmt: skip
            assert is_empty(text.encode(), mode, b"#") == (done.returncode != 0), text


@pytest.mark.parametrize(
    ("text", "strip", "whitespace"),
    [
        pytest.param(b"", b"", b"", id="nothing"),
        pytest.param(b"\n \n", b"", b"", id="white-space"),
        pytest.param(b"s", b"s\n", b"s\n", id="incomplete"),
        pytest.param(b"\n\ns \t\r\n\n\n\nt\n\n", b"s\n\nt\n", b"s\n\nt\n", id="runs"),
        pytest.param(b"s\n\n# c\n\nt\n", b"s\n\nt\n", b"s\n\n# c\n\nt\n", id="comment"),
        pytest.param(b"s\n #c\n\x0b\n", b"s\n #c\n\x0b\n", b"s\n #c\n\x0b\n", id="not-a-comment"),
    ],
)
def test_cleaned(git: Git, text: bytes, strip: bytes, whitespace: bytes) -> None:
    assert cleaned(text, "strip", b"#") == strip
    assert cleaned(text, "whitespace", b"#") == whitespace
    assert cleaned(text, "verbatim", b"#") == text
    assert git.run(b"#", "stripspace", "-s", given=text) == strip
    assert git.run(b"#", "stripspace", given=text) == whitespace


@pytest.mark.parametrize("mode", MODES)
def test_cleaned_ends_at_the_scissors(mode: str) -> None:
    assert cleaned(b"s\n" + BELOW_CUT, mode, b"#") == b"s\n"


class TestWithRealTemplates:
    """The file as git opens it in an editor."""

    def opened(self, repository: Repository, *arguments: str) -> bytes:
        (repository.path / "f").write_text("x\n")
        repository.git("add", "f")
        copy = repository.path / ".git" / "copy"
        repository.run(
            "git", *arguments, check=False, GIT_EDITOR=f'f() {{ cp "$1" "{copy}"; false; }}; f'
        )
        return copy.read_bytes()

    @pytest.mark.parametrize("options", [[], ["-v"], ["--cleanup=scissors"], ["-s"], ["-v", "-s"]])
    @pytest.mark.parametrize("prefix", ["#", ";", "%", "*"])
    def test_any_prefix(self, repository: Repository, prefix: str, options: list[str]) -> None:
        text = self.opened(repository, "-c", f"core.commentChar={prefix}", "commit", *options)
        seen = comment_prefix(text)
        assert seen == prefix.encode()
        assert is_empty(text, "strip", seen)
        typed = b"fix: it" + text
        written = insert(typed, LINES, seen)
        assert remove_record_lines(written, seen) == typed
        assert cleaned(written, "strip", seen) == insert(cleaned(typed, "strip", seen), LINES, seen)

    def test_automatic_prefix(self, repository: Repository) -> None:
        arguments = ("-c", "core.commentChar=auto", "commit", "-e", "-v", "-m", "#12 fix")
        text = self.opened(repository, *arguments)
        assert comment_prefix(text) == b";"
        assert insert(text, [K], b";").startswith(b"#12 fix\n\nK: v\n\n; ")

    def test_committed_without_final_newline(self, git: Git) -> None:
        # git before 2.46.2 welds a trailer to the subject here.
        text = insert(b"Merge branch 'x'", LINES, b"#")
        ((subject, block),) = git.log(b"#", [text])
        assert (subject, block) == (b"Merge branch 'x'", LINES)


def texts(*parts: list[bytes]) -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from([*chain(*parts)]), max_size=14).map(b"".join)


HOSTILE = texts(
    [b"\n", b"\n", b"\r\n", b"\r", b" ", b"\t", b"#", b";", b"s", b"A: b", b"fix: t", b"-", b":"],
    [b"Signed-off-by: Z", b"(cherry picked from commit x)", b"Conflicts:\n", b"\xe9", b"\x0b"],
    [b"\xe2\x80\xa8", b"Carbon-", b"Carbon-gCO2e", b"\n" + CUT, b"\n\nSigned-off-by: Z\n"],
).filter(lambda text: not record_lines(text, b"#") and not record_lines(text, b";"))


@settings(max_examples=300)
@given(text=HOSTILE, prefix=st.sampled_from([b"#", b";"]), mode=st.sampled_from(MODES))
def test_laws(text: bytes, prefix: bytes, mode: str) -> None:
    assert list(laws(text, prefix, mode)) == []


SQUASHED = texts(
    [b"\n", b"\n", b"\n\n", b"\r\n", b"s", b"A: b\n", b"# c\n", b"    ", b"* ", b"> "],
    [*LINES, LINES[0] + b"\n", NEW[0] + b"\n", BLOCK, NEW_BLOCK],
)


@settings(max_examples=300)
@given(text=SQUASHED, mode=st.sampled_from(MODES))
def test_laws_with_records(text: bytes, mode: str) -> None:
    rest = remove_record_lines(text, b"#")
    assert record_lines(rest, b"#") == []
    assert remove_record_lines(rest, b"#") == rest
    assert [line.strip() for line in rest.split(b"\n") if line.strip()] == [
        line.strip()
        for line in text.split(b"\n")
        if line.strip() and (not record_lines(line, b"#") or line.startswith(b"# "))
    ]
    replaced = replace_records(text, NEW, b"#", mode)
    assert record_lines(replaced, b"#") == NEW
    assert replace_records(replaced, NEW, b"#", mode) == replaced
    assert remove_record_lines(replaced, b"#") == rest


def test_fuzz_against_git() -> None:
    assert campaign(cases=800, seed=11) == []


EVERYTHING: list[Callable[[bytes], object]] = [
    comment_prefix,
    lambda text: find_end(text, b"#"),
    lambda text: trailers(text, b"#"),
    lambda text: insert(text, LINES, b"#", "whitespace"),
    lambda text: replace_records(text, LINES, b"#"),
    lambda text: is_empty(text, "strip", b"#"),
    lambda text: cleaned(text, "strip", b"#"),
]
ENDLESS = [
    pytest.param(b"\n", id="empty-lines"),
    pytest.param(b"#\n", id="comments"),
    pytest.param(b"#\n\n", id="comments-and-empty-lines"),
    pytest.param(b"#", id="one-comment"),
    pytest.param(b";';'", id="one-hint"),
    pytest.param(b"; ;\n", id="no-hint"),
    pytest.param(b"\tf\n", id="conflicts"),
    pytest.param(b" ", id="spaces"),
    pytest.param(b"A: b\n ", id="folded"),
    pytest.param(b"A", id="one-key"),
    pytest.param(b"A:", id="colons"),
    pytest.param(b"Carbon-", id="stems"),
    pytest.param(b"Carbon-gCO2e:", id="keys"),
    pytest.param(LINES[0] + b"\n", id="records"),
    pytest.param(b"\n* " + LINES[0] + b"\n", id="records-apart"),
    pytest.param(b"s\n\n" + LINES[0] + b"\n# c\n", id="records-and-comments"),
    pytest.param(SCISSORS, id="scissors"),
    pytest.param(b"x#" + SCISSORS + b"\n", id="no-scissors"),
]


class TestLinear:
    """An attacker may hand us megabytes of anything."""

    @pytest.mark.parametrize("unit", ENDLESS)
    def test_operations_grow_with_the_file(self, unit: bytes) -> None:
        def operations(text: bytes) -> int:
            count = 0

            def event(*_: object) -> None:
                nonlocal count
                count += 1

            sys.setprofile(event)
            try:
                for function in EVERYTHING:
                    function(text)
            finally:
                sys.setprofile(None)
            return count

        small = b"s\n\n" + unit * 200
        assert operations(b"s\n\n" + unit * 800) < 4.2 * operations(small)

    @pytest.mark.parametrize("unit", ENDLESS)
    def test_a_mebibyte_is_no_burden(self, unit: bytes) -> None:
        # With a copy of the rest for each line this would take hours.
        text = b"s\n\n" + unit * ((1 << 20) // len(unit))
        for function in EVERYTHING:
            function(text)
