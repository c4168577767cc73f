#pragma once

namespace vit_embed {

/// The nice value of the calling thread, which on Linux is a thread's own: from -20, served first, to 19.
int thread_niceness();

/// Makes the calling thread give way to the process's others, for good. One that may not is left as it is.
void yield_to_other_threads();

}  // namespace vit_embed
