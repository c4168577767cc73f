load setup

COMMIT=$(printf 'a%.0s' {1..40})  # what main is at
TAGGED=$(printf 'b%.0s' {1..40})  # what v1 is at
HUB_SERVER=$BATS_TEST_DIRNAME/../hub_server/hub_server.py

setup_file() { :; }  # no model is needed beforehand

setup() {
  mkdir -p "$BATS_TEST_TMPDIR/work/home"
  cd "$BATS_TEST_TMPDIR/work"
  unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
  unset HF_TOKEN HF_TOKEN_PATH HF_HUB_CACHE HF_HUB_OFFLINE XDG_CACHE_HOME
  export HF_HOME=$PWD/home
  CACHE=$HF_HOME/hub/models--someone--tiny
}

teardown() {
  stop_hub
}

# Serves FOLDER as someone/tiny from now on; its requests are in ./requests.
start_hub() {  # FOLDER OPTIONS ...
  rm -f ports requests
  mkfifo -m 600 hub-stdin 2>/dev/null || true
  /usr/bin/python3 "$HUB_SERVER" "$@" <hub-stdin 3>&- &
  HUB_PID=$!
  exec 9>hub-stdin  # it ends when this is closed
  for ((i = 0; i < 500; i++)); do
    [ ! -e ports ] || break
    sleep 0.01
  done
  read -r HUB_PORT CDN_PORT PROXY_PORT <ports
  export HF_ENDPOINT=http://127.0.0.1:$HUB_PORT
}

stop_hub() {
  [ -n "${HUB_PID:-}" ] || return 0
  exec 9>&-
  wait "$HUB_PID" 2>/dev/null || true
  HUB_PID=
}

export_tiny() {  # ARGUMENTS ...
  vit_embed export someone/tiny -o model.pt "$@"
}

# Fails unless the exported model is the golden one at a commit.
is_the_golden_model() {  # [COMMIT]
  vit_embed info model.pt | grep -q "someone/tiny at ${1:-$COMMIT}"
  cmp "$CACHE/snapshots/${1:-$COMMIT}/model.safetensors" "$GOLDEN/tiny-vit/model.safetensors"
}

weights_sha256() {
  sha256sum "$GOLDEN/tiny-vit/model.safetensors" | cut -d' ' -f1
}

