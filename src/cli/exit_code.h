#pragma once

namespace vit_embed {

/// What a script learns from a run. 128 + N stands for a run that was stopped by signal N.
enum ExitCode : int {
  kExitDone = 0,          ///< everything asked for was done
  kExitNothing = 1,       ///< nothing usable was written
  kExitUsage = 2,         ///< the command line makes no sense
  kExitImagesFailed = 3,  ///< written, but more images failed than --max-failures allows
  kExitRefused = 4,       ///< refused, nothing was changed
  kExitCheckFailed = 5,   ///< a check did not hold
  kExitBusy = 75,         ///< another run holds the lock (EX_TEMPFAIL)
};

}  // namespace vit_embed
