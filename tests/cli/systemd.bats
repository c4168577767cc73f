load setup

# That what cron and systemd are told in scripts/ is what they and the program understand. Neither of them runs here.

UNITS=$BATS_TEST_DIRNAME/../../scripts/systemd
CRONTAB=$BATS_TEST_DIRNAME/../../scripts/cron/vit-embed.cron

# A store, and how the units and the crontab name it.
some_store() {
  many_images photos 3
  mkdir "a folder"
  cp "$GOLDEN/images/palette.png" "a folder"
  vit_embed sync photos "a folder" --store store -m "$MODEL" -q
  cat > conf <<CONF
FOLDERS="$PWD/photos '$PWD/a folder'"
STORE=$PWD/store
MODEL=$MODEL
CONF
}

# The units as the instance "photos", of this program.
instantiate() {
  local unit
  for unit in "$UNITS"/*; do
    sed "s#/usr/local/bin/vit-embed#$VIT_EMBED#" "$unit" > "$(basename "${unit/@/@photos}")"
  done
}

has_command() {
  vit_embed --help | grep -q "^  $1 " || skip "there is no $1"
}

# ExecStart's arguments as systemd would have them, one a line.
arguments_of() {  # SERVICE
  python - "$1" <<'PY'
import re, shlex, sys
conf = {}
for line in open("conf"):
    name, value = line.rstrip("\n").split("=", 1)
    conf[name] = value[1:-1] if value[0] == '"' else value
[command] = re.findall(r"^ExecStart=(.*)$", open(sys.argv[1]).read(), re.M)
for word in command.replace("%%", "%").split():
    if word[0] == "$" and word[1] != "{":
        print(*shlex.split(conf[word[1:]]), sep="\n")
    else:
        print(re.sub(r"\$\{(\w+)\}", lambda m: conf[m[1]], word))
PY
}

# The crontab's commands as sh gets them, with the variables set above them.
cron_commands() {  # PATTERN
  grep -E '^[A-Z]+=' "$CRONTAB" | grep -v '^PATH=' | sed -E 's/^([A-Z]+)=(.*)$/\1="\2"/'
  grep -E '^[0-9]' "$CRONTAB" | grep -- "$1" | sed -E 's/^([^ ]+ +){6}//; s/\\%/%/g'
}

@test "the units are as systemd has them" {
  instantiate
  run systemd-analyze verify --man=no ./*@photos.*
  equal "$status" 0
  equal "$output" ""
}

@test "every timer has its service, and the times they say are times" {
  for timer in "$UNITS"/*.timer; do
    [ -e "${timer%.timer}.service" ]
    run systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$timer")"
    equal "$status" 0
  done
}

@test "what the services run brings a store up to date" {
  some_store
  instantiate
  for service in sync prune; do
    rm photos/00000"$([ $service = sync ] && echo 1 || echo 2)".png
    mapfile -t command < <(arguments_of vit-embed-$service@photos.service)
    run "${command[@]}"
    equal "$status" 0
    equal "$output" ""
  done
  equal "$(readlink store/current)" gen-0002
  equal "$(cut -d, -f2- store/current/index.csv)" "root,path
$PWD/a folder,palette.png
$PWD/photos,000000.png"
}

@test "what the monitor runs tells whether the store is fresh" {
  has_command status
  some_store
  instantiate
  mapfile -t command < <(arguments_of vit-embed-monitor@photos.service)
  run "${command[@]}"
  equal "$status" 0
  : > photos/empty.png
  vit_embed sync photos --store store -q || [ $? = 3 ]
  run "${command[@]}"
  equal "$status" 5
}

@test "the crontab has times, a user and a command" {
  # Not "* *" for a day of the month and a weekday at once: cron runs such a line on either.
  field='([*]|[0-9,-]+)'
  equal "$(grep -vE "^(#.*|[A-Z]+=.*|($field +){5}vit-embed +.*|)$" "$CRONTAB")" ""
  equal "$(tail -c 1 "$CRONTAB")" ""  # cron ignores a last line without its end
  # A '%' ends the command, unless a backslash stands before it.
  equal "$(grep -v '^#' "$CRONTAB" | grep -E '(^|[^\])%')" ""
}

@test "what the crontab runs brings a store up to date, and says nothing" {
  some_store
  mkdir bin
  ln -s "$VIT_EMBED" bin/vit-embed
  cron_commands "vit-embed sync" > commands
  equal "$(grep -c "vit-embed sync" commands)" 3
  sed -i "s#^FOLDERS=.*#FOLDERS=$PWD/photos#; s#^STORE=.*#STORE=$PWD/store#; s#^MODEL=.*#MODEL=$MODEL#" commands
  rm photos/000001.png
  run env PATH="$PWD/bin:/usr/bin:/bin" sh -eu commands
  equal "$status" 0
  equal "$output" ""
  equal "$(readlink store/current)" gen-0002
}

@test "what the crontab monitors says nothing of a store that is fresh" {
  has_command status
  some_store
  mkdir bin
  ln -s "$VIT_EMBED" bin/vit-embed
  cron_commands "vit-embed status" | sed "s#^STORE=.*#STORE=$PWD/store#" > commands
  run env PATH="$PWD/bin:/usr/bin:/bin" sh -eu commands
  equal "$status" 0
  equal "$output" ""
}
