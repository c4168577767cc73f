#!/usr/bin/env bash
# The scripts beside this one on a real Slurm, of several nodes on this machine: test.sh [short]
# Tasks of the array are preempted, warned of their time limit, terminated, and lost with their node in the middle of their
# work; the merged shards must be the bytes of one run without Slurm. short: a minute, few images; else several minutes.
#
# Everything, munge's socket and key too, is in a folder of its own, and the ports are free ones: a Slurm of this machine and
# other runs of this test are not touched. Needs no root where `install-packages.sh slurm` has been run: Slurm's daemons are
# then the caller's, and so are all jobs.
#
# VIT_EMBED: the program; unless told, it is built. KEEP=1 keeps the folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
started=$SECONDS

case "${1:-long}" in
  short) nodes=3 shards=8 images=560 ;;
  long) nodes=5 shards=40 images=6000 ;;
  *) echo "usage: $0 [short]" >&2; exit 2 ;;
esac

"$here/../install-packages.sh" slurm
[ -n "${VIT_EMBED:-}" ] || VIT_EMBED=$("$here/../build.sh")
VIT_EMBED=$(realpath "$VIT_EMBED")
export VIT_EMBED HF_HUB_OFFLINE=1

# This may itself be a job of some Slurm.
unset "${!SLURM@}" "${!SBATCH@}" "${!SQUEUE@}" "${!SINFO@}" "${!SCANCEL@}"
PATH=$PATH:/usr/sbin:/sbin

dir=$(mktemp -d "${TMPDIR:-/tmp}/vit-embed-slurm.XXXXXX")
chmod 755 "$dir"  # munged refuses a socket that not everybody can reach
mkdir "$dir"/{munge,state,log}
export SLURM_CONF=$dir/slurm.conf
cd "$dir"

# Of the processes of this Slurm, its jobs' included, those with all of these variables. Other Slurms have other SLURM_CONFs.
processes() {  # [NAME=VALUE ...]
  local found=(/proc/[0-9]*/environ) variable
  for variable in "SLURM_CONF=$SLURM_CONF" "$@"; do
    mapfile -t found < <(grep -lzxF -- "$variable" "${found[@]}" /dev/null 2>/dev/null)
  done
  printf '%s\n' "${found[@]}" | sed -n 's#^/proc/\([0-9]*\)/environ$#\1#p'
}

