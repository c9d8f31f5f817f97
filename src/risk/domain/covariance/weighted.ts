/**
 * Means `Σ w r` and `scale` times the covariance `Σ w (r - m)(r - m)'` of T×n returns by rows, for weights of the periods
 * that sum to 1. Per period, whatever the scale makes of it.
 */
export function weightedMoments(
  returns: Float64Array,
  weights: Float64Array,
  assets: number,
  scale = 1,
): { readonly means: Float64Array; readonly covariance: Float64Array } {
  const means = new Float64Array(assets);
  for (let t = 0; t < weights.length; t++) {
    for (let i = 0; i < assets; i++) means[i]! += weights[t]! * returns[t * assets + i]!;
  }
  const covariance = new Float64Array(assets * assets);
  for (let t = 0; t < weights.length; t++) {
    const weight = weights[t]! * scale;
    for (let i = 0; i < assets; i++) {
      const deviation = weight * (returns[t * assets + i]! - means[i]!);
      for (let j = 0; j <= i; j++) covariance[i * assets + j]! += deviation * (returns[t * assets + j]! - means[j]!);
    }
  }
  for (let i = 0; i < assets; i++) {
    for (let j = 0; j < i; j++) covariance[j * assets + i] = covariance[i * assets + j]!;
  }
  return { means, covariance };
}
