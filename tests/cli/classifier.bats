load setup

# A linear classifier on embeddings and folders' names, by the very lines that the README has.

documented() {  # LANGUAGE: what the README's section has in it
  sed -n "/^## A linear classifier/,/^## Images/{/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/!p}}" "$BATS_TEST_DIRNAME/../../README.md"
}

# Three folders of discs, each mostly of the folder's colour; a plain ViT of random weights finds most of them.
coloured_discs() {
  python - <<'PY'
import os
import numpy as np
from PIL import Image, ImageDraw
random = np.random.RandomState(0)
for channel, label in enumerate(["red", "green", "blue"]):
    os.makedirs(f"photos/{label}")
    for i in range(30):
        colour = random.randint(0, 160, 3)
        colour[channel] = random.randint(120, 256)
        image = Image.new("RGB", (96, 64), (int(random.randint(256)),) * 3)
        x, y, r = (int(random.randint(*bounds)) for bounds in [(20, 76), (20, 44), (15, 28)])
        ImageDraw.Draw(image).ellipse((x - r, y - r, x + r, y + r), fill=tuple(map(int, colour)))
        image.save(f"photos/{label}/{i:02}.png")
PY
}

classify() {
  documented sh > commands
  documented python > classifier.py
  # The python3 in PATH may be one without scikit-learn.
  python3() { python "$@"; }
  vit-embed() { vit_embed "$@"; }
  . ./commands
}

accuracy() {
  sed -n 's/^accuracy: //p' <<< "$output"
}

@test "the README's lines tell the folders of images apart" {
  coloured_discs
  cp "$MODEL" vit-tiny.pt
  run classify
  equal "$status" 0
  echo "# accuracy: $(accuracy), at random 0.333" >&3
  python -c 'import sys; sys.exit(not 0.8 < float(sys.argv[1]) <= 1)' "$(accuracy)"
}

@test "a failed image costs no other its label" {
  coloured_discs
  cp "$MODEL" vit-tiny.pt
  run classify
  whole=$(accuracy)
  head -c 100 photos/red/00.png > photos/blue/00-cut.png
  run classify
  [[ $output == *"photos/blue/00-cut.png"*"90 rows, 1 failed"* ]]
  equal "$status" 0
  equal "$(accuracy)" "$whole"
}