daemons=()
stop_everything() {
  local code=$? pid i
  set +e
  trap - EXIT
  if [ "$code" != 0 ]; then
    { sinfo -N -l; squeue; } >&2 2>&1 || true
    for i in log/* out/logs/*; do
      [ ! -s "$i" ] || { printf '\n== %s\n' "$i"; tail -n 25 "$i"; } >&2
    done
    printf '\nFAILED: %s\n' "${failure:-line ${BASH_LINENO[0]} of $0}" >&2
  fi
  [ ${#daemons[@]} = 0 ] || kill -TERM "${daemons[@]}" 2>/dev/null
  sleep 0.5
  for ((i = 0; i < 50; i++)); do  # what a killed daemon had just begun is seen by the next look
    for pid in $(processes); do kill -KILL "$pid" 2>/dev/null; done
    [ -n "$(processes)" ] || break
    sleep 0.1
  done
  cd /
  [ -n "${KEEP:-}" ] || rm -rf "$dir"
  exit "$code"
}
trap stop_everything EXIT
trap 'failure=stopped; exit 130' INT
trap 'failure=stopped; exit 143' TERM HUP

fail() { failure=$1; exit 1; }
say() { printf '%4d s  %s\n' $((SECONDS - started)) "$1"; }

wait_until() {  # SECONDS WHAT COMMAND ...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $end ] || fail "not in time: $what"
    sleep 0.1
  done
}

daemon() {  # NAME COMMAND ...
  "${@:2}" >>"log/$1.out" 2>&1 &
  daemons+=($!)
  pid_of[$1]=$!
  disown $!  # bash would tell of the one that is killed
}
declare -A pid_of

free_ports() {  # N: the first of so many, below those that the kernel gives to connections
  /usr/bin/python3 - "$1" $$ <<'PY'
import socket, sys
count, seed = map(int, sys.argv[1:])
for attempt in range(500):
    first = 20000 + (seed + attempt) * 16 % 12000  # the process's own sixteen, for another run may be choosing now
    sockets = [socket.socket() for _ in range(count)]
    try:
        for port, s in enumerate(sockets, first):
            s.bind(("", port))
    except OSError:
        continue
    finally:
        for s in sockets:
            s.close()
    print(first)
    break
else:
    sys.exit("no free ports")
PY
}

configuration() {
  local host port
  host=$(uname -n)
  port=$(free_ports $((nodes + 1)))
  cat <<CONF
ClusterName=test
SlurmctldHost=${host%%.*}(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
# A requeued job waits for as long as a credential is good, two minutes unless told.
AuthInfo=socket=$dir/munge/socket,cred_expire=5
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool-%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd-%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/%n.log
# No cgroups: a container has none to give away. See also cgroup.conf.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
MailProg=/bin/true
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SlurmdTimeout=6
MessageTimeout=5
KillWait=15
JobRequeue=1
# So that the shards take several arrays.
MaxArraySize=$((shards / 2 + 1))
NodeName=DEFAULT CPUs=1 RealMemory=2000 State=UNKNOWN
NodeName=n[1-$nodes] NodeHostname=${host%%.*} NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + nodes))]
PartitionName=work Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=n[1-$nodes] MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
CONF
}

munge_answers() { munge --socket="$dir/munge/socket" --no-input >/dev/null 2>&1; }
controller_answers() { scontrol ping 2>/dev/null | grep -q "is UP"; }
node_state() { sinfo -h -N -p work -n "$1" -o %T; }
node_is() { [[ $(node_state "$1") =~ ^($2)[*]?$ ]]; }
all_idle() { [ "$(sinfo -h -N -p work -t idle -o '%N %T' | grep -c ' idle$')" = "$nodes" ]; }

start_slurm() {
  (umask 077; head -c 128 /dev/urandom > munge/key)
  configuration > "$SLURM_CONF"
  # Where there is no /sys/fs/cgroup at all slurmd does not start with the newer hierarchy, of which there is none to ask for.
  printf 'CgroupPlugin=cgroup/v1\n' > "$dir/cgroup.conf"
  daemon munged munged --foreground --key-file="$dir/munge/key" --socket="$dir/munge/socket" \
    --pid-file="$dir/munge/pid" --log-file="$dir/log/munged.log" --seed-file="$dir/munge/seed"
  wait_until 10 "munged's answer" munge_answers
  daemon slurmctld slurmctld -D
  local i
  for ((i = 1; i <= nodes; i++)); do daemon "n$i" slurmd -D -N "n$i"; done
  wait_until 30 "slurmctld's answer" controller_answers
  wait_until 40 "$nodes idle nodes" all_idle
}

# Halts the program of a task in the middle of its work: SHARD's, or that of one that this was not done to before. Sets
# shard, node, job (an array's task) and tool (a process).
touched=()
catch_a_task() {  # [SHARD]
  local end=$((SECONDS + 90)) state array index pid
  while [ $SECONDS -lt $end ]; do
    while read -r state array index node; do
      # What has just begun is configuring, and not to be signalled. The merge has no index.
      [[ $state = RUNNING && $index =~ ^[0-9]+$ ]] || continue
      for pid in $(processes "SLURM_ARRAY_JOB_ID=$array" "SLURM_ARRAY_TASK_ID=$index"); do
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = vit-embed ] || continue
        shard=$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | sed -n '/^--shard$/ { n; s#/.*##p }') || continue
        job=${array}_$index tool=$pid
        [[ $shard && $shard = "${1:-$shard}" && " ${touched[*]} " != *" $shard "* ]] || continue
        [ "$(stat -c %s "out/shard-$shard.npy.partial/journal" 2>/dev/null || echo 0)" -gt 100 ] || continue
        kill -STOP "$tool" 2>/dev/null || continue
        if [ -e "out/shard-$shard.npy" ] || [ ! -e "out/shard-$shard.npy.partial/journal" ]; then
          kill -CONT "$tool"  # just done
          continue
        fi
        touched+=("$shard")
        return
      done
    done < <(squeue -h -p work -o '%T %F %K %N')
    sleep 0.02
  done
  fail "no task was seen in the middle of its work"
}

lose_a_node() {
  local jobs parents pid
  catch_a_task
  lost=$node lost_at=$SECONDS
  mapfile -t jobs < <(processes "SLURMD_NODENAME=$node")
  # shellcheck disable=SC2046  # words are wanted
  # A slurmstepd shows no such variable; it is the parent of a job's shell.
  mapfile -t parents < <(awk '/^PPid:/ { print $2 }' $(printf '/proc/%s/status ' "${jobs[@]}") | sort -u)
  kill -KILL "${pid_of[$node]}"
  for pid in "${parents[@]}"; do
    [ "$(cat "/proc/$pid/comm")" != slurmstepd ] || kill -KILL "$pid"
  done
  kill -KILL "${jobs[@]}"
  say "shard $shard: $node lost, SIGKILL to its slurmd, slurmstepd and ${#jobs[@]} processes of the job"
}

preempt_a_task() {
  catch_a_task
  sbatch --quiet --partition=urgent --nodelist="$node" --output=/dev/null --wrap="sleep 2"
  say "shard $shard: preempted on $node by a job of another partition"  # Slurm goes on with what is halted
}

# Until the halted program has its SIGTERM: slurmctld may say "try again later" and yet send the signal, whereupon scancel
# sends a second one, five seconds later.
signal_the_task() {  # SCANCEL'S OPTIONS ...
  local try i pending
  for ((try = 0; try < 5; try++)); do
    timeout 3 scancel "$@" "$job" 2>>log/scancel &
    for ((i = 0; i < 50; i++)); do
      pending=$(awk '/^ShdPnd:/ { print $2 }' "/proc/$tool/status")
      if ((0x$pending & 1 << 14)); then kill -CONT "$tool"; return; fi
      sleep 0.1
    done
  done
  fail "no signal came to $job on $node"
}

terminate_a_task() {
  catch_a_task
  signal_the_task --full --signal=TERM
  say "shard $shard: SIGTERM to all its processes on $node"
}

# The last of the first array: its job's id is the array's.
warn_the_last_task() {
  catch_a_task $((shards / 2))
  signal_the_task --batch --signal=USR1
  say "shard $shard: told on $node that its time is nearly up, as --signal does"
}

make_images() {
  /usr/bin/python3 - "$images" <<'PY'
import os, sys
import numpy as np
from PIL import Image
random = np.random.default_rng(0)
for i in range(int(sys.argv[1])):
    folder = f"images/{i // 500:03}"
    os.makedirs(folder, exist_ok=True)
    Image.fromarray(random.integers(0, 256, (48, 64, 3), dtype=np.uint8)).save(f"{folder}/{i:06}.png", compress_level=1)
PY
}

# ViT-Ti/16: some 10 ms of a processor for an image, so that a task lasts long enough to be met in the middle.
make_model() {
  mkdir vit
  cat > vit/config.json <<'JSON'
{"model_type": "vit", "image_size": 224, "patch_size": 16, "num_channels": 3, "hidden_size": 192, "intermediate_size": 768,
 "num_hidden_layers": 12, "num_attention_heads": 3, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "qkv_bias": true}
JSON
  echo '{"size": 224, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}' \
    > vit/preprocessor_config.json
  "$VIT_EMBED" export vit --random-weights 0 -o model.pt 2>/dev/null
}

submit() {  # LOG
  "$here/submit.sh" images model.pt out "$shards" --cpus-per-task=1 -- --batch-size 4 | tee "log/$1"
  merge=$(sed -n 's/^job \([0-9]*\): out.npy$/\1/p' "log/$1")
}
queue_is_empty() { [ -z "$(squeue -h -p work)" ]; }
job_is() { [[ $(scontrol show job -o "$1" 2>/dev/null) == *" JobState=$2 "* ]]; }

same_as_single() {
  local file
  for file in out.npy out.npy.index.csv out.npy.meta.json; do
    cmp "$file" "single${file#out}" || fail "$file is not that of the single run"
  done
}

make_images
make_model
before=$SECONDS
"$VIT_EMBED" extract images -m model.pt -o single.npy --quiet 2>log/single || fail "the single run: $(cat log/single)"
single_took=$((SECONDS - before))
say "one run over $images images without Slurm: $single_took s"

start_slurm
say "slurmctld $(slurmctld -V | cut -d' ' -f2) with $nodes nodes is up"
before=$SECONDS
submit submitted

lose_a_node
preempt_a_task
terminate_a_task
warn_the_last_task
wait_until 60 "$lost marked down" node_is "$lost" 'down'
say "$lost is down, $((SECONDS - lost_at)) s after it was lost"
daemon "$lost" slurmd -D -N "$lost"
wait_until 40 "$lost back" node_is "$lost" 'idle|allocated|mixed|completing'
say "$lost is back"

wait_until $((120 + 4 * single_took)) "the queue's end" queue_is_empty
array_took=$((SECONDS - before))
job_is "$merge" COMPLETED || fail "the merge, job $merge, is not completed"
same_as_single
say "merged: rows, index and meta are the single run's bytes"
for shard in "${touched[@]}"; do
  log=$(cat "$(grep -l "shard $shard/$shards, start " out/logs/*_*.log)")
  [[ $log == *"start 2"*"going on from"* ]] || fail "shard $shard did not go on from what was finished"
  [[ $log == *"the same command goes on from here"* || $shard = "${touched[0]}" ]] ||  # the lost one had no time to say so
    fail "shard $shard did not end with grace"
done
restarts=$(cat out/logs/*_*.log | grep -c ": shard .*, start [^1]")
[ "$restarts" = 4 ] || fail "4 tasks were stopped, and $restarts started again"

rm out/shard-1.npy*
code=0
"$VIT_EMBED" merge out/shard-*.npy -o incomplete.npy 2>log/refused || code=$?
[ "$code" = 5 ] || fail "a merge without shard 1 ended with $code: $(cat log/refused)"
rm out.npy*
submit submitted-again
grep -q ": 1 shards, from 0 on: 1$" log/submitted-again || fail "shard 1 alone was missing: $(cat log/submitted-again)"
wait_until 60 "the queue's end" queue_is_empty
job_is "$merge" COMPLETED || fail "the second merge, job $merge, is not completed"
same_as_single
say "shard 1 deleted: the merge is refused, submit.sh submits it alone, and the bytes are the same again"

cat <<REPORT

nodes       $nodes, of a processor each; $lost was lost and came back
tasks       $shards shards of $images images, in $(grep -c shards log/submitted) arrays
stopped     shard ${touched[0]} lost with its node, ${touched[1]} preempted, ${touched[2]} terminated, ${touched[3]} warned
requeues    $restarts
seconds     single run $single_took, arrays and merge $array_took, all $((SECONDS - started))
result      out.npy, index and meta are those of the single run, byte for byte
REPORT