# A repository of the golden model to be changed.
copy_of_golden() {  # FOLDER
  mkdir "$1"
  cp "$GOLDEN"/tiny-vit/* "$1"
}

@test "export downloads a repository of the Hub and records the commit" {
  start_hub "$GOLDEN/tiny-vit"
  run export_tiny
  equal "$status" 0
  [[ $output == *"model.safetensors: 0.8 MiB downloaded in"* ]]
  is_the_golden_model
}

@test "what is downloaded lies in the cache as huggingface_hub lays it out" {
  start_hub "$GOLDEN/tiny-vit"
  export_tiny --quiet
  equal "$(cat "$CACHE/refs/main")" "$COMMIT"
  equal "$(readlink "$CACHE/snapshots/$COMMIT/model.safetensors")" "../../blobs/$(weights_sha256)"
  config=$(printf 'blob %d\0' "$(stat -c %s "$GOLDEN/tiny-vit/config.json")" | cat - "$GOLDEN/tiny-vit/config.json" | sha1sum | cut -d' ' -f1)
  equal "$(readlink "$CACHE/snapshots/$COMMIT/config.json")" "../../blobs/$config"
  equal "$(ls "$CACHE/blobs" | wc -l)" 3
  [ -e "$HF_HOME/hub/.locks/models--someone--tiny/$(weights_sha256).lock" ]
  equal "$(cd "$CACHE"; ls -A)" $'blobs\nrefs\nsnapshots'
}

@test "what is in the cache is not downloaded again: the commit alone is asked for" {
  start_hub "$GOLDEN/tiny-vit"
  export_tiny --quiet
  rm requests; touch requests; stop_hub; start_hub "$GOLDEN/tiny-vit"
  export_tiny --quiet
  equal "$(cat requests)" "hub HEAD /someone/tiny/resolve/main/config.json"
}

@test "all files come from the commit that the first answer names" {
  start_hub "$GOLDEN/tiny-vit"
  export_tiny --quiet
  equal "$(grep -c "resolve/main/" requests)" 1
  [ "$(grep -c "hub .*resolve/$COMMIT/" requests)" -ge 5 ]
}

@test "the token goes to the Hub and not to the host that it redirects to" {
  start_hub "$GOLDEN/tiny-vit" --token secret
  HF_TOKEN=secret export_tiny --quiet
  run ! grep "^hub [^=]*$" requests
  grep -q "^hub .*Authorization=Bearer secret" requests
  grep -q "^cdn GET" requests
  run ! grep "^cdn.*Authorization" requests
}

@test "the token of huggingface-cli login is used" {
  start_hub "$GOLDEN/tiny-vit" --token secret
  echo secret >"$HF_HOME/token"
  export_tiny --quiet
  is_the_golden_model
}

@test "a revision can be a tag, a commit or a pull request" {
  start_hub "$GOLDEN/tiny-vit"
  export_tiny --revision v1 --quiet
  is_the_golden_model "$TAGGED"
  equal "$(cat "$CACHE/refs/v1")" "$TAGGED"
  export_tiny --revision "$COMMIT" --quiet
  is_the_golden_model "$COMMIT"
  [ ! -e "$CACHE/refs/$COMMIT" ]
  export_tiny --revision refs/pr/1 --quiet
  [ -e "$CACHE/refs/refs/pr/1" ]
  grep -q "resolve/refs%2Fpr%2F1/config.json" requests
}

@test "a commit that is in the cache is not asked for at all" {
  start_hub "$GOLDEN/tiny-vit"
  export_tiny --quiet
  stop_hub
  run export_tiny --revision "$COMMIT"
  equal "$status" 0
  [[ $output != *"warning"* ]]
}

@test "offline, the cache is all there is, and no request is made" {
  start_hub "$GOLDEN/tiny-vit"
  HF_HUB_OFFLINE=Yes run export_tiny
  equal "$status" 1
  [[ $output == *"not in the Hub's cache"*"HF_HUB_OFFLINE"* ]]
  equal "$(cat requests)" ""
  export_tiny --quiet
  rm requests; touch requests
  HF_HUB_OFFLINE=1 export_tiny --quiet
  equal "$(cat requests)" ""
}

@test "where the Hub cannot be reached the cache is used, with a warning" {
  start_hub "$GOLDEN/tiny-vit"
  export_tiny --quiet
  stop_hub
  run export_tiny
  equal "$status" 0
  [[ $output == *"warning: "*"127.0.0.1:$HUB_PORT"*"taking 'someone/tiny' at commit $COMMIT from the Hub's cache"* ]]
}

@test "a cache that holds only a part is no answer where the Hub cannot be reached" {
  start_hub "$GOLDEN/tiny-vit"
  export_tiny --quiet
  rm "$CACHE/snapshots/$COMMIT/model.safetensors"
  stop_hub
  run export_tiny
  equal "$status" 1
  [[ $output == *"127.0.0.1:$HUB_PORT cannot be reached"* ]]
}

@test "a branch that moved is had at its new commit, and what did not change is not downloaded" {
  start_hub "$GOLDEN/tiny-vit"
  export_tiny --quiet
  stop_hub; rm requests; start_hub "$GOLDEN/tiny-vit" --fault moved
  export_tiny --quiet
  moved=$(printf 'd%.0s' {1..40})
  is_the_golden_model "$moved"
  equal "$(cat "$CACHE/refs/main")" "$moved"
  run ! grep "^cdn" requests
}

@test "without a network and without a cache it is said at once how to go on" {
  SECONDS=0
  HF_ENDPOINT=http://127.0.0.1:9 run export_tiny
  equal "$status" 1
  [[ $output == *"127.0.0.1:9"*"https_proxy"*"HF_ENDPOINT"*"directory"* ]]
  [ "$SECONDS" -lt 3 ]
}

@test "a transfer that is cut goes on from there" {
  start_hub "$GOLDEN/tiny-vit" --fault cut=300000
  run export_tiny
  equal "$status" 0
  [[ $output == *"trying again in 0.5 s"* ]]
  grep -q "^cdn GET .*Range=bytes=300000-" requests
  is_the_golden_model
}

@test "a server that knows no ranges sends all again" {
  start_hub "$GOLDEN/tiny-vit" --fault cut=300000 --fault no-ranges
  export_tiny --quiet
  is_the_golden_model
  equal "$(grep -c "^cdn GET /model" requests)" 2
}

@test "an unfinished download of an earlier run is gone on with" {
  start_hub "$GOLDEN/tiny-vit"
  mkdir -p "$CACHE/blobs"
  head -c 500000 "$GOLDEN/tiny-vit/model.safetensors" >"$CACHE/blobs/$(weights_sha256).incomplete"
  run export_tiny
  [[ $output == *"from 0.5 MiB on"* ]]
  grep -q "^cdn GET .*Range=bytes=500000-" requests
  is_the_golden_model
}

@test "an unfinished download that does not fit is started over" {
  start_hub "$GOLDEN/tiny-vit"
  mkdir -p "$CACHE/blobs"
  for size in 500000 870344 900000; do
    head -c "$size" /dev/zero >"$CACHE/blobs/$(weights_sha256).incomplete"
    export_tiny --quiet
    is_the_golden_model
    rm -r "$CACHE/snapshots" "$CACHE/blobs/$(weights_sha256)"
  done
}

@test "bytes of another SHA-256 are an error and leave nothing in the cache" {
  start_hub "$GOLDEN/tiny-vit" --fault corrupt
  run export_tiny
  equal "$status" 1
  [[ $output == *"model.safetensors is damaged"*"SHA-256"*"$(weights_sha256)"* ]]
  [ ! -e model.pt ]
  equal "$(ls "$CACHE/blobs" | grep -c "$(weights_sha256)")" 0
}

@test "a busy server is asked again, as late as it says" {
  start_hub "$GOLDEN/tiny-vit" --fault busy
  run export_tiny
  equal "$status" 0
  [[ $output == *"status 503; trying again in 0.5 s"* ]]
  stop_hub; rm -r "$HF_HOME/hub"; start_hub "$GOLDEN/tiny-vit" --fault limit
  run export_tiny
  equal "$status" 0
  [[ $output == *"status 429; trying again in 2 s"* ]]
}

@test "a gated repository says where to accept its terms" {
  start_hub "$GOLDEN/tiny-vit" --gated --token secret
  run export_tiny
  equal "$status" 1
  [[ $output == *"'someone/tiny' is gated"*"$HF_ENDPOINT/someone/tiny"*"set HF_TOKEN"* ]]
  HF_TOKEN=secret run export_tiny
  equal "$status" 1
  [[ $output == *"is gated"*"use a token of that account"* ]]
  [[ $output != *"secret"* ]]
}

@test "a missing or private repository says so, and nothing of the token" {
  start_hub "$GOLDEN/tiny-vit" --token secret
  run export_tiny
  equal "$status" 1
  [[ $output == *"'someone/tiny'"*"127.0.0.1:$HUB_PORT"*"no such repository or keeps it private"*"set HF_TOKEN"* ]]
  HF_TOKEN=secret run vit_embed export someone/else -o model.pt
  equal "$status" 1
  [[ $output == *"'someone/else'"*"no such repository"*"token from \$HF_TOKEN"* ]]
  [[ $output != *"secret"* ]]
}

@test "a token that is not accepted is said, with where it came from" {
  start_hub "$GOLDEN/tiny-vit" --token secret
  echo stale-one >"$HF_HOME/token"
  run export_tiny
  equal "$status" 1
  [[ $output == *"does not accept the token from '$HF_HOME/token'"* ]]
  [[ $output != *"stale-one"* ]]
}

@test "a revision that is not there is named" {
  start_hub "$GOLDEN/tiny-vit"
  run export_tiny --revision v9
  equal "$status" 1
  [[ $output == *"'someone/tiny' has no revision 'v9'"* ]]
  run export_tiny --revision ../x
  equal "$status" 2
}

@test "a server that is down is named with its status" {
  start_hub "$GOLDEN/tiny-vit" --fault down-after=2
  run export_tiny
  equal "$status" 1
  [[ $output == *"'someone/tiny': 127.0.0.1:$HUB_PORT: status 500"* ]]
}

@test "another server than a Hub is recognised" {
  start_hub "$GOLDEN/tiny-vit" --fault bare
  run export_tiny
  equal "$status" 1
  [[ $output == *"does not answer as a Hub does"* ]]
}

@test "a redirect to anything but http is refused" {
  start_hub "$GOLDEN/tiny-vit" --fault local-file
  run export_tiny
  equal "$status" 1
  [[ $output == *"'someone/tiny'"*'Protocol "file"'* ]]
  [[ $output != *"trying again"* ]]
}

@test "a renamed repository is followed" {
  start_hub "$GOLDEN/tiny-vit" --fault renamed
  vit_embed export someone/old -o model.pt --quiet
  vit_embed info model.pt | grep -q "someone/old at $COMMIT"
}

@test "a repository without preprocessor_config.json gives the defaults, and is asked for it once" {
  copy_of_golden bare && rm bare/preprocessor_config.json
  start_hub bare
  run export_tiny
  equal "$status" 0
  [[ $output == *"no preprocessor_config.json"* ]]
  [ -e "$CACHE/.no_exist/$COMMIT/preprocessor_config.json" ]
  export_tiny --quiet
  equal "$(grep -c preprocessor_config.json requests)" 1
}

@test "random weights take the configurations alone" {
  start_hub "$GOLDEN/tiny-vit"
  export_tiny --random-weights 1 --quiet
  vit_embed info model.pt | grep -q "3 layers"
  run ! grep "safetensors" requests
}

@test "a repository of pickles is refused with the way to convert it" {
  copy_of_golden pickle && mv pickle/model.safetensors pickle/pytorch_model.bin
  start_hub pickle
  run export_tiny
  equal "$status" 1
  [[ $output == *"'someone/tiny' has its weights in pytorch_model.bin alone"*"save_pretrained"* ]]
  run ! grep "GET .*pytorch_model.bin" requests
}

@test "all the files that an index names are downloaded" {
  copy_of_golden sharded
  cp sharded/model.safetensors sharded/model-2.safetensors
  mv sharded/model.safetensors sharded/model-1.safetensors
  printf x >>sharded/model-2.safetensors
  echo '{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-1.safetensors"}}' \
    >sharded/model.safetensors.index.json
  start_hub sharded
  run export_tiny
  cmp sharded/model-1.safetensors "$CACHE/snapshots/$COMMIT/model-1.safetensors"
  cmp sharded/model-2.safetensors "$CACHE/snapshots/$COMMIT/model-2.safetensors"
  equal "$(grep -c "^cdn GET /model-1" requests)" 1
}

@test "an index that names a file elsewhere is refused" {
  copy_of_golden sharded && rm sharded/model.safetensors
  echo '{"weight_map": {"a": "../../../etc/x.safetensors"}}' >sharded/model.safetensors.index.json
  start_hub sharded
  run export_tiny
  equal "$status" 1
  [[ $output == *"weight_map names '../../../etc/x.safetensors'"* ]]
}

@test "a disk that is too small is said before the download" {
  start_hub "$GOLDEN/tiny-vit" --fault huge
  run export_tiny
  equal "$status" 1
  [[ $output == *"1099511627776.0 MiB are needed and "*" MiB are free"*"$HF_HOME/hub"* ]]
  run ! grep "^cdn" requests
}

@test "Ctrl-C ends a download, and the same command goes on from there" {
  start_hub "$GOLDEN/tiny-vit" --fault slow
  # A shell lets its background jobs ignore SIGINT.
  env --default-signal=INT "$VIT_EMBED" export someone/tiny -o model.pt 2>stderr 3>&- 9>&- &
  pid=$!
  incomplete=$CACHE/blobs/$(weights_sha256).incomplete
  for ((i = 0; i < 500; i++)); do
    [ ! -s "$incomplete" ] || break
    sleep 0.01
  done
  kill -INT $pid
  code=0; wait $pid || code=$?
  equal "$code" 130
  grep -q "the same command goes on from here" stderr
  [ -s "$incomplete" ]
  [ ! -e model.pt ]
  stop_hub; start_hub "$GOLDEN/tiny-vit"
  export_tiny --quiet
  grep -q "^cdn GET .*Range=bytes=" requests
  is_the_golden_model
}

@test "two exports at once download a file once" {
  start_hub "$GOLDEN/tiny-vit" --fault slow
  "$VIT_EMBED" export someone/tiny -o a.pt 2>a.log 3>&- 9>&- &
  pid=$!
  vit_embed export someone/tiny -o b.pt 2>b.log
  wait $pid
  cmp a.pt b.pt
  equal "$(grep -c "^cdn GET" requests)" 1
  grep -q "waiting for another download" a.log b.log
}

@test "on a terminal a status line shows the file, MiB and MiB/s" {
  start_hub "$GOLDEN/tiny-vit" --fault slow
  script -qec "'$VIT_EMBED' export someone/tiny -o model.pt" typescript >/dev/null
  grep -q "model.safetensors  0\.[0-9]/0\.8 MiB  .* MiB/s" typescript
}

@test "a proxy of the environment is used" {
  start_hub "$GOLDEN/tiny-vit"
  http_proxy=http://127.0.0.1:$PROXY_PORT HF_ENDPOINT=http://hub.invalid HF_TOKEN= export_tiny --quiet
  is_the_golden_model
  grep -q "^proxy HEAD http://hub.invalid/someone/tiny/resolve/main/config.json" requests
}

@test "a proxy that lets nothing through is named at once" {
  start_hub "$GOLDEN/tiny-vit"
  SECONDS=0
  https_proxy=http://127.0.0.1:$PROXY_PORT HF_ENDPOINT=https://hub.invalid run export_tiny
  equal "$status" 1
  [[ $output == *"hub.invalid cannot be reached"*"501"*"https_proxy"* ]]
  [ "$SECONDS" -lt 3 ]
}

@test "what is on the disk comes before the Hub, and a path is never asked of it" {
  start_hub "$GOLDEN/tiny-vit"
  mkdir someone && copy_of_golden someone/tiny
  export_tiny --quiet
  run export_tiny --revision v1
  equal "$status" 2
  for source in ./missing/tiny ../missing /missing missing/ a/b/c missing.safetensors some/missing.safetensors; do
    run vit_embed export "$source" -o model.pt
    equal "$status" 1
    [[ $output == *"'$source': no such directory or file" ]]
  done
  equal "$(cat requests)" ""
}
