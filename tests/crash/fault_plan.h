#pragma once

#include <string>

// Which call is to fail, and how
// ==============================
// The environment tells, so that a shell script can say it to one process:
//
//   FAULT_CALLS   "changes": calls that change what stands on the disk (the default); "opens": of files for
//   reading;
//                 "reads"
//   FAULT_PATHS   a glob on the absolute path, * matching / as well; calls elsewhere are not counted
//   FAULT_AT      N: the N-th of these calls, from 1; "N+": that and all that follow; absent: none, calls are
//   only counted FAULT_ACTION  kill-before, kill-after, kill-within (half of the data is written), short
//   (half of the data is
//                 transferred), the name of an errno (EINTR interrupts every other call, and only calls that
//                 can be), or "run:COMMAND", which is run first, then the call
//   FAULT_REPORT  a file to which each call counted is appended as "N NAME PATH" before it is made

namespace faults {

enum class CallKind { change, open, read };

/// What is to become of a call. A process that is to be killed before it is killed instead.
struct Verdict {
  int error = 0;            ///< it is not made, and this is its errno
  bool halve = false;       ///< it transfers half of its data
  bool kill_after = false;  ///< the process ends with it
};

/// What a call is, for the report and for the verdict.
struct Call {
  CallKind kind;
  const char* name;
  std::string path;    ///< absolute
  std::string target;  ///< of a rename or link, absolute; else empty
  bool can_be_interrupted = false;
};

/// Counts the call where it is one of those that are counted. Any thread.
Verdict judge(const Call& call);

[[noreturn]] void kill_this_process();

}  // namespace faults
