load store

@test "nothing comes of halved writes and interrupted calls: a store's first sync" {
  survives store_at_every_step.py first_sync repeats "$EVERY"
}

@test "nothing comes of halved writes and interrupted calls: the sync of a folder that changed" {
  survives store_at_every_step.py folder_that_changed repeats "$EVERY"
}

@test "nothing comes of halved writes and interrupted calls: a prune" {
  survives store_at_every_step.py prune repeats "$EVERY"
}

@test "nothing comes of halved writes and interrupted calls: a sync that ends with a prune" {
  survives store_at_every_step.py prune_of_a_folder_that_changed repeats "$EVERY"
}

@test "nothing comes of halved writes and interrupted calls: a migration" {
  survives store_at_every_step.py migration repeats "$EVERY"
}

@test "nothing comes of halved writes and interrupted calls: a migration that goes on from a run that was killed" {
  survives store_at_every_step.py migration_that_was_killed repeats "$EVERY"
}

@test "nothing comes of halved writes and interrupted calls: the sync of a root that was moved" {
  survives store_at_every_step.py root_that_was_moved repeats "$EVERY"
}
