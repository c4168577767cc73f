load setup

# Photographs in ./f and the same in ./x.tar, in the order of their names, with captions between them.
some_tar() {  # N
  many_images f "$1"
  python - <<'PY'
import os, io, tarfile
with tarfile.open("x.tar", "w") as tar:
    for i, name in enumerate(sorted(os.listdir("f"))):
        tar.add(f"f/{name}")
        if i % 2 == 0:
            caption = tarfile.TarInfo(f"f/{name[:-4]}.txt")
            text = f'number {i}, "quoted"\n'.encode()
            caption.size = len(text)
            tar.addfile(caption, io.BytesIO(text))
PY
}

index() {  # COLUMN INDEX: its values, one a line
  python - "$@" <<'PY'
import csv, sys
for row in csv.DictReader(open(sys.argv[2], newline="", encoding="utf-8", errors="surrogateescape")):
    sys.stdout.buffer.write(row[sys.argv[1]].encode("utf-8", "surrogateescape") + b"\n")
PY
}

extract() {
  vit_embed extract "$@" -m "$MODEL" --engine native
}

@test "a tar's images have the rows of the same images as files, compressed or not" {
  some_tar 30
  extract f -o f.npy --quiet
  gzip -k x.tar; bzip2 -k x.tar; xz -k x.tar; zstd -q x.tar; cp x.tar.gz X.TGZ
  for tar in x.tar x.tar.gz x.tar.bz2 x.tar.xz x.tar.zst X.TGZ; do
    extract $tar -o x.npy --quiet
    cmp x.npy f.npy
    equal "$(index path x.npy.index.csv)" "$(index path f.npy.index.csv | sed "s,^,$tar/,")"
    extract - --stdin-name "$tar" -o y.npy --quiet < $tar
    cmp y.npy f.npy
    cmp y.npy.index.csv x.npy.index.csv
    cat $tar | extract - --stdin-name "$tar" -o - --quiet > y.csv
    extract $tar -o x.csv --quiet
    cmp x.csv y.csv
  done
}

@test "what stands beside an image in its sample becomes columns" {
  python - "$GOLDEN/images" <<'PY'
import io, sys, tarfile
image = open(f"{sys.argv[1]}/one-pixel.png", "rb").read()
with tarfile.open("x.tar", "w") as tar:
    for name, content in [("cat/1.cls", b"7\n"), ("cat/1.png", image), ("cat/1.txt", b'a "cat",\nor two\n\n'),
                          ("cat/2.json", b'{"a": [1, 2]}\n'), ("cat/2.left.png", image), ("cat/2.right.png", image),
                          ("3.png", image), ("3.cap.txt", b"no"), ("4.txt", b"no image")]:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
PY
  mkdir dog
  cp "$GOLDEN/images/one-pixel.png" dog
  extract dog x.tar -o x.npy --labels folder --quiet
  python - <<'PY'
import csv
rows = list(csv.reader(open("x.npy.index.csv", newline="")))
assert rows == [["row", "path", "label", "cls", "txt", "json"],
                ["0", "dog/one-pixel.png", "dog", "", "", ""],
                ["1", "x.tar/cat/1.png", "cat", "7", 'a "cat",\nor two', ""],
                ["2", "x.tar/cat/2.left.png", "cat", "", "", '{"a": [1, 2]}'],
                ["3", "x.tar/cat/2.right.png", "cat", "", "", '{"a": [1, 2]}'],
                ["4", "x.tar/3.png", "", "", "", ""]], rows
PY
  extract x.tar -o - --format jsonl --quiet > x.jsonl
  python -c 'import json; assert json.loads(next(open("x.jsonl")))["txt"] == "a \"cat\",\nor two"'
}

@test "names in a tar are bytes, however they are stored" {
  python - "$GOLDEN/images" <<'PY'
import io, sys, tarfile
image = open(f"{sys.argv[1]}/one-pixel.png", "rb").read()
for path, form in (("gnu.tar", tarfile.GNU_FORMAT), ("pax.tar", tarfile.PAX_FORMAT)):
    with tarfile.open(path, "w", format=form, encoding="utf-8", errors="surrogateescape") as tar:
        for name in ("é.png", "e\u0301.png", "l" * 300 + "é.png", "bad\udcff.png", "new\nline.png", "../up.png"):
            member = tarfile.TarInfo(name)
            member.size = len(image)
            tar.addfile(member, io.BytesIO(image))
PY
  for tar in gnu.tar pax.tar; do
    extract $tar -o x.npy --quiet
    python - $tar <<'PY'
import csv, sys
paths = [r["path"] for r in csv.DictReader(open("x.npy.index.csv", newline="", encoding="utf-8", errors="surrogateescape"))]
expected = ["é.png", "e\u0301.png", "l" * 300 + "é.png", "bad\udcff.png", "new\nline.png", "../up.png"]
assert paths == [f"{sys.argv[1]}/{name}" for name in expected], paths
PY
  done
}

