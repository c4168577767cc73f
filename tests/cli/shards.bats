load setup

# Images in folders, one of them bad, and the single run that merged shards must equal to the byte.
some_photos() {
  mkdir -p photos/{cat,dog/more}
  many_images photos/cat 9
  many_images photos/dog 8
  many_images photos/dog/more 6
  echo "no image" > photos/dog/bad.png
  touch -d 2026-01-01T00:00:00 photos/*/*.png photos/dog/more/*.png
}

extract_shards() {  # N ARGUMENTS ...
  local n=$1 i
  shift
  for ((i = 0; i < n; i++)); do
    vit_embed extract "$@" -m "$MODEL" -o s/$i.npy --shard $i/$n --quiet || [ $? = 3 ]
  done
}

same_output() {  # A B: rows, index, failures and meta
  cmp "$1" "$2"
  cmp "$1.index.csv" "$2.index.csv"
  if [ -e "$1.failures.csv" ]; then cmp "$1.failures.csv" "$2.failures.csv"; else [ ! -e "$2.failures.csv" ]; fi
  cmp "$1.meta.json" "$2.meta.json"
}

@test "merged shards of folders are what one run over them gives, to the byte" {
  some_photos
  mkdir s
  vit_embed extract photos -m "$MODEL" -o whole.npy --labels folder --quiet || [ $? = 3 ]
  extract_shards 4 photos --labels folder
  equal "$(ls s | grep -c 'inputs.csv$')" 4
  run vit_embed merge s/3.npy s/0.npy s/2.npy s/1.npy -o all.npy
  equal "$status" 0
  [[ $output == *"all.npy: 4 shards, 23 rows, 1 failed"* ]]
  same_output whole.npy all.npy
  [ ! -e all.npy.inputs.csv ]
  [ ! -e all.npy.partial ]
  # ... so that a run over everything finds nothing to do.
  run vit_embed extract photos -m "$MODEL" -o all.npy --labels folder
  [[ $output == *"all.npy: up to date, 23 rows, 1 failed"* ]]

  vit_embed merge s/?.npy -o all.csv --quiet
  vit_embed extract photos -m "$MODEL" -o whole.csv --labels folder --quiet || [ $? = 3 ]
  cmp all.csv whole.csv
}

@test "rows of NaN, of half precision and of several numbers a token are merged, too" {
  some_photos
  mkdir s
  vit_embed extract photos -m "$MODEL" -o whole.npy --on-error nan --dtype float16 --feature tokens,mean -q || [ $? = 3 ]
  extract_shards 3 photos --on-error nan --dtype float16 --feature tokens,mean
  for feature in tokens mean; do
    vit_embed merge s/?.$feature.npy -o all.npy -q
    same_output whole.$feature.npy all.npy
  done
}

@test "several folders are merged in the order of their paths, whatever order they were given in" {
  many_images a 5
  many_images a-b 5
  many_images b/c 5
  mkdir s
  vit_embed extract a-b/ a/ b -m "$MODEL" -o whole.npy -q
  extract_shards 3 b a/ a-b/
  vit_embed merge s/?.npy -o all.npy -q
  same_output whole.npy all.npy

  run vit_embed extract a b/c b/ -m "$MODEL" -o x.npy --shard 0/2
  equal "$status" 2
  [[ $output == *"--shard: 'b/c' is within 'b/'"* ]]
}

@test "a path that is in two shards is refused" {
  many_images photos 3
  mkdir s
  extract_shards 1 photos
  for f in s/0.npy*; do cp "$f" "${f/0.npy/1.npy}"; done
  sed -i 's/"count": 1/"count": 2/' s/?.npy.meta.json
  sed -i '/"count": 2/,/}/s/"index": 0/"index": 1/' s/1.npy.meta.json
  run vit_embed merge s/?.npy -o all.npy
  equal "$status" 5
  [[ $output == *"'photos/000000.png' is there twice"* ]]
  [ ! -e all.npy ]
}

@test "merged shards of a list are in the list's order, duplicates included" {
  some_photos
  { find photos -name '*.png' | LC_ALL=C sort -r; echo; echo photos/gone.png; echo photos/cat/000001.png; echo photos/gone.png; } > list
  vit_embed extract --files-from list -m "$MODEL" -o whole.npy -q || [ $? = 3 ]
  mkdir s
  extract_shards 3 --files-from list
  run vit_embed merge s/?.npy -o all.npy
  equal "$status" 2
  [[ $output == *"--expect"* ]]
  vit_embed merge s/?.npy -o all.npy --expect list -q
  same_output whole.npy all.npy
  tr '\n' '\0' < list | vit_embed merge s/?.npy -o all.npy --expect - -0 -q
  same_output whole.npy all.npy

  for change in '$d' '3d' '3p' '$a photos/new.png'; do
    sed "$change" list > other
    run vit_embed merge s/?.npy -o none.npy --expect other
    equal "$status" 5
    [[ $output =~ "is not in the list"|"lacks entry " ]]
    [ ! -e none.npy ]
  done
}

# Six tars, one of them cut; members are not in the order of their names, and some have a class.
some_tars() {
  mkdir -p tars
  python - <<'PY'
import io, os, tarfile
golden = os.environ["GOLDEN"] + "/images"
images = sorted(name for name in os.listdir(golden) if name.endswith(".png"))
for number in range(6):
    with tarfile.open(f"tars/data-{number:06d}.tar" + (".gz" if number == 2 else ""), "w:gz" if number == 2 else "w") as tar:
        for i in (3, 1, 2, 0)[:4 - number % 2]:
            for suffix, content in (("cls", b"%d\n" % i), ("png", open(f"{golden}/{images[number + i]}", "rb").read())):
                member = tarfile.TarInfo(f"{chr(ord('z') - i)}/{i}.{suffix}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
PY
  truncate -s -30000 tars/data-000004.tar
  printf 'no tar' > tars/data-000005.tar
}

@test "merged shards of tars are what one run over the tars in order gives, and no tar is in two" {
  some_tars
  cp tars/data-000002.tar.gz tars/data-000005.tar.gz
  mkdir s
  vit_embed extract tars/data-00000{0,1}.tar tars/data-000002.tar.gz tars/data-00000{3,4}.tar tars/data-000005.tar{.gz,} -m "$MODEL" -o whole.npy --labels folder -q || equal $? 3
  vit_embed extract tars/data-00000{5,3,1,0,4}.tar tars/data-00000{5,2}.tar.gz -m "$MODEL" -o s/0.npy --shard 0/3 --labels folder -q || equal $? 3
  for i in 1 2; do
    vit_embed extract tars/*.tar* -m "$MODEL" -o s/$i.npy --shard $i/3 --labels folder -q || equal $? 3
  done
  run vit_embed merge s/?.npy -o all.npy
  equal "$status" 0
  same_output whole.npy all.npy
  equal "$(head -1 all.npy.index.csv)" row,path,label,cls,txt,json
  grep -q '^5,tars/data-000001.tar/y/1.png,y,1,,$' all.npy.index.csv
  grep -q '^tars/data-000005.tar,' all.npy.failures.csv
  for tar in tars/*; do
    equal "$(grep -lF "$tar" s/*.inputs.csv | wc -l)" 1
  done
  # Tasks may have copies in folders of their own: the tar's name alone says whose it is.
  cp -r tars copy
  touch -r tars/data-000000.tar copy/data-000000.tar
  for i in 0 1 2; do
    vit_embed extract copy/*.tar* -m "$MODEL" -o copied-$i.npy --shard $i/3 -q || equal $? 3
    equal "$(cut -d/ -f2- copied-$i.npy.inputs.csv | sort | cut -d, -f1)" "$(cut -d/ -f2- s/$i.npy.inputs.csv | sort | cut -d, -f1)"
  done
}

@test "a tar that is expected and in no shard is told" {
  some_tars
  mkdir s
  extract_shards 3 'tars/data-{000000..000005}.tar'
  ls tars/*.tar > list
  sed -i '1i tars/data-000002.tar' list
  vit_embed merge s/?.npy -o all.npy --expect list -q
  echo tars/data-000006.tar >> list
  run vit_embed merge s/?.npy -o none.npy --expect list
  equal "$status" 5
  [[ $output == *"1 of the list is in no shard: 'tars/data-000006.tar'"* ]]
  [ ! -e none.npy ]
}

@test "an image that is expected and in no shard is told, and nothing is published" {
  some_photos
  mkdir s
  extract_shards 3 photos
  find photos -name '*.png' | LC_ALL=C sort > list
  vit_embed merge s/?.npy -o all.npy --expect list -q
  rm all.npy*
  printf '%s\n' photos/cat/new.png photos/zebra.png >> list
  run vit_embed merge s/?.npy -o all.npy --expect list
  equal "$status" 2
  [[ $output == *"not in bytewise order at 'photos/cat/new.png'"* ]]
  LC_ALL=C sort -o list list
  run vit_embed merge s/?.npy -o all.npy --expect list
  equal "$status" 5
  [[ $output == *"2 of the list are in no shard: 'photos/cat/new.png', 'photos/zebra.png'"* ]]
  [ ! -e all.npy ]
  vit_embed merge s/?.npy -o all.npy -q
}

@test "a shard without an image of its own is zero rows and success, and a folder without any is not" {
  many_images photos 2
  mkdir s empty
  extract_shards 9 photos
  equal "$(ls s/*.meta.json | wc -l)" 9
  equal "$(grep -l '"rows": 0' s/*.meta.json | wc -l)" 7
  vit_embed extract photos -m "$MODEL" -o whole.npy -q
  vit_embed merge s/?.npy -o all.npy -q
  same_output whole.npy all.npy
  run vit_embed extract empty -m "$MODEL" -o e.npy --shard 0/2
  equal "$status" 1
  [[ $output == *"no images found"* ]]
}

@test "images that are added move no others to other shards, and only what changed is embedded again" {
  some_photos
  mkdir s
  extract_shards 5 photos
  for i in 0 1 2 3 4; do cp s/$i.npy.inputs.csv before-$i; done
  cp photos/cat/000000.png photos/cat/zz.png
  local made_anew=0 i
  for i in 0 1 2 3 4; do
    run vit_embed extract photos -m "$MODEL" -o s/$i.npy --shard $i/5
    [[ $output == *"up to date"* ]] || made_anew=$((made_anew + 1))
    equal "$(grep -v zz.png s/$i.npy.inputs.csv)" "$(cat before-$i)"
  done
  equal $made_anew 1
}

@test "a shard that is missing, twice there, unfinished, of another run or no shard is refused by name" {
  some_photos
  mkdir s
  extract_shards 4 photos
  refused() {  # STATUS TEXT SHARDS ...
    local code=$1 text=$2
    shift 2
    run vit_embed merge "$@" -o none.npy
    equal "$status" "$code"
    [[ $output == *"$text"* ]]
    [ ! -e none.npy ]
    [ ! -e none.npy.partial ]
  }
  refused 5 "of 4 shards 2 are missing: 1, 3" s/0.npy s/2.npy
  for f in s/1.npy*; do cp "$f" "${f/1.npy/one.npy}"; done
  refused 5 "shard 1 is there twice: 's/1.npy' and 's/one.npy'" s/?.npy s/one.npy
  rm s/one.npy*
  vit_embed extract photos -m "$MODEL" -o s/x.npy --shard 1/3 -q || [ $? = 3 ]
  refused 5 "not of one run: 's/0.npy' is shard 0/4 of folders, 's/x.npy' is shard 1/3 of folders" s/0.npy s/x.npy
  vit_embed extract photos -m "$MODEL" -o whole.npy -q || [ $? = 3 ]
  refused 5 "'whole.npy' is no shard" whole.npy s/0.npy
  mv s/2.npy.meta.json meta
  refused 5 "'s/2.npy' is not finished" s/[0-3].npy
  refused 5 "there is no 's/shard-*.npy'" 's/shard-*.npy'
  mv meta s/2.npy.meta.json
  vit_embed extract photos -m "$MODEL" -o s/2.npy --shard 2/4 --l2-normalize -q || [ $? = 3 ]
  refused 4 "l2_normalized: false then, true now" s/[0-3].npy
  vit_embed extract photos -m "$MODEL" -o s/2.npy --shard 2/4 --on-error nan -q || [ $? = 3 ]
  refused 4 "failed rows: skipped then, nan now" s/[0-3].npy
  vit_embed extract photos -m "$MODEL" -o s/2.npy --shard 2/4 --engine torchscript -q || [ $? = 3 ]
  refused 4 "(--allow-mixed takes both)" s/[0-3].npy
  run vit_embed merge s/[0-3].npy -o mixed.npy --allow-mixed
  equal "$status" 0
  [[ $output == *"were made by different builds"* ]]
}

@test "a shard whose rows, index or inputs were changed is found out, and nothing is published" {
  some_photos
  mkdir s
  extract_shards 2 photos
  found_out() {  # TEXT
    run vit_embed merge s/?.npy -o none.npy
    equal "$status" 5
    [[ $output == *"'s/1.npy': $1"* ]]
    [ ! -e none.npy ]
    [ ! -e none.npy.partial ]
    rm -r s
    cp -r good s
  }
  cp -r s good
  printf x | dd of=s/1.npy bs=1 seek=200 conv=notrunc status=none
  found_out "its rows were changed"
  truncate -s -4 s/1.npy
  found_out "it is not as long as its header says"
  sed -i '2s/photos/phatos/' s/1.npy.index.csv
  found_out "its index does not go on with row 0"
  sed -i '$d' s/1.npy.index.csv
  found_out "its index does not go on with row"
  echo "99,x" >> s/1.npy.index.csv
  found_out "its index has more rows"
  sed -i '$d' s/1.npy.inputs.csv
  found_out ""
  sed -i '2s/row$/transient/' s/1.npy.inputs.csv
  found_out "its failures do not go on with"
  sed -i 's/"inputs": [0-9]*/"inputs": 1/' s/1.npy.meta.json
  found_out "its inputs, rows and failures are not as many as its meta says"
  sed -i -z 's/\("shape": \[[^,]*,\)[^]]*/\1 0/' s/1.npy.meta.json
  found_out "its meta has no shape of rows"
  sed -i '1s/path/name/' s/1.npy.inputs.csv
  found_out "a file beside it starts with 'name,size"
  sed -i '2s/,\([0-9]*\),row/,1\1,row/' s/1.npy.inputs.csv
  found_out "its list of inputs was changed"
  for damage in 'rm s/1.npy.inputs.csv' 'rm s/1.npy.index.csv' 'rm s/1.npy' \
    'truncate -s 20 s/1.npy' 'truncate -s -3 s/1.npy.meta.json' 'truncate -s -3 s/1.npy.inputs.csv'; do
    eval "$damage"
    run vit_embed merge s/0.npy s/1.npy -o none.npy
    equal "$status" 5
    [[ $output == *"s/1.npy"* ]]
    [ ! -e none.npy ]
    rm -r s
    cp -r good s
  done
  vit_embed merge s/?.npy -o all.npy -q
}

