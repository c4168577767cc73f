load setup

# Three images that are embedded, and one that is not.
some_photos() {
  mkdir -p photos
  for name in gray-8bit palette rgb-8bit; do cp "$GOLDEN/images/$name.png" photos; done
  vit_embed extract photos -m "$MODEL" -o x.npy -q "$@"
  cp "$GOLDEN/images/photo-444-q95.jpg" other.jpg
  head -c 3000 other.jpg > cut.jpg
}

query() {
  vit_embed query "$@" --embeddings x.npy -m "$MODEL"
}

# Text without what follows the engine: the scores that are not 1.
without_scores() {
  sed -E 's/^  -?0\.[0-9]{4}  /  0.----  /'
}

@test "a query tells the nearest images and their cosines, the image itself among them" {
  some_photos
  run --separate-stderr query photos/palette.png other.jpg -k 2
  equal "$status" 0
  equal "$stderr" ""
  equal "${lines[0]}" "photos/palette.png"
  equal "${lines[1]}" "  1.0000  photos/palette.png"
  [[ ${lines[2]} =~ ^\ \ 0\.[0-9]{4}\ \ photos/(gray|rgb)-8bit\.png$ ]]
  equal "${lines[3]}" "other.jpg"
  equal "${#lines[@]}" 6
}

@test "the nearest are those that NumPy finds" {
  some_photos
  vit_embed extract other.jpg -m "$MODEL" -o q.npy -q
  query other.jpg --format json > found.json
  python - <<'PY'
import csv, json
import numpy as np
rows, q = np.load("x.npy").astype(float), np.load("q.npy").astype(float)[0]
names = [r["path"] for r in csv.DictReader(open("x.npy.index.csv"))]
cosines = rows @ q / np.linalg.norm(rows, axis=1) / np.linalg.norm(q)
(answer,) = json.load(open("found.json"))
assert answer["query"] == "other.jpg"
assert [r["rank"] for r in answer["results"]] == [1, 2, 3]
assert [r["path"] for r in answer["results"]] == [names[i] for i in np.argsort(-cosines)]
assert np.allclose([r["score"] for r in answer["results"]], sorted(cosines, reverse=True), atol=1e-6)
PY
}

@test "a query speaks CSV" {
  some_photos
  run query photos/rgb-8bit.png -k 1 --format csv
  equal "$output" $'query,rank,score,path\nphotos/rgb-8bit.png,1,1.0000000,photos/rgb-8bit.png'
}

@test "a query embeds as the rows were embedded" {
  some_photos --feature mean --l2-normalize --dtype float16 --exif-orientation ignore
  run query photos/rgb-8bit.png -k 1 --format csv
  equal "$status" 0
  equal "${lines[1]}" "photos/rgb-8bit.png,1,1.0000000,photos/rgb-8bit.png"
}

@test "an image on stdin is a query, and a folder is as many as are in it" {
  some_photos
  run query - -k 1 < photos/palette.png
  equal "$output" $'stdin\n  1.0000  photos/palette.png'
  run query photos -k 1
  equal "$(grep -c '^  1.0000' <<< "$output")" 3
}

@test "more than there are is all there are" {
  some_photos
  run query photos/palette.png -k 1000
  equal "${#lines[@]}" 4
}

@test "an image that fails is told, the others are answered, and the code says so" {
  some_photos
  run --separate-stderr query cut.jpg photos/palette.png -k 1
  equal "$status" 3
  equal "$stderr" "vit-embed: warning: 'cut.jpg': truncated JPEG: the data ends early"
  equal "$output" $'photos/palette.png\n  1.0000  photos/palette.png'
  run --separate-stderr query cut.jpg --format json --quiet
  equal "$status" 3
  equal "$stderr" ""
  equal "$output" "[]"
}

@test "rows of another model are refused with what differs" {
  some_photos
  vit_embed export --random-weights 0 "$GOLDEN/tiny-vit" -o random.pt -q
  run vit_embed query other.jpg --embeddings x.npy -m random.pt
  equal "$status" 4
  [[ $output == "vit-embed: error: the rows of 'x.npy' are not what model file 'random.pt' makes: weights_sha256: "* ]]
}

@test "rows without a meta are searched with a warning" {
  some_photos
  rm x.npy.meta.json
  run --separate-stderr query photos/palette.png -k 1
  equal "$status" 0
  equal "$stderr" "vit-embed: warning: 'x.npy' does not say what made its rows: they are taken for cls of '$MODEL', in fp32"
  equal "$output" $'photos/palette.png\n  1.0000  photos/palette.png'
}

@test "a row of NaN is never found" {
  some_photos
  cp cut.jpg photos
  vit_embed extract photos -m "$MODEL" -o x.npy -q --on-error nan || equal $? 3
  run query photos/palette.png
  equal "$status" 0
  equal "${#lines[@]}" 4
  [[ $output != *cut.jpg* ]]
}

