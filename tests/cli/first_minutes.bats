load setup

# What a new user types, and whether the answer says what to do next.

@test "without a command, the three that one needs are shown, and they are right" {
  run vit_embed
  equal "$status" 0
  [ "${#lines[@]}" -le 8 ]
  cp -r "$GOLDEN/tiny-vit" vit-large-patch16-224-in21k
  mkdir photos
  cp "$GOLDEN"/images/photo-*.jpg photos
  cp "$GOLDEN/images/photo-444-q95.jpg" photo.jpg
  ln -s "$VIT_EMBED" vit-embed
  sed -n 's/^  vit-embed/.\/vit-embed/p' <<< "$output" | sed 's/google\///' > steps
  equal "$(wc -l < steps)" 3
  bash -euo pipefail steps
}

@test "help lists every command in a group, and no line of any help is wider than 100" {
  run vit_embed --help
  equal "$status" 0
  equal "$(commands | sort | paste -sd' ')" "check export extract info merge query snapshot status sync verify"
  equal "$(grep -E '^[A-Z][a-z]*:$' <<< "$output" | paste -sd' ')" "Options: Embed: Look: Stores:"
  for command in "" $(commands); do
    run vit_embed $command --help
    equal "$status" 0
    equal "$(awk 'length > 100' <<< "$output")" ""
    equal "$(grep -c '^$' <<< "$output")" "$(uniq <<< "$output" | grep -c '^$')"  # no two blank lines together
  done
}

answers() {  # STATUS TEXT WORD ...
  local expected=$1 text=$2
  shift 2
  run vit_embed "$@"
  equal "$status" "$expected"
  [[ $output == *"$text"* ]] || { printf '%s\n' "$output" "has not: $text" >&2; return 1; }
}

@test "a mistyped command or flag is named, with what might have been meant" {
  answers 2 "error: there is no command 'extrct' (did you mean 'extract'?)" extrct photos -m model.pt
  answers 2 "error: there is no command 'help' (did you mean '--help'?)" help
  answers 2 "error: there is no command 'frobnicate'
'vit-embed --help' lists the commands" frobnicate
  answers 2 "error: there is no flag '--hlep' (did you mean '--help'?)" --hlep
  answers 2 "error: extract has no flag '--hlep' (did you mean '--help'?)" extract --hlep
  answers 2 "error: extract has no flag '--ouput' (did you mean '--output'?)" extract photos -m model.pt --ouput=x.npy
  answers 2 "error: extract has no flag '--within'" extract --within
  answers 2 "error: '--quiet' belongs behind the command: vit-embed extract --quiet" --quiet extract photos
  answers 2 "error: info: 'b' is one argument too many" info a b
  answers 2 "'vit-embed info --help' lists its flags" info a b
}

@test "all that a command needs is told at once" {
  answers 2 "error: extract needs
  -m,--model FILE                 Model file" extract photos
  [[ $output == *"  -o,--output FILE "* ]]
  answers 2 "error: status needs
  STORE " status
  answers 2 "error: extract needs
  -o,--output FILE " extract photos -m model.pt
  [[ $output != *--model* ]]
}

@test "a value that is none of those that go names them" {
  answers 2 "error: --format: xyz not in {npy,csv,jsonl}" extract photos -m model.pt -o x --format xyz
}
