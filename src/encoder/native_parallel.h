#pragma once

#include <omp.h>

#include <cstddef>
#include <exception>

namespace vit_embed {

/// Runs task(i, thread) for i from 0 to count - 1 on `num_threads` of OpenMP's threads, each of which takes
/// the next i when it has finished its last. `thread`, less than num_threads, is for scratch memory: a
/// result must not depend on it. Blocks until all have run, or,
/// after one has thrown, until those under way have ended; the first exception is thrown from here.
template <class Task>
void parallel_for(int num_threads, std::size_t count, const Task& task) {
  std::exception_ptr error;
#pragma omp parallel num_threads(num_threads)
  {
    omp_set_num_threads(1);  // of this region's threads: a library's product stays in the one that calls it
#pragma omp for schedule(dynamic)
    for (std::size_t i = 0; i < count; ++i) {
      try {  // an exception must not leave a parallel region
        task(i, static_cast<std::size_t>(omp_get_thread_num()));
      } catch (...) {
#pragma omp critical
        if (!error) error = std::current_exception();
      }
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace vit_embed
