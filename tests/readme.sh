# SPDX-License-Identifier: MIT
# The README's examples. Sourced, after library.sh.

block() { # block FENCE [WORDS]: the README's first block that begins with that fence, and has a line with those words
    awk -v fence="$1" -v words="${2:-}" '
        /^```/ && open { open = 0; if (wanted && index(text, words)) { printf "%s", text; exit } next }
        /^```/ { open = 1; wanted = $0 == fence; text = ""; next }
        open { text = text $0 "\n" }' "$SOURCE/README.md"
}

# Numbers, addresses and ids differ from run to run; so do reasons, by what is seen first. All other words must be the same;
# each reason that the README shows must be one that there is, and of those that were printed it must show some.
plain() { sed -E 's/[0-9a-f]{32}/ID/; s/[0-9][0-9.]*/N/g; s/ +/ /g' | sed '/./,$!d'; }
reasons() { # as patterns
    sed -n 's/.*"\([A-Z][^"]*\)").*/\1/p' "$SOURCE/monitor/diagnose/weights.h" |
        sed -E 's/[][().*?+|^$\\]/\\&/g; s/\{\}/.+/g; s/[0-9][0-9]*/N/g; s/\\\.$/\\.?/; s/.*/^ [+-] &$/'
}
readme_shows() { # readme_shows FILE WORDS: what was printed, and words of the block that shows it
    block '```' "$2" | plain >"$scratch/readme"
    plain <"$1" >"$scratch/printed"
    diff <(grep -v '^ + ' "$scratch/readme") <(grep -v '^ + ' "$scratch/printed") || return 1
    ! grep '^ + ' "$scratch/readme" | grep -vEf <(reasons) || return 1
    grep '^ + ' "$scratch/printed" | grep -qxFf "$scratch/readme" || { cat "$scratch/printed"; return 1; }
}