@test "a shard that is being made anew is not finished, of one feature or of several" {
  many_images photos 600
  mkdir s
  extract_shards 2 photos --feature cls,mean
  interrupted() {  # ARGUMENTS ...: a run over s/1.npy that is stopped
    "$VIT_EMBED" extract photos -m "$MODEL" -o s/1.npy --shard 1/2 --batch-size 1 --restart -q "$@" &
    until [ "$(stat -c %s s/1.npy.partial/journal 2>/dev/null || echo 0)" -gt 100 ]; do sleep 0.01; done
    kill -KILL $!; wait $! || true
  }
  interrupted --feature cls,mean
  run vit_embed merge s/?.mean.npy -o none.npy
  equal "$status" 5
  [[ $output == *"'s/1.mean.npy' is not finished: 's/1.npy.partial' has a run that makes it anew"* ]]
  [ ! -e none.npy ]
  # It is gone on from, though the output is up to date.
  run vit_embed extract photos -m "$MODEL" -o s/1.npy --shard 1/2 --batch-size 1 --feature cls,mean
  [[ $output != *"up to date"* ]]
  vit_embed merge s/?.mean.npy -o all.npy -q
}

@test "shards of other choices among the files do not go together" {
  some_photos
  mkdir s
  vit_embed extract photos -m "$MODEL" -o s/0.npy --shard 0/2 --exclude 'dog/more' -q || equal $? 3
  vit_embed extract photos -m "$MODEL" -o s/1.npy --shard 1/2 -q || equal $? 3
  run vit_embed merge s/?.npy -o none.npy
  equal "$status" 4
  [[ $output == *"files chosen: --exclude 'dog/more' then,  now"* ]]
  vit_embed extract photos -m "$MODEL" -o s/1.npy --shard 1/2 --exclude 'dog/more' -q || equal $? 3
  vit_embed merge s/?.npy -o all.npy -q
  vit_embed extract photos -m "$MODEL" -o whole.npy --exclude 'dog/more' -q || equal $? 3
  same_output whole.npy all.npy
}

