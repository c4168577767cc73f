load ../cli/setup

# CI survives some; VIT_EMBED_CRASH_KILLS=300 is for a change to what stands on the disk.
@test "killed at random moments, a run does no finished batch again and ends with the same bytes" {
  many_images images 300
  python "$BATS_TEST_DIRNAME/kill_at_random.py" "$MODEL" images "${VIT_EMBED_CRASH_KILLS:-30}" > told
  sed 's/^/# /' told >&3
}