@test "a range stands for many tars, and a missing one of them is a failure" {
  some_tar 3
  cp x.tar data-000009.tar
  cp x.tar data-000011.tar
  run extract 'data-{000009..000011}.tar' -o x.npy --quiet
  equal "$status" 3
  equal "$(index path x.npy.index.csv | cut -d/ -f1 | uniq -c | xargs)" "3 data-000009.tar 3 data-000011.tar"
  equal "$(tail -n +2 x.npy.failures.csv)" "data-000010.tar,No such file or directory,transient"
  run extract 'data-{0..1000000}.tar' -o x.npy
  equal "$status" 2
}

@test "what came before a tar's end is embedded, and the tar is a failure" {
  some_tar 9
  head -c $(($(stat -c %s x.tar) / 2)) x.tar > cut.tar
  gzip -kc x.tar | head -c $(($(gzip -kc x.tar | wc -c) / 2)) > cut.tgz
  : > empty.tar
  tar -cf none.tar --files-from /dev/null
  for tar in cut.tar cut.tgz; do
    run extract $tar -o x.npy --quiet
    equal "$status" 3
    equal "$(tail -n +2 x.npy.failures.csv)" "$tar,truncated tar,permanent"
    rows=$(index path x.npy.index.csv | wc -l)
    [ "$rows" -gt 0 ] && [ "$rows" -lt 9 ]
  done
  run extract x.tar empty.tar none.tar missing.tar -o x.npy --quiet
  equal "$status" 3
  equal "$(tail -n +2 x.npy.failures.csv)" "empty.tar,not a tar,permanent
none.tar,no images in this tar,permanent
missing.tar,No such file or directory,transient"
  run extract missing.tar -o y.npy
  equal "$status" 1
  [[ $output == *"'missing.tar': No such file or directory"* ]]
}