@test "an engine or instruction set that is asked for makes anew what another one made" {
  many_images photos 3
  vit_embed extract photos -m "$MODEL" -o x.npy --engine torchscript -q
  run vit_embed extract photos -m "$MODEL" -o x.npy
  [[ $output == *"up to date"* ]]
  run vit_embed extract photos -m "$MODEL" -o x.npy --engine native
  [[ $output != *"up to date"* ]]
  run vit_embed extract photos -m "$MODEL" -o x.npy --isa avx2
  if vit_embed info x.npy | grep -q 'avx512\|amx'; then false; fi
  run vit_embed extract photos -m "$MODEL" -o x.npy --isa avx512
  [[ $output == *"up to date"* ]]
}

@test "a merge into one of its shards is refused" {
  many_images photos 3
  mkdir s
  extract_shards 2 photos
  cp -r s before
  run vit_embed merge s/?.npy -o s/../s/1.npy
  equal "$status" 2
  [[ $output == *"'s/../s/1.npy' is one of the shards"* ]]
  diff -r before s
}

@test "a merge that waits for its list can be stopped" {
  many_images photos 3
  mkdir s
  extract_shards 2 photos
  mkfifo list
  vit_embed merge s/?.npy -o all.npy --expect - -q < list &
  exec 9> list
  echo photos/000000.png >&9
  sleep 0.2
  pkill -TERM -P $! vit-embed || kill -TERM $!
  local code=0
  wait $! || code=$?
  exec 9>&-
  equal $code 143
  [ ! -e all.npy ]
  [ ! -e all.npy.partial ]
}

