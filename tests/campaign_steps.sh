# What the steps of campaign_operations.py are made of. $ROOT is a folder beside the repository,
# $LOG a file in it; both runs of a sequence must log the same.

# git, from the year 2100 on and an hour later each time by the committer's clock, so that nothing
# depends on seconds.
HOURS=0
g() {
    HOURS=$((HOURS + 1))
    GIT_COMMITTER_DATE="@$((4102444800 + HOURS * 3600)) +0000" git "$@" < /dev/null
    local code=$?
    printf '%s %s\n' "$code" "$1" >> "$LOG"
    return "$code"
}

# e FILE PLACE NAME COUNT: stage so many new lines with this name below a numbered line of a file.
e() {
    [ -f "$1" ] || seq -f 'base %.0f' 30 > "$1"
    for n in $(seq "${4:-1}"); do printf '%s of %s\n' "$3" "$n"; done > "$ROOT/new"
    sed -i "/^base $2\$/r $ROOT/new" "$1"
    git add -- "$1"
}

# The command that has stopped, if any.
under_way() {
    local folder
    folder=$(git rev-parse --git-dir)
    if [ -e "$folder/rebase-merge" ]; then echo rebase
    elif [ -e "$folder/rebase-apply/applying" ]; then echo am
    elif [ -e "$folder/rebase-apply" ]; then echo rebase
    elif [ -e "$folder/CHERRY_PICK_HEAD" ]; then echo cherry-pick
    elif [ -e "$folder/REVERT_HEAD" ]; then echo revert
    elif [ -e "$folder/MERGE_HEAD" ]; then echo merge
    elif [ -e "$folder/sequencer" ]; then echo cherry-pick
    else return 1
    fi
}

# Keep both sides of every conflict.
resolve() {
    git diff --name-only --diff-filter=U | sort -u | while read -r file; do
        [ -f "$file" ] && sed -i '/^<<<<<<< \|^=======$\|^>>>>>>> \|^||||||| /d' "$file"
    done
    git add -A .
    git diff --cached --quiet HEAD && left_out
}

# Note that the commit which is being rebased will not be there any more.
left_out() {
    printf 'left out %s\n' "$(git rev-parse -q --verify REBASE_HEAD)" >> "$LOG"
}

# settle HOW...: answer each stop in one of these ways, then go on, and in the end give up.
settle() {
    local state how
    for how in "$@" continue continue continue continue; do
        state=$(under_way) || return 0
        printf 'stop %s %s\n' "$state" "$how" >> "$LOG"
        case "$how" in
            skip) left_out; g "$state" --skip; continue ;;
            quit | abort) g "$state" "--$how"; continue ;;
        esac
        resolve
        case "$how" in
            message) g commit -q -m 'own message' ;;
            commit) g commit -q --no-edit ;;
            edit-commit) g commit -q ;;
            amend) g commit -q --amend --no-edit ;;
            amend-message) g commit -q --amend -m 'amended message' ;;
            more) e extra 3 "$MORE"; g commit -q -m 'more at a stop' ;;
            more-amend) e extra 3 "$MORE"; g commit -q --amend --no-edit ;;
        esac
        g "$state" --continue
    done
    state=$(under_way) && { g "$state" --abort; git reset -q --hard; }
    return 0
}

# at N: note where step N begins, and where all branches are.
at() {
    under_way > /dev/null && settle abort
    printf 'at %s %s' "$1" "$(git rev-parse HEAD)" >> "$LOG"
    git for-each-ref --format=' %(objectname)' refs/heads | tr -d '\n' >> "$LOG"
    echo >> "$LOG"
}

# todo "VERB|VERB..." "PLACE PLACE...": the next sequence editor puts these verbs and this order.
todo() {
    cat > "$ROOT/todo" << TODO
#!/bin/sh
awk -v verbs="$1" -v order="$2" -f "$ROOT/todo.awk" "\$1" > "\$1.new" && mv "\$1.new" "\$1"
TODO
    chmod +x "$ROOT/todo"
}
cat > "$ROOT/todo.awk" << 'AWK'
/^$|^#/ { next }
{ line[++n] = $0 }
END {
    split(verbs, verb, "|")
    wanted = split(order, place, " ")
    for (i = 1; i <= wanted; i++) if (place[i] <= n) { sorted[++count] = line[place[i]]; line[place[i]] = "" }
    for (i = 1; i <= n; i++) if (line[i] != "") sorted[++count] = line[i]
    for (i = 1; i <= n; i++) {
        text = sorted[i]
        if (verb[i] == "break" || verb[i] == "exec") {
            print text
            print verb[i] == "exec" ? "exec true" : "break"
            continue
        }
        if (verb[i] != "" && text ~ /^pick /) {
            if (i == 1 && verb[i] ~ /fixup|squash/) verb[i] = "pick"
            sub(/^pick/, verb[i], text)
        }
        print text
    }
}
AWK
