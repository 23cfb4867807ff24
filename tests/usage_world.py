"""A repository, its work trees and the logs of two tools, in which every token can be told apart.

Each amount that a tool logs is one bit of one kind of token, so that a sum over records says
exactly which amounts it holds, and how often.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from support import Repository, clean_environment

from commit_carbon_hook import gitdir, record, unspent

# One response may hold 10**9 tokens of a kind at most.
KINDS = 3
MOST_AMOUNTS = 29 * KINDS
CANARY = "canary"
"""Stands in every id, path and text of the logs; it may never come out of them."""


class Amount(NamedTuple):
    """One bit of one kind of token, used by a tool in a work tree."""

    number: int
    tool: str
    tree: str

    @property
    def tokens(self) -> tuple[int, int, int]:
        bit, kind = divmod(self.number, KINDS)
        output, fresh, cached = (1 << bit if kind == which else 0 for which in range(KINDS))
        return (output, fresh, cached)


def numbers(tokens: tuple[int, ...]) -> set[int]:
    """The amounts that a sum of tokens holds."""
    return {
        bit * KINDS + kind
        for kind, count in enumerate(tokens)
        for bit in range(count.bit_length())
        if count >> bit & 1
    }


class World:
    """A home with logs, and a repository with its work trees, the hook installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        home = folder / f"home-{CANARY}"
        home.mkdir()
        self.environment = {
            **clean_environment(home),
            "COMMIT_CARBON_TOKENS": "auto",
            "GIT_EDITOR": ":",
        }
        self.home = home
        self.opencode = home / ".local" / "share" / "opencode" / "opencode.db"
        self.main = Repository(folder / "main", self.environment)
        self.main.path.mkdir()
        self.main.git("init", "-q", "-b", "main")
        self.main.git("config", "gc.auto", "0")
        (self.main.path / ".git" / "info" / "exclude").write_text(".trees/\n")
        self.main.write("start", "start\n")
        self.main.git("commit", "-qm", "start")
        self.main.run("commit-carbon", "install")
        # A hook of the project's own, that refuses a commit when it is told to.
        refuse = self.main.path / ".git" / "hooks" / "commit-msg.before-commit-carbon"
        refuse.write_text('#!/bin/sh\n[ -z "$REFUSE" ]\n')
        refuse.chmod(0o755)
        self.trees = {"main": self.main}
        self.amounts: dict[int, Amount] = {}
        self.messages: list[tuple[str, str, list[int]]] = []
        self.codex_totals: dict[str, list[int]] = {}
        self.files = 0

    # --- work

    def add_tree(self, name: str) -> Repository:
        """A linked work tree on a branch of its own, in a folder of the main one, as agents do."""
        path = self.main.path / ".trees" / name
        self.main.git("worktree", "add", "-q", "-b", name, str(path), "HEAD")
        self.trees[name] = Repository(path, self.environment)
        return self.trees[name]

    def stage(self, tree: str) -> None:
        """Stage a new file, so that no two commits ever conflict."""
        self.files += 1
        self.trees[tree].write(f"f{self.files}", f"line {self.files}\n")

    def commit(self, tree: str, *arguments: str, check: bool = True, **variables: str) -> bool:
        """Commit with a message unless the arguments say otherwise; whether it came about."""
        words = arguments or ("-m", f"commit {self.files}")
        done = self.trees[tree].run("git", "commit", "-q", *words, check=check, **variables)
        return done.returncode == 0

    # --- usage

    def use(self, tool: str, tree: str, ago: int = 0) -> Amount:
        """A response of a tool; Claude Code's may grow later, OpenCode's be so many seconds old."""
        amount = self.amount(tool, tree)
        if tool == "claude-code":
            self.messages.append((tree, f"msg_01{CANARY}{amount.number:020}", []))
            self._claude(len(self.messages) - 1, amount)
        elif tool == "codex-cli":
            self._codex(amount)
        else:
            self._opencode(amount, ago)
        return amount

    def grow(self, index: int) -> Amount:
        """More tokens of a response of Claude Code."""
        amount = self.amount("claude-code", self.messages[index][0])
        self._claude(index, amount)
        return amount

    def amount(self, tool: str, tree: str) -> Amount:
        """The next amount, not yet in any log."""
        amount = Amount(len(self.amounts), tool, tree)
        self.amounts[amount.number] = amount
        return amount

    def _claude(self, index: int, amount: Amount) -> None:
        tree, name, held = self.messages[index]
        held.append(amount.number)
        counts = [sum(part) for part in zip(*(self.amounts[n].tokens for n in held), strict=True)]
        entry = {
            "type": "assistant",
            "timestamp": now_text(),
            "sessionId": f"session-{CANARY}",
            "requestId": f"req_{CANARY}_{index}",
            "cwd": str(self.trees[tree].path),
            "isSidechain": False,
            "message": {
                "id": name,
                "role": "assistant",
                "model": "claude-opus-4-6",
                "content": [{"type": "text", "text": f"{CANARY} text"}],
                "usage": {
                    "output_tokens": counts[0],
                    "input_tokens": 0,
                    "cache_creation_input_tokens": counts[1],
                    "cache_read_input_tokens": counts[2],
                },
            },
        }
        append(self.home / ".claude" / "projects" / f"-{CANARY}" / f"{tree}.jsonl", entry)

    def _codex(self, amount: Amount) -> None:
        tree = amount.tree
        name = f"rollout-2026-01-01T00-00-00-{CANARY}-{tree}.jsonl"
        path = self.home / ".codex" / "sessions" / "2026" / "01" / "01" / name
        if tree not in self.codex_totals:
            self.codex_totals[tree] = [0, 0, 0]
            folder = str(self.trees[tree].path)
            append(path, line("session_meta", id=f"{CANARY}-{tree}", cwd=folder, cli_version="1"))
            append(path, line("turn_context", cwd=folder, model="gpt-5.1-codex"))
        output, fresh, cached = amount.tokens
        last = [fresh + cached, cached, output]
        total = [a + b for a, b in zip(self.codex_totals[tree], last, strict=True)]
        self.codex_totals[tree] = total
        info = {"total_token_usage": codex_counts(total), "last_token_usage": codex_counts(last)}
        append(path, line("event_msg", type="token_count", info=info))

    def _opencode(self, amount: Amount, ago: int) -> None:
        self.opencode.parent.mkdir(parents=True, exist_ok=True)
        output, fresh, cached = amount.tokens
        at = int((time.time() - ago) * 1000)
        tokens = {"output": output, "input": fresh, "cache": {"read": cached}}
        data = {"tokens": tokens, "time": {"created": at}, "modelID": "claude-opus-4-6"}
        with closing(sqlite3.connect(self.opencode)) as connection:
            connection.executescript(
                "CREATE TABLE IF NOT EXISTS session (id UNIQUE, directory, time_created);"
                "CREATE TABLE IF NOT EXISTS message (id, session_id, time_created, data);"
            )
            session = (f"{CANARY}-{amount.tree}", str(self.trees[amount.tree].path), at)
            connection.execute("INSERT OR IGNORE INTO session VALUES (?, ?, ?)", session)
            row = (f"{CANARY}-{amount.number}", session[0], at, json.dumps(data))
            connection.execute("INSERT INTO message VALUES (?, ?, ?, ?)", row)
            connection.commit()

    @contextmanager
    def busy_opencode(self) -> Iterator[None]:
        """While OpenCode writes to its database."""
        with closing(sqlite3.connect(self.opencode)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("DELETE FROM message")
            yield
            connection.rollback()

    def stamp(self) -> str:
        """Now, as logs write it."""
        return now_text()

    # --- what stands where

    def records(self) -> list[record.Record]:
        """The counted records of all commits that refs or HEADs reach, each once."""
        text = self.main.run("git", "log", "--all", "--format=%B").stdout.encode()
        lines = [line.strip() for line in text.split(b"\n")]
        found, rejected = record.parse(line for line in lines if line.startswith(record.KEYS))
        assert not rejected
        unique = {one.id: one for one in found if one.by == "counted"}
        return list(unique.values())

    def recorded(self) -> list[set[int]]:
        """The amounts of each record, which are all of one tool and one work tree."""
        found = []
        for one in self.records():
            assert one.tokens
            assert one.basis
            held = numbers(tuple(one.tokens))
            places = {self.place(n) for n in held}
            assert len(places) == 1, f"a record mixes {places}"
            assert one.basis.tool == next(iter(places))[0]
            assert one.basis.evidence == "detected"
            found.append(held)
        return found

    def place(self, number: int) -> tuple[str, str]:
        """The tool and the work tree of an amount; what is left of a removed tree is the main's."""
        amount = self.amounts[number]
        return (amount.tool, amount.tree if amount.tree in self.trees else "main")

    def unspent(self, tree: str) -> set[int]:
        """The amounts of a work tree that no record has, as the hook would find them."""
        path = self.trees[tree].path
        with self.inside(path):
            git_path = self.trees[tree].git("rev-parse", "--absolute-git-dir").strip()
            common = self.trees[tree].git("rev-parse", "--git-common-dir").strip()
            git_dir = gitdir.GitDir(git_path, os.path.join(path, common), frozenset())
            state = unspent.find(str(path), git_dir, dict(os.environ), time.time(), 30.0)
        found: set[int] = set()
        for tool, parts in state.unspent.items():
            for part in parts:
                held = numbers(tuple(part.tokens))
                assert not held & found, "an amount is left twice"
                assert {self.place(n) for n in held} == {(tool, tree)}
                found |= held
        return found

    def all_unspent(self) -> set[int]:
        """The amounts of all work trees that no record has."""
        return {number for tree in self.trees for number in self.unspent(tree)}

    @contextmanager
    def inside(self, path: Path) -> Iterator[None]:
        """In a folder, with the environment that git gives a hook."""
        folder, environment = os.getcwd(), dict(os.environ)
        os.chdir(path)
        os.environ.clear()
        os.environ.update(self.environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(environment)
            os.chdir(folder)

    def remove_tree(self, name: str) -> None:
        """Remove a linked work tree; its branch stays."""
        self.main.git("worktree", "remove", "--force", str(self.trees.pop(name).path))

    def has_side_file(self, tree: str) -> bool:
        """Whether the side file of a work tree is there."""
        name = "usage" if tree == "main" else f"usage.{tree}"
        return (self.main.path / ".git" / "commit-carbon" / name).exists()

    def forget(self, pattern: str) -> None:
        """Lose the side files of these names."""
        for path in (self.main.path / ".git" / "commit-carbon").glob(pattern):
            path.unlink()


def now_text() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": now_text(), "type": kind, "payload": payload}


def codex_counts(counts: list[int]) -> dict[str, int]:
    names = ("input_tokens", "cached_input_tokens", "output_tokens")
    return dict(zip(names, counts, strict=True))


def append(path: Path, entry: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(entry, separators=(",", ":")) + "\n")