@test "a store is searched in its current generation, by roots and without dead rows" {
  some_photos
  cp photos/rgb-8bit.png "photos/a copy.png"
  vit_embed sync photos --store store -m "$MODEL" -q
  mv photos/gray-8bit.png .
  vit_embed sync photos --store store -q
  run --separate-stderr vit_embed query photos/rgb-8bit.png --store store
  equal "$status" 0
  equal "$stderr" ""
  equal "$(without_scores <<< "$output")" \
    "photos/rgb-8bit.png"$'\n'"  1.0000  $PWD/photos/a copy.png"$'\n'"  1.0000  $PWD/photos/rgb-8bit.png"$'\n'"  0.----  $PWD/photos/palette.png"
}

@test "a store is searched as its rows were embedded, by its own model or one like it" {
  some_photos
  cp "$MODEL" here.pt
  vit_embed sync photos --store store -m here.pt --feature mean --l2-normalize --dtype float16 -q
  run vit_embed query photos/rgb-8bit.png --store store -k 1 --format csv
  equal "${lines[1]}" "photos/rgb-8bit.png,1,1.0000000,$PWD/photos/rgb-8bit.png"
  rm here.pt
  run vit_embed query photos/rgb-8bit.png --store store
  equal "$status" 1
  [[ $output == *"$PWD/here.pt"* ]]
  run vit_embed query photos/rgb-8bit.png --store store -k 1 -m "$MODEL" --format csv
  equal "${lines[1]}" "photos/rgb-8bit.png,1,1.0000000,$PWD/photos/rgb-8bit.png"
  vit_embed export --random-weights 0 "$GOLDEN/tiny-vit" -o random.pt -q
  run vit_embed query photos/rgb-8bit.png --store store -m random.pt
  equal "$status" 4
  [[ $output == *"the rows of 'store' are not what model file 'random.pt' makes: weights_sha256: "* ]]
}

@test "names of any kind are found" {
  mkdir photos
  name=$'photos/--odd\nna,me\x1b\xff.png'
  cp -- "$GOLDEN/images/rgb-8bit.png" "$name"
  vit_embed extract photos -m "$MODEL" -o x.npy -q
  run query "$name" --format json
  equal "${lines[1]}" '{"query":"photos/--odd\u000ana,me\u001b\udcff.png","results":[{"rank":1,"score":1.0000000,"path":"photos/--odd\u000ana,me\u001b\udcff.png"}]}'
  run query "$name"
  equal "${lines[1]}" $'  1.0000  photos/--odd?na,me?\xff.png'
}

@test "a page shows the pictures, also of what was on stdin, and why one is missing" {
  some_photos
  name=$'photos/<b>&\xff.png'
  cp "$GOLDEN/images/rgb-8bit.png" "$name"
  vit_embed extract photos -m "$MODEL" -o x.npy -q
  rm photos/gray-8bit.png
  run query - cut.jpg --html page.html < other.jpg
  equal "$status" 3
  python - <<'PY'
import base64, html.parser, io
from PIL import Image
class Page(html.parser.HTMLParser):
    images, texts = [], []
    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "link", "iframe"), tag
        attributes = dict(attributes)
        if tag == "img": self.images.append((attributes["alt"], attributes["src"]))
        assert not any(name.startswith("on") for name in attributes)
    def handle_data(self, data): self.texts.append(data)
page = Page()
page.feed(open("page.html", encoding="utf-8").read())
assert [alt for alt, _ in page.images if alt.startswith("Query")] == ["Query: stdin"]
assert sorted(alt for alt, _ in page.images)[0] == "<b>&\ufffd.png", page.images
assert len(page.images) == 4
for _, src in page.images:
    kind, data = src.split(",")
    assert kind == "data:image/jpeg;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
    image.load()
    assert max(image.size) <= 256
assert "No such file or directory" in page.texts and "truncated JPEG: the data ends early" in page.texts
PY
  rm page.html
  run query other.jpg --html missing/page.html
  equal "$status" 1
}

@test "what cannot be searched is an error that names it" {
  some_photos
  run vit_embed query other.jpg -m "$MODEL"
  equal "$status" 2
  [[ $output == *"--store STORE or --embeddings X.npy"* ]]
  run vit_embed query other.jpg --embeddings x.npy
  equal "$status" 2
  [[ $output == *"-m/--model: 'x.npy' does not say which model file made it"* ]]
  run query other.jpg -k 0
  equal "$status" 2
  run query
  equal "$status" 2
  run query missing.jpg
  equal "$status" 1
  run vit_embed query other.jpg --store . -m "$MODEL"
  equal "$status" 1
  [[ $output == *"'.' is not a store"* ]]
  rm x.npy.index.csv
  run query other.jpg
  equal "$status" 1
  [[ $output == *"x.npy.index.csv"* ]]
}