@test "a tar on stdin that is cut off makes no output, and what came is not done again" {
  some_tar 9
  extract - --stdin-name x.tar -o whole.npy --batch-size 2 --quiet < x.tar
  for size in $(($(stat -c %s x.tar) / 2)) 2000; do
    head -c $size x.tar > cut.tar
    run extract - --stdin-name x.tar -o x.npy --batch-size 2 --quiet < cut.tar
    equal "$status" 1
    [[ $output == *"'x.tar': truncated tar"* ]]
    [ $size = 2000 ] || [[ $output == *"kept in 'x.npy.partial'"* ]]
    [ ! -e x.npy ]
    run extract - --stdin-name x.tar -o - < cut.tar
    equal "$status" 1
    run extract - --stdin-name x.tar -o x.npy --batch-size 2 < x.tar
    equal "$status" 0
    [ $size = 2000 ] || [[ $output == *"going on from"* ]]
    for file in x.npy*; do cmp $file whole${file#x}; done
    rm x.npy*
  done
}

@test "tars one behind the other in a file are one, compressed or not" {
  many_images f 4
  extract f -o f.npy --quiet
  tar -cf a.tar f/000000.png f/000001.png
  tar -cf none.tar --files-from /dev/null
  tar -cf b.tar f/000002.png f/000003.png
  for pack in cat gzip bzip2 xz zstd; do
    for part in a none b; do $pack < $part.tar; done > all.tar
    extract all.tar -o x.npy --quiet
    cmp x.npy f.npy
    extract - --stdin-name all.tar -o y.npy --quiet < all.tar
    cmp x.npy y.npy
  done
}

@test "a member that is sparse is read with its holes, however tar has stored it" {
  mkdir f
  truncate -s 300k f/hole.png
  cp "$GOLDEN/images/one-pixel.png" f/image.png
  truncate -s 200k f/image.png
  cp "$GOLDEN/images/one-pixel.png" f/z.png
  extract f -o f.npy --quiet || equal $? 3
  for format in gnu posix; do
    tar --sparse --format=$format -cf $format.tar f/hole.png f/image.png f/z.png
    run extract $format.tar -o x.npy --quiet
    equal "$status" 3
    cmp x.npy f.npy
    equal "$(tail -n +2 x.npy.failures.csv)" "$format.tar/$(tail -n +2 f.npy.failures.csv)"
  done
}

@test "who gives a tar where none is expected is told what to type" {
  some_tar 2
  run extract - -o x.npy < x.tar
  equal "$status" 3
  [[ $output == *"a tar: with --stdin-name data.tar its images are read"* ]]
  run extract --files-from <(echo x.tar) -o x.npy
  equal "$status" 3
  [[ $output == *"'x.tar': a tar: give it as an argument, for lists hold images"* ]]
  run extract - --stdin-name x.tar -o x.npy --dry-run < x.tar
  equal "$status" 2
  [[ $output == *"--dry-run lists what there is, and a tar on stdin can be read once"* ]]
  run extract x.tar -o x.npy --dry-run
  [[ $output == *"inputs: 2 "* ]]
}

@test "of many failures the first are told, from stdin as well, and all of a stream that has no list of them" {
  mkdir f
  for i in {10..24}; do echo no image > f/$i.png; done
  tar -cf x.tar f
  for how in "x.tar -o x.npy" "- --stdin-name x.tar -o y.npy"; do
    run extract $how < x.tar
    equal "$status" 3
    equal "$(grep -c "not an image" <<< "$output")" 10
    [[ $output == *"further failures stand in the failure list only"* ]]
  done
  run extract - --stdin-name x.tar -o - < x.tar
  equal "$(grep -c "not an image" <<< "$output")" 15
}

@test "a pipe in which nothing came does not replace an output" {
  some_tar 2
  extract - --stdin-name x.tar -o x.npy --quiet < x.tar
  cp x.npy old.npy
  run extract - --stdin-name x.tar -o x.npy < /dev/null
  equal "$status" 1
  [[ $output == *"no images found: 'x.tar': not a tar"* ]]
  cmp x.npy old.npy
  equal "$(ls -d x.npy.partial 2>/dev/null)" ""
}

@test "a finished output of tars is left alone until one of them changes" {
  some_tar 5
  extract x.tar -o x.npy --quiet
  run extract x.tar -o x.npy
  equal "$output" "vit-embed: info: x.npy: up to date, 5 rows, 0 failed"
  touch x.tar
  run extract x.tar -o x.npy
  [[ $output == *"5 rows"*"images/s"* ]]
  extract - --stdin-name x.tar -o x.npy --quiet < x.tar
  run extract - --stdin-name x.tar -o x.npy < x.tar
  [[ $output == *"5 rows"*"images/s"* ]]
}

@test "a tar that is changed after it was listed fails in passing, and the next run puts it right" {
  needs_fault_shim
  some_tar 5
  cp x.tar y.tar
  run with_fault FAULT_CALLS=opens FAULT_PATHS="*/x.tar" FAULT_AT=2 FAULT_ACTION="run:touch x.tar" \
    extract x.tar y.tar -m "$MODEL" --engine native -o x.npy --quiet
  equal "$status" 3
  equal "$(grep -c "^x.tar/f/.*,its tar was changed since it was listed,transient" x.npy.failures.csv)" 5
  equal "$(index path x.npy.index.csv | cut -d/ -f1 | uniq -c | xargs)" "5 y.tar"
  run extract x.tar y.tar -o x.npy
  equal "$status" 0
  [[ $output == *"10 rows"* ]]
}

@test "an error of the disk within a tar costs what stands behind it in this tar" {
  needs_fault_shim
  some_tar 40
  cp x.tar y.tar
  for calls in opens:2 reads:; do
    at=${calls#*:}
    # The reads of the listing are counted first: those of the second pass are larger, and come behind.
    [ -n "$at" ] || {
      with_fault FAULT_CALLS=reads FAULT_PATHS="*/x.tar" FAULT_REPORT=reads extract x.tar -m "$MODEL" --engine native -o y.npy --quiet
      at=$(($(wc -l < reads) - 2))
    }
    run with_fault FAULT_CALLS=${calls%:*} FAULT_PATHS="*/x.tar" FAULT_AT=$at FAULT_ACTION=EIO \
      extract x.tar y.tar -m "$MODEL" --engine native -o x.npy --quiet
    equal "$status" 3
    failed=$(grep -c "^x.tar/f/.*,Input/output error,transient" x.npy.failures.csv)
    [ "$failed" -gt 0 ]
    equal "$(index path x.npy.index.csv | cut -d/ -f1 | sort | uniq -c | xargs)" "$([ "$failed" = 40 ] || echo "$((40 - failed)) x.tar ")40 y.tar"
  done
}

@test "a run that was killed goes on to the same bytes, from tars and from stdin" {
  needs_fault_shim
  some_tar 30
  cp x.tar y.tar
  extract x.tar y.tar -o reference.npy --batch-size 4 --quiet
  for kill in 2 7 9 15; do
    code=0
    with_fault FAULT_PATHS="*/a.npy.partial/journal" FAULT_AT=$kill FAULT_ACTION=kill-after \
      extract x.tar y.tar -m "$MODEL" --engine native -o a.npy --batch-size 4 --quiet || code=$?
    equal $code 137
    run extract x.tar y.tar -o a.npy --batch-size 4
    equal "$status" 0
    [ $kill = 2 ] || [[ $output == *"going on from"* ]]
    cmp a.npy reference.npy
    cmp a.npy.index.csv reference.npy.index.csv
    rm a.npy*
  done
  extract - --stdin-name x.tar -o reference.npy --batch-size 4 --quiet < x.tar
  for kill in 2 5 8; do
    code=0
    with_fault FAULT_PATHS="*/a.npy.partial/journal" FAULT_AT=$kill FAULT_ACTION=kill-after \
      extract - --stdin-name x.tar -m "$MODEL" --engine native -o a.npy --batch-size 4 --quiet < <(cat x.tar) || code=$?
    equal $code 137
    run extract - --stdin-name x.tar -o a.npy --batch-size 4 < <(cat x.tar)
    equal "$status" 0
    [ $kill = 2 ] || [[ $output == *"going on from"* ]]
    cmp a.npy reference.npy
    cmp a.npy.index.csv reference.npy.index.csv
    cmp a.npy.meta.json reference.npy.meta.json
    rm a.npy*
  done
}

@test "a resumed run does not open the tars that it has done" {
  needs_fault_shim
  some_tar 8
  cp x.tar y.tar
  code=0
  with_fault FAULT_PATHS="*/a.npy.partial/journal" FAULT_AT=6 FAULT_ACTION=kill-after \
    extract x.tar y.tar -m "$MODEL" --engine native -o a.npy --batch-size 4 --quiet || code=$?
  equal $code 137
  with_fault FAULT_CALLS=opens FAULT_PATHS="*/*.tar" FAULT_REPORT=opens \
    extract x.tar y.tar -m "$MODEL" --engine native -o a.npy --batch-size 4 2> said
  grep -q "going on from 12 inputs" said
  equal "$(sed 's,.*/,,' opens | xargs)" "x.tar y.tar y.tar"
}

@test "a signal ends a run that waits on a pipe, before its first image and after some" {
  some_tar 20
  mkfifo pipe
  for part in 0 half; do
    env --default-signal=INT "$VIT_EMBED" extract - --stdin-name x.tar -m "$MODEL" --engine native -o x.npy --batch-size 4 < pipe 2>stderr 7>&- & pid=$!
    exec 7> pipe
    [ $part = 0 ] || {
      head -c $(($(stat -c %s x.tar) / 2)) x.tar >&7
      until [ "$(stat -c %s x.npy.partial/journal 2>/dev/null || echo 0)" -gt 100 ]; do sleep 0.01; done
    }
    [ $part != 0 ] || until [ -e x.npy.partial/lock ]; do sleep 0.01; done
    kill -TERM $pid
    code=0; wait $pid || code=$?
    exec 7>&-
    equal $code 143
    [ ! -e x.npy ]
    [ $part = half ] || [ ! -e x.npy.partial ]
  done
  run extract - --stdin-name x.tar -o x.npy --batch-size 4 < x.tar
  [[ $output == *"going on from"* ]]
  extract x.tar -o y.npy --batch-size 4 --quiet
  cmp x.npy y.npy
}

@test "images in a tar are queries, too, and are verified" {
  some_tar 3
  extract x.tar -o x.npy --quiet
  run vit_embed query x.tar --embeddings x.npy -m "$MODEL" -k 1 --format csv
  equal "$status" 0
  equal "$(cut -d, -f2-3 <<< "$output" | tail -n +2 | xargs)" "1,1.0000000 1,1.0000000 1,1.0000000"
  run vit_embed verify x.tar -m "$MODEL" --precision fp32 --engine torchscript
  equal "$status" 0
  [[ $output == *"3 compared, 0 failed"* ]]
}
