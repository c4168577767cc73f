#pragma once

#include <stdexcept>
#include <string>

namespace vit_embed {

/// What went wrong, by what it means for the caller. The command line maps each type to one exit code;
/// everything else that escapes is a bug and is reported as one. The types are header-only, so that an
/// exception thrown in the runtime module is the same type in the program that opened it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The run cannot go on, or nothing usable was written: bad model, full disk, unwritable output. Exit code 1.
class FatalError : public Error {
 public:
  using Error::Error;
};

/// What was asked for does not make sense as asked. Exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Going on would mix or lose results; nothing was changed. Exit code 4.
class RefusedError : public Error {
 public:
  using Error::Error;
};

/// What was to be checked does not hold. Exit code 5.
class CheckError : public Error {
 public:
  using Error::Error;
};

/// Another run holds the lock. Exit code 75.
class BusyError : public Error {
 public:
  using Error::Error;
};

/// A stop that was asked for (Ctrl-C) came before the end; what was finished is kept. Exit code 128 and the
/// signal.
class StoppedError : public Error {
 public:
  using Error::Error;
};

/// Whether a failed input is worth trying again as it is.
enum class FailureKind {
  permanent,  ///< the bytes themselves are bad: truncated, not an image
  transient,  ///< the circumstances were: permission, an I/O error, a file that was not there
};

/// One input failed; the run goes on without it. The message does not name the input: who catches it knows
/// it.
class InputError : public Error {
 public:
  InputError(FailureKind kind, const std::string& reason) : Error(reason), kind_(kind) {}
  FailureKind kind() const { return kind_; }

 private:
  FailureKind kind_;
};

}  // namespace vit_embed
