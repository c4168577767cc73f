load store

@test "killed at every step: a store's first sync" {
  survives store_at_every_step.py first_sync kills "$EVERY"
}

@test "killed at every step: the sync of a folder that changed" {
  survives store_at_every_step.py folder_that_changed kills "$EVERY"
}

@test "killed at every step: a prune" {
  survives store_at_every_step.py prune kills "$EVERY"
}

@test "killed at every step: a sync that ends with a prune" {
  survives store_at_every_step.py prune_of_a_folder_that_changed kills "$EVERY"
}

@test "killed at every step: a migration" {
  survives store_at_every_step.py migration kills "$EVERY"
}

@test "killed at every step: a migration that goes on from a run that was killed" {
  survives store_at_every_step.py migration_that_was_killed kills "$EVERY"
}

@test "killed at every step: the sync of a root that was moved" {
  survives store_at_every_step.py root_that_was_moved kills "$EVERY"
}
