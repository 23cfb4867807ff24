"""Every way in which git commits: shell scripts that run with the hook off and with it on.

Each script starts in a repository with three commits (c1, c2, c3 on `main`, one file each) that
were made without the hook. `g` runs git and notes its exit code, `c NAME` commits one more line
of the file NAME. `records` is how many records each commit of the final history has that is not
one of the three, oldest first.
"""

from __future__ import annotations

from typing import NamedTuple

EDITORS = {
    "true": "exit 0",
    "quit": "exit 0",
    "fail": "exit 1",
    "clear": ': > "$1"',
    "type": '{ echo "Typed subject"; echo; echo "Typed body."; cat "$1"; } > "$1.new" && mv "$1.new" "$1"',
    "append": '{ echo "Typed subject"; cat "$1"; } > "$1.new" && mv "$1.new" "$1"',
    "second-line": '{ echo; echo "fix: typed"; cat "$1"; } > "$1.new" && mv "$1.new" "$1"',
    "comments": "printf '# only\\n# comments\\n' > \"$1\"",
    "delete-subject": "sed -i '/^commit a/d' \"$1\"",
    "hash": "echo '#12 fix' > \"$1\"",
    "hash-above": '{ echo "#12 fix"; cat "$1"; } > "$1.new" && mv "$1.new" "$1"',
    "hash-below": "printf 'fix\\n\\n# a heading\\n' > \"$1\"",
    "spoil": "sed -i '/^Carbon-/d' \"$1\"",
}


class Flow(NamedTuple):
    """A script, the editor that it runs under, and the records that it leaves."""

    script: str
    records: list[int]
    editor: str = "true"
    config: tuple[str, ...] = ()