@test "a folder that no shard can list fails once in the whole" {
  some_photos
  chmod 000 photos/cat
  mkdir s
  local i
  for i in 0 1 2; do
    unprivileged "$VIT_EMBED" extract photos -m "$MODEL" -o s/$i.npy --shard $i/3 -q || equal $? 3
    grep -qF 'photos/cat/,cannot list this folder: Permission denied,transient' s/$i.npy.failures.csv
  done
  unprivileged "$VIT_EMBED" extract photos -m "$MODEL" -o whole.npy -q || equal $? 3
  chmod 755 photos/cat
  run vit_embed merge s/?.npy -o all.npy
  [[ $output == *"3 shards, 14 rows, 2 failed"* ]]
  same_output whole.npy all.npy

  chmod 000 photos/cat
  for i in 0 1 2; do
    unprivileged "$VIT_EMBED" extract photos -m "$MODEL" -o s/$i.npy --shard $i/3 --on-error nan -q || equal $? 3
  done
  unprivileged "$VIT_EMBED" extract photos -m "$MODEL" -o whole.npy --on-error nan -q || equal $? 3
  chmod 755 photos/cat
  run vit_embed merge s/?.npy -o all.npy
  [[ $output == *"3 shards, 16 rows, 2 failed"* ]]
  same_output whole.npy all.npy
}

