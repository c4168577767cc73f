load store

# CI survives some; VIT_EMBED_CRASH_EVERY=1 is for a change to what stands on the disk.
KILLS=30
[ "$EVERY" != 1 ] || KILLS=300

@test "killed at random moments while its folder changes, a sync loses and redoes no finished batch" {
  survives store_killed_at_random.py folder $KILLS
}

@test "killed at random moments, a migration shows its readers one whole generation at any time" {
  survives store_killed_at_random.py migrations $KILLS
}
