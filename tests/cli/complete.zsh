# What zsh offers to complete a line with, one a line: zsh -f complete.zsh FOLDER LINE
# FOLDER has the completion function. A zsh on a terminal of its own completes; the builtin that takes the matches is
# wrapped in a function that tells them.
emulate -L zsh
export FOLDER=$1
zmodload zsh/zpty
zpty inner zsh -f -i
trap 'zpty -d inner' EXIT

setup=$(mktemp)
cat > $setup <<'SETUP'
PROMPT=
fpath=($FOLDER $fpath)
autoload -Uz compinit
compinit -D -u
zstyle ':completion:*' list-grouped false
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits
  builtin compadd -A hits "$@"
  local hit
  for hit in $hits; do print -r -- "<offer>$hit</offer>"; done
  builtin compadd "$@"  # whether there were any is asked for
}
end-of-offers() { _main_complete; compstate[insert]=; compstate[list]=; print '<end>' }
zle -C end-of-offers complete-word end-of-offers
bindkey '^I' end-of-offers
print '<set up>'
SETUP
zpty -w inner "source $setup"
zpty -r inner ignored $'*<set up>*'
rm $setup
zpty -w -n inner "$2"$'\t'
zpty -r inner answer $'*<end>*'
print -r -- $answer | tr -d '\r' | grep -o '<offer>[^<]*' | sed 's/<offer>//'