@test "what failed in passing is told of an output that is up to date" {
  some_photos
  chmod 000 photos/cat
  unprivileged "$VIT_EMBED" extract photos -m "$MODEL" -o x.npy -q || equal $? 3
  run unprivileged "$VIT_EMBED" extract photos -m "$MODEL" -o x.npy
  chmod 755 photos/cat
  equal "$status" 0
  [[ $output == *"x.npy: up to date, 14 rows, 2 failed, 1 in passing (--restart tries again)"* ]]
}

@test "what cannot be a shard is a usage error that says so" {
  many_images photos 2
  usage() {  # TEXT ARGUMENTS ...
    local text=$1
    shift
    run vit_embed extract "$@" -m "$MODEL" -o x.npy
    equal "$status" 2
    [[ $output == *"$text"* ]]
  }
  for shard in 2/2 -1/2 0 0/ /2 0/0 1/2/3 a/b ' 0/2' 0x0/2; do usage "is no shard" photos --shard="$shard"; done
  usage "--shard takes folders" photos/000000.png --shard 0/2
  echo photos/000000.png > list
  usage "--shard takes folders, tars or one list, and no two of them" photos --files-from list --shard 0/2
  usage "--shard takes folders, tars or one list, and no two of them" photos data.tar --shard 0/2
  usage "--shard takes folders, tars or a list, and nothing from stdin" - --shard 0/2
  usage "--shard takes folders, tars or a list, and nothing from stdin" - --stdin-name x.tar --shard 0/2
  run vit_embed extract photoss -m "$MODEL" -o x.npy --shard 0/2
  equal "$status" 1
  [[ $output == *"'photoss': No such file or directory"* ]]
}

