#!/usr/bin/env bash
# Submits what is missing of N shards, and the merge into OUT.npy behind it:
# submit.sh IMAGES MODEL OUT N [SBATCH OPTIONS ...] [-- FLAGS OF EXTRACT ...]
#
#   scripts/slurm/submit.sh photos vit-l16.pt out 1000 --time=4:00:00 --cpus-per-task=8 -- --precision int8
#
# Given again when the queue is empty, it submits the shards that are not finished: one has its meta when it has its rows,
# and OUT/shard-I.npy.partial until each of its features has both. More than the cluster's MaxArraySize become several
# arrays; --array=%64 lets so many tasks of each run at once. The other options go to the merge, too; logs go to OUT/logs.
# OUT/run tells what OUT is of: other images, another model, N or other flags need another OUT.
# VIT_EMBED: the program; unless told, vit-embed in PATH.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

[ $# -ge 4 ] || { echo "usage: $0 IMAGES MODEL OUT N [SBATCH OPTIONS ...] [-- FLAGS OF EXTRACT ...]" >&2; exit 2; }
images=$1 model=$2 out=$3 shards=$4
while [[ $out = ?*/ ]]; do out=${out%/}; done
shift 4
[[ $shards =~ ^[1-9][0-9]*$ ]] || { echo "submit.sh: N is '$shards', not a number of shards" >&2; exit 2; }
options=() at_once=''
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    --array=%*) at_once=${1#--array=} ;;
    --array | --array=* | -a*)
      echo "submit.sh: which tasks are missing it sees itself; --array=%64 bounds how many run at once" >&2
      exit 2 ;;
    *) options+=("$1") ;;
  esac
  shift
done
[ $# = 0 ] || shift

# A shard's meta does not tell whether it is of these arguments; OUT/run does.
run=$(
  LC_ALL=C
  printf 'IMAGES %q\nMODEL %q\nMODEL_FILE ' "$images" "$model"
  [ ! -e "$model" ] || stat -L --printf='%s bytes, ' "$model"
  date -u -r "$model" +%FT%TZ 2>/dev/null || echo "not to be seen where it was submitted"
  printf 'N %q\nFLAGS' "$shards"
  [ $# = 0 ] || printf ' %q' "$@"
)
refuse() {
  printf '%s\n' "submit.sh: $1" >&2
  exit 1
}
if [ -e "$out/run" ]; then
  difference=''
  mapfile -t was < "$out/run"
  mapfile -t is <<< "$run"
  for i in "${!is[@]}"; do
    [ "${is[i]}" = "${was[i]:-}" ] || difference+=$'\n'"  then: ${was[i]:-}"$'\n'"  now:  ${is[i]}"
  done
  [ -z "$difference" ] || refuse "'$out' is of other arguments:$difference
Take another OUT, or remove '$out', and all shards are made anew. Where the rows stay the same (--threads, say, or a model
file that was only copied), change $out/run to what is said now."
else
  made=("$out"/shard-*)
  [ ! -e "${made[0]}" ] || refuse "'$out' has shards, but no file $out/run that tells what they are of.
Take another OUT, or remove '$out', and all shards are made anew. Where they are of these very arguments, write into $out/run:
$run"
  mkdir -p "$out"
  printf '%s\n' "$run" > "$out/run.new"
  mv "$out/run.new" "$out/run"
fi

mkdir -p "$out/logs"
size=$(scontrol show config | sed -n 's/^MaxArraySize *= *//p')  # an index is less
declare -A has_meta
for meta in "$out"/shard-*.npy.meta.json; do  # shard-I.npy.meta.json, or shard-I.FEATURE.npy.meta.json
  [ -e "$meta" ] || continue  # there is none
  i=${meta##*/shard-}
  has_meta[${i%%.*}]=1
done
jobs=()
for ((offset = 0; offset < shards; offset += size)); do
  missing=()
  for ((i = offset; i < offset + size && i < shards; i++)); do
    [ -n "${has_meta[$i]:-}" ] && [ ! -e "$out/shard-$i.npy.partial" ] || missing+=($((i - offset)))
  done
  [ ${#missing[@]} -gt 0 ] || continue
  # As ranges, for sbatch bounds the length of what it is told.
  array=$(printf '%s\n' "${missing[@]}" | awk '
    NR == 1 { first = last = $1; next }
    $1 == last + 1 { last = $1; next }
    { printf "%s,", first == last ? first : first "-" last; first = last = $1 }
    END { print first == last ? first : first "-" last }')
  part=$shards
  [ "$offset" = 0 ] || part+=@$offset
  job=$(sbatch --parsable --array="$array$at_once" --output="$out/logs/%A_%a.log" "${options[@]}" \
    "$here/extract.sbatch" "$images" "$model" "$out" "$part" "$@")
  job=${job%%;*}
  echo "job $job: ${#missing[@]} shards, from $offset on: $array"
  jobs+=("$job")
done

behind=()
[ ${#jobs[@]} = 0 ] || behind=("--dependency=afterok:$(IFS=:; echo "${jobs[*]}")")
order=()  # a list's rows are merged in the list's order
if [[ $images = --files-from=* ]]; then
  order=(--expect "${images#*=}")
  for flag in "$@"; do
    [[ ! $flag =~ ^(-[qv]*0[qv]*|--null)$ ]] || order+=(-0)
  done
fi
merge=$(sbatch --parsable --output="$out/logs/merge-%j.log" "${options[@]}" "${behind[@]}" "$here/merge.sbatch" \
  "$out" "$out.npy" "${order[@]}")
echo "job ${merge%%;*}: $out.npy"
