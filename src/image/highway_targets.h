#pragma once

// Included before any header of Highway, for it says which instruction sets get code. Vectors without a fixed
// size (SVE, RVV) would need kernels of their own; such processors use NEON or the portable code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