@test "another shard's unfinished run is not gone on from, and info tells which shard a file is" {
  many_images photos 200
  mkdir s
  "$VIT_EMBED" extract photos -m "$MODEL" -o s/0.npy --shard 0/2 --batch-size 4 -q &
  until [ -s s/0.npy.partial/cls.rows ]; do sleep 0.01; done
  kill -TERM $!; wait $! || true
  if [ -e s/0.npy.partial ]; then
    run vit_embed extract photos -m "$MODEL" -o s/0.npy --shard 1/2 --batch-size 4
    equal "$status" 4
    [[ $output == *'shard: "0/2 of folders" then, "1/2 of folders" now'* ]]
  fi
  vit_embed extract photos -m "$MODEL" -o s/0.npy --shard 0/2 --batch-size 4 -q
  vit_embed info s/0.npy | grep -qx 'shard: *0/2 of folders'
}

@test "a merge that was killed is started anew" {
  many_images photos 600
  mkdir s
  extract_shards 2 photos
  vit_embed merge s/?.npy -o whole.npy -q
  for at in 20 40 60 80; do
    with_fault FAULT_AT=$at FAULT_ACTION=kill-before merge s/?.npy -o all.npy -q || true
    vit_embed merge s/?.npy -o all.npy -q
    same_output whole.npy all.npy
    [ ! -e all.npy.partial ]
    rm all.npy*
  done
}

@test "merge.sbatch merges each feature's shards, or says that there are none" {
  some_photos
  merge_job() { VIT_EMBED=$VIT_EMBED bash "$BATS_TEST_DIRNAME/../../scripts/slurm/merge.sbatch" "$@"; }
  mkdir s "of two"
  for i in 0 1; do
    vit_embed extract photos -m "$MODEL" -o s/shard-$i.npy --shard $i/2 -q || equal $? 3
    vit_embed extract photos -m "$MODEL" -o "of two/shard-$i.npy" --shard $i/2 --feature cls,pooler -q || equal $? 3
  done
  vit_embed extract photos -m "$MODEL" -o whole.npy --feature cls,pooler -q || equal $? 3
  merge_job s all.npy -q
  same_output whole.cls.npy all.npy
  rm all.npy*
  merge_job "of two" all.npy -q
  [ ! -e all.npy ]
  for feature in cls pooler; do same_output whole.$feature.npy all.$feature.npy; done
  run merge_job photos all.npy
  equal "$status" 1
  [[ $output == *"there are no shards in 'photos'"* ]]
  run merge_job s
  equal "$status" 2
}
