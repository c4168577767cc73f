// Included once for each of Highway's targets: no include guard of the usual kind.
#if defined(VIT_EMBED_NATIVE_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef VIT_EMBED_NATIVE_ACTIVATION_INL_H_
#undef VIT_EMBED_NATIVE_ACTIVATION_INL_H_
#else
#define VIT_EMBED_NATIVE_ACTIVATION_INL_H_
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vit_embed {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// erf(z) within 2.1e-7. Highway has none; erf(z) / z is a polynomial of degree 14 in z^2 mapped to [-1, 1],
/// fitted by least squares at Chebyshev's points for |z| <= 3.8, beyond which erf is 1 within 8e-8.
template <class D, class V>
HWY_INLINE V erf(D d, V z) {
  constexpr float kLimit = 3.8F;
  constexpr float kCoefficients[] = {9.881370057e-04F, -2.683313117e-03F, 2.481898839e-03F, -3.338745226e-03F,
                                     9.798580822e-03F, -1.828605083e-02F, 2.679079009e-02F, -3.896662015e-02F,
                                     5.502435874e-02F, -7.250810038e-02F, 9.083770349e-02F, -1.111864337e-01F,
                                     1.377392297e-01F, -1.856411732e-01F, 3.721076232e-01F};
  z = hn::Clamp(z, hn::Set(d, -kLimit), hn::Set(d, kLimit));
  const V u = hn::MulSub(hn::Mul(z, z), hn::Set(d, 2 / (kLimit * kLimit)), hn::Set(d, 1.0F));
  V ratio = hn::Set(d, kCoefficients[0]);
  for (std::size_t i = 1; i < std::size(kCoefficients); ++i) {
    ratio = hn::MulAdd(ratio, u, hn::Set(d, kCoefficients[i]));
  }
  return hn::Mul(ratio, z);
}

/// x * sigmoid(y)
template <class D, class V>
HWY_INLINE V times_sigmoid(D d, V x, V y) {
  y = hn::Max(y, hn::Set(d, -87.0F));  // exp(-y) must be a number
  return hn::Div(x, hn::Add(hn::Set(d, 1.0F), hn::Exp(d, hn::Neg(y))));
}

struct Gelu {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    constexpr float kSqrtHalf = 0.70710678118654752F;
    const V half = hn::Mul(x, hn::Set(d, 0.5F));
    return hn::MulAdd(half, erf(d, hn::Mul(x, hn::Set(d, kSqrtHalf))), half);
  }
};

/// 0.5 (1 + tanh(y)) is sigmoid(2 y), y = sqrt(2 / pi) (x + 0.044715 x^3).
struct GeluTanh {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    constexpr float kTwice = 1.5957691216057308F;
    const V cube = hn::Mul(hn::Mul(x, x), x);
    return times_sigmoid(d, x, hn::Mul(hn::Set(d, kTwice), hn::MulAdd(cube, hn::Set(d, 0.044715F), x)));
  }
};

struct QuickGelu {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return times_sigmoid(d, x, hn::Mul(x, hn::Set(d, 1.702F)));
  }
};

struct Relu {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Max(x, hn::Zero(d));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace vit_embed
HWY_AFTER_NAMESPACE();

#endif
