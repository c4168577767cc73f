load setup

# What each shell offers.

setup_file() { :; }

# What bash would offer for the last of these words, a line each: words, or what it is told to complete itself.
bash_offers() {  # WORD ...
  bash -euo pipefail -c '
    compopt() { told="$*"; }
    told=files
    source "$MANUAL/vit-embed.bash"
    COMP_WORDS=(vit-embed "$@") COMP_CWORD=$#
    _vit_embed vit-embed "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" || true
    if [ ${#COMPREPLY[@]} -gt 0 ]; then printf "%s\n" "${COMPREPLY[@]}"; else echo "($told)"; fi' bash "$@"
}

# The words that fish offers for a line, without what it says of them, and without those that only look like what was typed,
# which some versions add.
fish_offers() {  # LINE
  fish --no-config -c "source $MANUAL/vit-embed.fish; complete -C '$1'" | cut -f1 | sort |
    typed=${1##* } awk 'index($0, ENVIRON["typed"]) == 1'
}

# The words that zsh offers, from a terminal of its own in which it completes.
zsh_offers() {  # LINE
  zsh -f "$BATS_TEST_DIRNAME/complete.zsh" "$MANUAL" "$1" | sort -u
}

needs_shell() {
  command -v "$1" > /dev/null || skip "there is no $1"
}

some_files() {
  mkdir folder "a folder"
  touch photo.jpg
}

@test "bash offers commands, and flags before them" {
  equal "$(bash_offers ex)" "export
extract"
  equal "$(bash_offers "" | wc -l)" 10
  equal "$(bash_offers --v)" "--version"
}

@test "bash offers the flags of a command" {
  equal "$(bash_offers extract --fo)" "--format"
  equal "$(bash_offers sync photos --no)" "--no-create"
  equal "$(bash_offers extract - | sort)" "$("$VIT_EMBED" extract --help | grep -oE '^  -[^ {]+' | tr , '\n' | tr -d ' ' | sort)"
  [[ $(bash_offers extract -) != *within-verify* ]]
}

@test "bash offers the values of a flag that has a few" {
  equal "$(bash_offers extract --format "")" "npy
csv
jsonl"
  equal "$(bash_offers query --format j)" "json"
  equal "$(bash_offers extract --format = js)" "jsonl"
  equal "$(bash_offers extract --format =)" "npy
csv
jsonl"
}

@test "bash goes on with a list behind its comma" {
  equal "$(bash_offers extract --feature p)" "pooler"
  equal "$(bash_offers extract --feature cls,m)" "cls,mean"
}

@test "bash offers files and folders where they are asked for, and nothing for a number" {
  equal "$(bash_offers extract pho)" "(files)"
  equal "$(bash_offers extract -m "")" "(files)"
  equal "$(bash_offers extract --model = "")" "(files)"
  equal "$(bash_offers sync ph)" "(-o dirnames +o default)"
  equal "$(bash_offers sync --store "")" "(-o dirnames +o default)"
  equal "$(bash_offers extract --shard "")" "(+o bashdefault +o default)"
  equal "$(bash_offers extract -- -)" "(files)"
  equal "$(bash_offers nonsense "")" "(+o bashdefault +o default)"
}

@test "zsh and fish can read theirs" {
  ! command -v zsh > /dev/null || zsh -n "$MANUAL/_vit-embed"
  ! command -v fish > /dev/null || fish -n "$MANUAL/vit-embed.fish"
}

@test "fish offers the same" {
  needs_shell fish
  export HOME=$PWD
  some_files
  equal "$(fish_offers "vit-embed ex")" "export
extract"
  equal "$(fish_offers "vit-embed extract --fo")" "--format"
  equal "$(fish_offers "vit-embed extract --format ")" "csv
jsonl
npy"
  equal "$(fish_offers "vit-embed extract --format=j")" "--format=jsonl"
  equal "$(fish_offers "vit-embed extract --feature cls,m")" "cls,mean"
  equal "$(fish_offers "vit-embed extract ")" "a folder/
folder/
photo.jpg"
  equal "$(fish_offers "vit-embed sync ")" "a folder/
folder/"
  equal "$(fish_offers "vit-embed extract --shard ")" ""
}

@test "zsh offers the same" {
  needs_shell zsh
  some_files
  equal "$(zsh_offers "vit-embed ex")" "export
extract"
  equal "$(zsh_offers "vit-embed extract --fo")" "--format"
  equal "$(zsh_offers "vit-embed extract --format ")" "csv
jsonl
npy"
  equal "$(zsh_offers "vit-embed extract --format=j")" "jsonl"
  equal "$(zsh_offers "vit-embed extract --feature cls,m")" "mean"
  equal "$(zsh_offers "vit-embed extract ph")" "photo.jpg"
  equal "$(zsh_offers "vit-embed sync ")" "a\\ folder
folder"
  equal "$(zsh_offers "vit-embed extract --shard ")" ""
}