FLOWS = {
    # plain commits
    "message": Flow("c a", [1]),
    "two-commits": Flow("c a; c b", [1, 1]),
    "file": Flow(
        "echo x >> a; g add a; printf 'From a file\\n\\nBody.\\n' > m; g commit -qF m", [1]
    ),
    "stdin": Flow("echo x >> a; g add a; echo piped | g commit -qF -", [1]),
    "all": Flow("echo x >> c1; g commit -qam all", [1]),
    "path": Flow("echo x >> c1; echo y >> c2; g add c2; g commit -qm path -- c1", [1]),
    "include": Flow("echo x >> c1; echo y >> c2; g add c2; g commit -qm both -i c1", [1]),
    "patch": Flow("echo x >> c1; echo y | g commit -qpm patch", [1]),
    "signoff": Flow("echo x >> c1; g commit -qasm signed", [1]),
    "trailer": Flow("echo x >> c1; g commit -qam t --trailer 'Acked-by: A <a@x>'", [1]),
    "two-paragraphs": Flow("echo x >> c1; g commit -qam subject -m body", [1]),
    "no-verify": Flow("echo x >> c1; g commit -qnam nv", [1]),
    "subdirectory": Flow("mkdir d; cd d; echo x > f; g add f; g commit -qm sub", [1]),
    "divider": Flow("echo x >> c1; printf 's\\n\\n---\\nbody\\n' > m; g commit -qaF m", [1]),
    "hash-subject": Flow("echo x >> c1; g commit -qam '#12 fix'", [1]),
    "hash-body": Flow("echo x >> c1; g commit -qam 'fix' -m '# not a comment'", [1]),
    "hash-everything": Flow("echo x >> c1; g commit -qam '#12' -m '#13'", [1]),
    "hash-after-trailer-like": Flow(
        "echo x >> c1; printf 'fix\\n\\nCloses:\\n#12\\n' > m; g commit -qaF m", [1]
    ),
    "prose-about-records": Flow(
        "echo x >> c1; printf 'docs\\n\\nCarbon-Tokens: now strict\\nCarbon-Basis: too\\n' > m; g commit -qaF m",
        [1],
    ),
    "author": Flow(
        "echo x >> c1; g commit -qam au --author 'O <o@x>' --date 2020-01-01T00:00:00Z", [1]
    ),
    "crlf": Flow("echo x >> c1; printf 's\\r\\n\\r\\nbody\\r\\n' > m; g commit -qaF m", [1]),
    "crlf-verbatim": Flow(
        "echo x >> c1; printf 's\\r\\n\\r\\nbody\\r\\n' > m; g commit -qaF m --cleanup=verbatim",
        [1],
    ),
    "latin-1": Flow(
        "echo x >> c1; printf 'caf\\351\\n\\nna\\357ve\\n' > m; g commit -qaF m",
        [1],
        config=("i18n.commitEncoding=ISO-8859-1",),
    ),
    "no-final-newline": Flow("echo x >> c1; printf 'subject' > m; g commit -qaF m", [1]),
    "deletion": Flow("g rm -q c1; g commit -qm gone", [1]),
    "rename-only": Flow("g mv c1 r1; g commit -qm moved", [0]),
    "mode-only": Flow("chmod +x c1; g commit -qam mode", [0]),
    "binary-only": Flow("printf 'a\\0b' > bin; g add bin; g commit -qm binary", [0]),
    "empty-commit": Flow("g commit -q --allow-empty -m nothing", [0]),
    "orphan": Flow("g checkout -q --orphan o; g commit -qm root", [1]),
    "detached": Flow("g checkout -q --detach; c a", [1]),
    "fixup-commit": Flow("echo x >> c1; g commit -qa --fixup HEAD~1", [1]),
    "squash-commit": Flow("echo x >> c1; g commit -qa --squash HEAD~1 -m more", [1]),
    "quiet-dry-run": Flow("echo x >> c1; g commit -qa --dry-run > /dev/null", []),
    "nothing-staged": Flow("g commit -qm nothing", []),
    # messages that git refuses, or would without the hook
    "empty-message": Flow("echo x >> c1; g commit -qam ''", []),
    "empty-message-allowed": Flow("echo x >> c1; g commit -qam '' --allow-empty-message", [0]),
    "comment-message-strip": Flow("echo x >> c1; g commit -qam '# c' --cleanup=strip", []),
    "comment-message-config": Flow(
        "echo x >> c1; g commit -qam '# c'", [], config=("commit.cleanup=strip",)
    ),
    "comment-message-char": Flow(
        "echo x >> c1; g commit -qam '; c' --cleanup=strip", [], config=("core.commentChar=;",)
    ),
    "signoff-only": Flow("echo x >> c1; g commit -qasm ''", []),
    "editor-quit": Flow("echo x >> c1; g commit -qa", [], editor="quit"),
    "editor-fail": Flow("echo x >> c1; g commit -qa", [], editor="fail"),
    "editor-clear": Flow("echo x >> c1; g commit -qa", [], editor="clear"),
    "editor-comments": Flow("echo x >> c1; g commit -qa", [], editor="comments"),
    "editor-quit-signoff": Flow("echo x >> c1; g commit -qas", [], editor="quit"),
    "editor-quit-char": Flow(
        "echo x >> c1; g commit -qa", [], editor="quit", config=("core.commentChar=;",)
    ),
    "editor-quit-auto": Flow(
        "echo x >> c1; g commit -qa", [], editor="quit", config=("core.commentChar=auto",)
    ),
    "editor-quit-verbose": Flow("echo x >> c1; g commit -qav", [], editor="quit"),
    "editor-quit-scissors": Flow(
        "echo x >> c1; g commit -qa --cleanup=scissors", [], editor="quit"
    ),
    "template-untouched": Flow("echo Why: > t; echo x >> c1; g commit -qat t", []),
    "template-untouched-signoff": Flow("echo Why: > t; echo x >> c1; g commit -qast t", []),
    "template-untouched-config": Flow(
        "echo Why: > t; echo x >> c1; g commit -qa", [], config=("commit.template=t",)
    ),
    "template-no-edit": Flow("echo Why: > t; echo x >> c1; g commit -qa --no-edit -t t", []),
    # editors
    "editor": Flow("echo x >> c1; g commit -qa", [1], editor="type"),
    "editor-subject-only": Flow("echo x >> c1; g commit -qa", [1], editor="append"),
    "editor-verbose": Flow("echo x >> c1; g commit -qav", [1], editor="type"),
    "editor-signoff": Flow("echo x >> c1; g commit -qas", [1], editor="append"),
    "editor-char": Flow(
        "echo x >> c1; g commit -qa", [1], editor="type", config=("core.commentChar=;",)
    ),
    "editor-auto-char": Flow(
        "echo x >> c1; g commit -qa", [1], editor="type", config=("core.commentChar=auto",)
    ),
    "editor-subject-like-a-trailer": Flow("echo x >> c1; g commit -qa", [1], editor="second-line"),
    "editor-whitespace-config": Flow(
        "echo x >> c1; g commit -qa", [1], editor="type", config=("commit.cleanup=whitespace",)
    ),
    "editor-comments-verbatim": Flow(
        "echo x >> c1; g commit -qa --cleanup=verbatim", [1], editor="comments"
    ),
    "editor-verbatim": Flow("echo x >> c1; g commit -qa --cleanup=verbatim", [1], editor="type"),
    "editor-whitespace": Flow(
        "echo x >> c1; g commit -qa --cleanup=whitespace", [1], editor="type"
    ),
    "editor-scissors": Flow("echo x >> c1; g commit -qa --cleanup=scissors", [1], editor="type"),
    "editor-message": Flow("echo x >> c1; g commit -qaem given", [1]),
    "editor-message-cleared": Flow("echo x >> c1; g commit -qaem given", [], editor="clear"),
    "template": Flow("echo Why: > t; echo x >> c1; g commit -qat t", [1], editor="type"),
    "editor-strip": Flow("echo x >> c1; g commit -qa --cleanup=strip", [1], editor="type"),
    "editor-default": Flow("echo x >> c1; g commit -qa --cleanup=default", [1], editor="type"),
    "editor-status-off": Flow("echo x >> c1; g commit -qa --no-status", [1], editor="type"),
    "editor-string": Flow(
        "echo x >> c1; g commit -qa", [1], editor="type", config=("core.commentString=//",)
    ),
    "editor-hash-only": Flow("echo x >> c1; g commit -qa", [], editor="hash"),
    "editor-hash-whitespace": Flow(
        "echo x >> c1; g commit -qa --cleanup=whitespace", [1], editor="hash"
    ),
    "editor-hash-scissors": Flow(
        "echo x >> c1; g commit -qa", [1], editor="hash", config=("commit.cleanup=scissors",)
    ),
    "editor-hash-verbatim": Flow(
        "echo x >> c1; g commit -qa --cleanup=verbatim", [1], editor="hash"
    ),
    "editor-hash-char": Flow(
        "echo x >> c1; g commit -qa", [1], editor="hash", config=("core.commentChar=;",)
    ),
    "editor-hash-char-above-the-hint": Flow(
        "echo x >> c1; g commit -qav", [1], editor="hash-above", config=("core.commentChar=;",)
    ),
    "editor-heading-char": Flow(
        "echo x >> c1; g commit -qa", [1], editor="hash-below", config=("core.commentChar=;",)
    ),
    "editor-heading": Flow("echo x >> c1; g commit -qa", [1], editor="hash-below"),
    "editor-from-the-configuration": Flow(
        'echo x >> c1; git config core.editor "$GIT_EDITOR"; unset GIT_EDITOR; g commit -qa',
        [1],
        editor="type",
    ),
    "editor-colon": Flow("echo x >> c1; GIT_EDITOR=: g commit -qa", []),
    "editor-colon-message": Flow("echo x >> c1; GIT_EDITOR=: g commit -qaem given", [1]),
    "editor-true-file": Flow("echo x >> c1; echo given > m; GIT_EDITOR=true g commit -qaeF m", [1]),
    "editor-colon-amend": Flow("c a; seq 900 >> a; g add a; GIT_EDITOR=: g commit -q --amend", [1]),
    "editor-colon-template": Flow("echo Why: > t; echo x >> c1; GIT_EDITOR=: g commit -qat t", []),
    "editor-colon-rebase": Flow(
        "g checkout -qb t HEAD~1; echo t > c3; g add c3; g commit -qm t; export GIT_EDITOR=:;"
        " g rebase -q main; echo both > c3; g add c3; g rebase --continue",
        [1],
    ),
    "cleanup-given": Flow(
        "for mode in strip default whitespace scissors verbatim;"
        " do echo $mode >> c1; g commit -qam 'one' -m '# two' --cleanup=$mode; done",
        [1] * 5,
    ),
    # other doors to git
    "index-file": Flow(
        "export GIT_INDEX_FILE=$PWD/.git/other; g read-tree HEAD; echo x > n; g add n;"
        " g commit -qm other; unset GIT_INDEX_FILE; g reset -q --hard",
        [1],
    ),
    "interactive": Flow(
        "echo x >> c1; printf 'u\\n1\\n\\nq\\n' | g commit -q --interactive -m chosen", [1]
    ),
    "no-gpg": Flow(
        "echo x >> c1; g commit -qam signed; g commit -qam unsigned --no-gpg-sign",
        [1],
        config=("commit.gpgSign=true", "gpg.program=false"),
    ),
    "git-gui": Flow(
        # It starts the hooks by itself, without what git exports to them, then writes the commit.
        "echo x >> c1; git add c1; echo gui > .git/GITGUI_EDITMSG;"
        ' hook() { [ ! -x .git/hooks/$1 ] || env -u GIT_AUTHOR_DATE "$(git rev-parse --git-path hooks)/$@"; };'
        " : > .git/PREPARE_COMMIT_MSG; hook prepare-commit-msg .git/PREPARE_COMMIT_MSG;"
        " hook commit-msg .git/GITGUI_EDITMSG; git update-ref HEAD"
        " $(git commit-tree -p HEAD -F .git/GITGUI_EDITMSG $(git write-tree))",
        [0],
    ),
    # amending
    "amend-no-edit": Flow("c a; g commit -q --amend --no-edit", [1]),
    "amend-message": Flow("c a; g commit -q --amend -m other", [1]),
    "amend-file": Flow("c a; echo other > m; g commit -q --amend -F m", [1]),
    "amend-lines": Flow("c a; seq 900 >> a; g add a; g commit -q --amend --no-edit", [1]),
    "amend-lines-message": Flow("c a; seq 900 >> a; g add a; g commit -q --amend -m more", [1]),
    "amend-editor": Flow("c a; g commit -q --amend", [1]),
    "amend-editor-lines": Flow("c a; seq 900 >> a; g add a; g commit -q --amend", [1]),
    "amend-editor-spoiled": Flow("c a; g commit -q --amend", [1], editor="spoil"),
    "amend-editor-cleared": Flow("c a; g commit -q --amend", [1], editor="clear"),
    "amend-editor-subject-deleted": Flow("c a; g commit -q --amend", [1], editor="delete-subject"),
    "amend-hash-subject": Flow("echo x >> c1; g commit -qam '#12 fix'; g commit -q --amend", [1]),
    "amend-reset-author": Flow("c a; g commit -q --amend --reset-author -m mine", [1]),
    "amend-date": Flow("c a; g commit -q --amend --date=now -m later", [1]),
    "amend-twice": Flow("c a; g commit -q --amend -m x; g commit -q --amend -m y", [1]),
    "amend-unrecorded": Flow("g commit -q --amend -m 'c3 again'", [1]),
    "amend-root": Flow(
        "g checkout -q --orphan o; g commit -qm root; g commit -q --amend -m r2", [1]
    ),
    "amend-merge": Flow(
        "g checkout -qb t HEAD~1; c q; g checkout -q main; g merge -q --no-ff -m m t;"
        " echo z >> c1; g add c1; g commit -q --amend --no-edit",
        [1, 1],
    ),
    "reuse": Flow("c a; echo y >> b; g add b; g commit -qC HEAD~1", [1, 1]),
    "reuse-recorded": Flow("c a; c b; echo y >> d; g add d; g commit -qC HEAD~1", [1, 1, 1]),
    "reedit": Flow("c a; c b; echo y >> d; g add d; g commit -qc HEAD~1", [1, 1, 1]),
    "reset-and-reuse": Flow("c a; g reset -q --soft HEAD~1; g commit -qC ORIG_HEAD", [1]),
    "reset-and-commit": Flow("c a; c b; g reset -q --soft HEAD~2; g commit -qm both", [1]),
    # merges
    "merge-fast-forward": Flow("g checkout -qb t; c a; g checkout -q main; g merge -q t", [1]),
    "merge-no-ff": Flow(
        "g checkout -qb t; c a; g checkout -q main; g merge -q --no-ff --no-edit t", [1, 0]
    ),
    "merge-editor": Flow(
        "g checkout -qb t; c a; g checkout -q main; g merge -q --no-ff --edit t", [1, 0]
    ),
    "merge-message": Flow(
        "g checkout -qb t; c a; g checkout -q main; g merge -q --no-ff -m mm t", [1, 0]
    ),
    "merge-no-commit": Flow(
        "g checkout -qb t; c a; g checkout -q main; g merge -q --no-ff --no-commit t; g commit -qm mm",
        [1, 0],
    ),
    "merge-conflict": Flow(
        "g checkout -qb t HEAD~1; echo t > c3; g add c3; g commit -qm t; g checkout -q main;"
        " g merge -q t; echo both > c3; g add c3; g commit -q --no-edit",
        [1, 0],
    ),
    "merge-octopus": Flow(
        "g checkout -qb t; c a; g checkout -qb u HEAD~1; c b; g checkout -qb v HEAD~1; c d;"
        " g merge -q --no-edit t u",
        [1, 1, 1, 0],
    ),
    "merge-squash": Flow(
        "g checkout -qb t; c a; c b; g checkout -q main; g merge -q --squash t; g commit -q",
        [2],
        editor="true",
    ),
    "merge-squash-message": Flow(
        "g checkout -qb t; c a; c b; g checkout -q main; g merge -q --squash t; g commit -qm squashed",
        [2],
    ),
    "merge-squash-unrecorded": Flow(
        "g checkout -qb t HEAD~2; g checkout -qb u HEAD~1; g merge -q --squash main; g commit -qm sq",
        [1],
    ),
    "pull": Flow(
        "git clone -q . ../other; c a; (cd ../other && git -c user.name=O -c user.email=o@x commit -q"
        " --allow-empty -m o); g pull -q --no-rebase --no-edit ../other main",
        [1, 0, 0],
    ),
    # replays
    "cherry-pick": Flow("g checkout -qb t; c a; g checkout -q main; c b; g cherry-pick t", [1, 1]),
    "cherry-pick-x": Flow(
        "g checkout -qb t; c a; g checkout -q main; c b; g cherry-pick -x t", [1, 1]
    ),
    "cherry-pick-editor": Flow(
        "g checkout -qb t; c a; g checkout -q main; c b; g cherry-pick -e t", [1, 1]
    ),
    "cherry-pick-unrecorded": Flow("g checkout -qb t HEAD~1; c b; g cherry-pick main", [1, 0]),
    "cherry-pick-unrecorded-editor": Flow(
        "g checkout -qb t HEAD~1; c b; g cherry-pick -e main", [1, 0], editor="append"
    ),
    "cherry-pick-unrecorded-conflict": Flow(
        "g checkout -qb t HEAD~1; echo t > c3; g add c3; g commit -qm t; g cherry-pick main;"
        " echo both > c3; g commit -qam mine",
        [1, 0],
    ),
    "cherry-pick-n": Flow(
        "g checkout -qb t; c a; g checkout -q main; g cherry-pick -n t; g commit -qm mine", [1]
    ),
    "cherry-pick-conflict": Flow(
        "g checkout -qb t HEAD~1; echo t > c3; g add c3; g commit -qm t; g checkout -q main;"
        " g cherry-pick t; echo both > c3; g add c3; g cherry-pick --continue",
        [1],
    ),
    "merge-continue": Flow(
        "g checkout -qb t HEAD~1; echo t > c3; g add c3; g commit -qm t; g checkout -q main;"
        " g merge -q t; echo both > c3; g add c3; g merge --continue",
        [1, 0],
        editor="append",
    ),
    "revert": Flow("c a; g revert --no-edit HEAD", [1, 0]),
    "revert-editor": Flow("c a; g revert HEAD", [1, 0]),
    "revert-n": Flow("c a; g revert -n HEAD; g commit -qm back", [1, 0]),
    "rebase": Flow("g checkout -qb t HEAD~1; c a; c b; g rebase -q main", [1, 1]),
    "rebase-unrecorded": Flow("g checkout -qb t HEAD~2; c b; g rebase -q t main", [1, 0, 0]),
    "rebase-unrecorded-verbs": Flow(
        "GIT_SEQUENCE_EDITOR='sed -i -e 1s/pick/reword/ -e 2s/pick/squash/' g rebase -qi HEAD~2",
        [0],
        editor="append",
    ),
    "rebase-apply": Flow("g checkout -qb t HEAD~1; c a; c b; g rebase -q --apply main", [1, 1]),
    "rebase-merges": Flow(
        "g checkout -qb t HEAD~1; c q; g checkout -q main; g merge -q --no-ff -m m t; g rebase -qr --force HEAD~1",
        [1, 0],
    ),
    "rebase-fixup": Flow(
        "c a; echo f >> a; g commit -qa --fixup HEAD; g rebase -qi --autosquash HEAD~2", [2]
    ),
    "rebase-fixup-chain": Flow(
        "c a; c b; echo f >> a; g commit -qa --fixup HEAD~1; echo h >> a; g commit -qa --fixup HEAD~2;"
        " g rebase -qi --autosquash HEAD~4",
        [3, 1],
    ),
    "rebase-squash": Flow(
        "c a; echo f >> a; g commit -qa --squash HEAD -m more; g rebase -qi --autosquash HEAD~2",
        [2],
    ),
    "rebase-squash-chain": Flow(
        "c a; echo f >> a; g commit -qa --squash HEAD -m more; echo h >> a; g commit -qa --fixup HEAD~1;"
        " g rebase -qi --autosquash HEAD~3",
        [3],
    ),
    "rebase-fixup-amend": Flow(
        "c a; echo f >> a; g commit -qa --fixup=amend:HEAD; g rebase -qi --autosquash HEAD~2",
        [2],
        editor="true",
    ),
    "rebase-fixup-conflict": Flow(
        "c a; c b; echo f > a; g commit -qa --fixup HEAD~1; echo k > a; g commit -qam k;"
        " GIT_SEQUENCE_EDITOR=\"sed -i '$!N;s/\\(.*\\)\\n\\(.*\\)/\\2\\n\\1/'\" g rebase -qi HEAD~2;"
        " echo z > a; g add a; g rebase --continue; echo z2 > a; g add a; g rebase --continue",
        [1, 1, 1, 1],
    ),
    "rebase-reword": Flow(
        "c a; c b; GIT_SEQUENCE_EDITOR='sed -i 1s/pick/reword/' g rebase -qi HEAD~2",
        [1, 1],
        editor="type",
    ),
    "rebase-edit-amend": Flow(
        "c a; c b; GIT_SEQUENCE_EDITOR='sed -i 1s/pick/edit/' g rebase -qi HEAD~2;"
        " seq 300 >> a; g commit -qa --amend --no-edit; g rebase --continue",
        [1, 1],
    ),
    "rebase-edit-continue": Flow(
        "c a; c b; GIT_SEQUENCE_EDITOR='sed -i 1s/pick/edit/' g rebase -qi HEAD~2;"
        " seq 300 >> a; g add a; g rebase --continue",
        [1, 1],
    ),
    "rebase-edit-split": Flow(
        "c a; c b; GIT_SEQUENCE_EDITOR='sed -i 1s/pick/edit/' g rebase -qi HEAD~2;"
        " g reset -q HEAD~1; g add a; g commit -qm part; echo more >> c1; g commit -qam rest; g rebase --continue",
        [1, 1, 1],
    ),
    "rebase-edit-conflict-amend": Flow(
        "c a; echo v1 > s; git add s; g commit -qm s1; c b; echo v2 > s; git add s; g commit -qm s2;"
        " GIT_SEQUENCE_EDITOR=\"sed -i '/ s1$/d; s/^pick \\(.* s2\\)$/edit \\1/'\" g rebase -qi HEAD~4;"
        " echo v3 > s; git add s; g commit -q --amend -m amended; g rebase --continue",
        [1, 2],
    ),
    "rebase-commit-in-a-chain": Flow(
        "c a; c b; GIT_EDITOR=false GIT_SEQUENCE_EDITOR='sed -i 2s/pick/squash/' g rebase -qi HEAD~2;"
        " seq 99 > extra; g add extra; g commit -qm more; g rebase --continue",
        [1, 1],
    ),
    "amend-signoff": Flow(
        "echo y >> c1; g commit -qasm subj; g commit -q --amend -s --no-edit", [1]
    ),
    "rebase-signoff": Flow(
        "echo y >> c1; g commit -qasm subj; g rebase -q -f --signoff HEAD~1", [1]
    ),
    "amend-trailer": Flow(
        "echo y >> c1; g commit -qam s --trailer 'Acked-by: A <a@x>';"
        " g commit -q --amend --no-edit --trailer 'Acked-by: A <a@x>'",
        [1],
    ),
    "cherry-pick-signoff": Flow(
        "g checkout -qb t; echo y >> c1; g commit -qasm s; g checkout -q main; c b; g cherry-pick -s t",
        [1, 1],
    ),
    "rebase-exec": Flow(
        "c a; c b; g rebase -q -x 'echo x >> c1; git commit -qam exec' HEAD~2", [1, 1, 1, 1]
    ),
    "rebase-edit-conflict-amend-no-edit": Flow(
        "c a; echo v1 > s; git add s; g commit -qm s1; c b; echo v2 > s; git add s; g commit -qm s2;"
        " GIT_SEQUENCE_EDITOR=\"sed -i '/ s1$/d; s/^pick \\(.* s2\\)$/edit \\1/'\" g rebase -qi HEAD~4;"
        " echo v3 > s; git add s; g commit -q --amend --no-edit; g rebase --continue",
        [1, 2],
    ),
    "rebase-every-verb": Flow(
        "for name in a b d e f h i j; do c $name; done; g branch kept HEAD~3;"
        " GIT_SEQUENCE_EDITOR=\"sed -i -e '1s/pick/reword/;2s/pick/fixup/;3s/pick/fixup -C/;4s/pick/edit/'"
        " -e '5s/pick/drop/;6s/pick/squash/;7s/pick/fixup -c/;8i break' -e '8i exec true' -e '8i label here'"
        " -e '8i reset here' -e '8i noop'\" g rebase -qi HEAD~8; g rebase --continue; g rebase --continue",
        [3, 3, 1],
    ),
    "rebase-reword-hash": Flow(
        "echo x >> c1; g commit -qam '#12 fix'; c b;"
        " GIT_SEQUENCE_EDITOR='sed -i 1s/pick/reword/' g rebase -qi HEAD~2; g rebase --abort",
        [1, 1],
    ),
    "rebase-fixup-reword": Flow(
        "c a; echo f >> a; git add a; g commit -q --fixup=reword:HEAD; g reset -q --hard;"
        " g rebase -qi --autosquash HEAD~2",
        [1],
    ),
    "fixup-reword-hash": Flow(
        "echo x >> c1; g commit -qam '#12 fix'; g commit -q --fixup=reword:HEAD;"
        " echo y >> c1; g commit -qa --fixup=amend:HEAD",
        [1],
    ),
    "rebase-conflict-editor": Flow(
        "g checkout -qb t HEAD~1; echo t > c3; g add c3; g commit -qm t; g rebase -q main;"
        " echo both > c3; g add c3; g rebase --continue",
        [1],
        editor="append",
    ),
    "rebase-conflict": Flow(
        "g checkout -qb t HEAD~1; echo t > c3; g add c3; g commit -qm t; g rebase -q main;"
        " echo both > c3; g add c3; g rebase --continue",
        [1],
    ),
    "rebase-conflict-message": Flow(
        "g checkout -qb t HEAD~1; echo t > c3; g add c3; g commit -qm t; g rebase -q main;"
        " echo both > c3; g add c3; g commit -qm mine; g rebase --continue",
        [1],
    ),
    "rebase-drop": Flow(
        "c a; c b; GIT_SEQUENCE_EDITOR='sed -i 1s/pick/drop/' g rebase -qi HEAD~2", [1]
    ),
    "am": Flow(
        "c a; c b; g format-patch -q -o ../patches HEAD~2; g reset -q --hard HEAD~2; g am -q ../patches/*",
        [1, 1],
    ),
    "stash": Flow("c a; echo x >> a; g stash -q; g stash pop -q; g commit -qam popped", [1, 1]),
}

# Without replays: over them, notes go where git is configured to copy them.
IN_NOTES = {
    **{name: FLOWS[name].records for name in (
        "message", "two-commits", "all", "path", "hash-subject", "empty-message", "empty-commit",
        "editor", "editor-verbose", "editor-quit", "template", "template-untouched", "merge-no-ff",
        "amend-no-edit", "amend-message", "merge-conflict", "orphan",
    )},
    # git appends the old note to a new one, so the delta has a record of its own.
    "amend-lines": [2],
    "amend-editor-lines": [2],
}  # fmt: skip
