load store

@test "an error at every step: a store's first sync" {
  survives store_at_every_step.py first_sync errors "$EVERY"
}

@test "an error at every step: the sync of a folder that changed" {
  survives store_at_every_step.py folder_that_changed errors "$EVERY"
}

@test "an error at every step: a prune" {
  survives store_at_every_step.py prune errors "$EVERY"
}

@test "an error at every step: a sync that ends with a prune" {
  survives store_at_every_step.py prune_of_a_folder_that_changed errors "$EVERY"
}

@test "an error at every step: a migration" {
  survives store_at_every_step.py migration errors "$EVERY"
}

@test "an error at every step: a migration that goes on from a run that was killed" {
  survives store_at_every_step.py migration_that_was_killed errors "$EVERY"
}

@test "an error at every step: the sync of a root that was moved" {
  survives store_at_every_step.py root_that_was_moved errors "$EVERY"
}

@test "an error at every read: a store's first sync" {
  survives store_at_every_step.py first_sync reads "$EVERY"
}

@test "an error at every read: the sync of a folder that changed" {
  survives store_at_every_step.py folder_that_changed reads "$EVERY"
}

@test "an error at every read: a sync that ends with a prune" {
  survives store_at_every_step.py prune_of_a_folder_that_changed reads "$EVERY"
}

@test "an error at every read: a migration that goes on from a run that was killed" {
  survives store_at_every_step.py migration_that_was_killed reads "$EVERY"
}

@test "an error at every read: the sync of a root that was moved" {
  survives store_at_every_step.py root_that_was_moved reads "$EVERY"
}
