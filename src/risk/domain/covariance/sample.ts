import { InvariantViolation } from '../../../shared/errors.js';

/** Assets side by side in a panel: nine sums and their factors just fit the processor's registers. */
const width = 3;
/** Periods summed at a time: two panels of this length stay in the fastest cache. */
const stretch = 512;

/**
 * Sample covariance (divides by periods - 1) times the periods in a year: symmetric, row-major assets×assets.
 * `returns` is a periods×assets matrix, row-major; at least two periods, no gaps.
 *
 * Deviations from the means are taken first (two passes, which does not cancel digits) and laid out in panels of three
 * assets; each pair of panels then gives nine sums at a time, half of the matrix is computed and the rest mirrored.
 */
export function sampleCovariance(
  returns: Float64Array,
  periods: number,
  assets: number,
  periodsPerYear: number,
): Float64Array {
  if (periods < 2) throw new InvariantViolation(`a covariance needs 2 returns, has ${periods}`);
  if (returns.length !== periods * assets) {
    throw new InvariantViolation(`${returns.length} returns are not ${periods} periods of ${assets} assets`);
  }
  const panels = deviationPanels(returns, periods, assets);
  const covariance = new Float64Array(assets * assets);
  for (let from = 0; from < periods; from += stretch) {
    const length = Math.min(stretch, periods - from);
    for (let i = 0; i < assets; i += width) {
      for (let j = i; j < assets; j += width) {
        addProducts(covariance, assets, panels, periods, from, length, i, j);
      }
    }
  }
  const scale = periodsPerYear / (periods - 1);
  for (let i = 0; i < assets; i++) {
    for (let j = i; j < assets; j++) {
      covariance[j * assets + i] = covariance[i * assets + j] = covariance[i * assets + j]! * scale;
    }
  }
  return covariance;
}

/** Deviations from the mean of each asset: panel after panel, in each period after period; the last one filled with 0. */
function deviationPanels(returns: Float64Array, periods: number, assets: number): Float64Array {
  const means = columnMeans(returns, periods, assets);
  const panels = new Float64Array(Math.ceil(assets / width) * width * periods);
  for (let i = 0; i < assets; i++) {
    const mean = means[i]!;
    let to = (i - (i % width)) * periods + (i % width);
    for (let at = i; at < returns.length; at += assets, to += width) panels[to] = returns[at]! - mean;
  }
  return panels;
}

/** The second pass adds what rounding left, so that an asset that never moves has a variance of exactly 0. */
function columnMeans(returns: Float64Array, periods: number, assets: number): Float64Array {
  const means = new Float64Array(assets);
  const rest = new Float64Array(assets);
  for (let t = 0; t < periods; t++) for (let i = 0; i < assets; i++) means[i]! += returns[t * assets + i]!;
  for (let i = 0; i < assets; i++) means[i]! /= periods;
  for (let t = 0; t < periods; t++) for (let i = 0; i < assets; i++) rest[i]! += returns[t * assets + i]! - means[i]!;
  for (let i = 0; i < assets; i++) means[i]! += rest[i]! / periods;
  return means;
}

/** Adds the products of the panels that begin with assets `i` and `j`, over `length` periods. */
function addProducts(
  covariance: Float64Array,
  assets: number,
  panels: Float64Array,
  periods: number,
  from: number,
  length: number,
  i: number,
  j: number,
): void {
  let [s00, s01, s02, s10, s11, s12, s20, s21, s22] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let p = i * periods + width * from;
  let q = j * periods + width * from;
  for (const end = p + width * length; p < end; p += width, q += width) {
    const a0 = panels[p]!;
    const a1 = panels[p + 1]!;
    const a2 = panels[p + 2]!;
    let b = panels[q]!;
    s00 += a0 * b;
    s10 += a1 * b;
    s20 += a2 * b;
    b = panels[q + 1]!;
    s01 += a0 * b;
    s11 += a1 * b;
    s21 += a2 * b;
    b = panels[q + 2]!;
    s02 += a0 * b;
    s12 += a1 * b;
    s22 += a2 * b;
  }
  const [rows, columns] = [assets - i, assets - j];
  const at = i * assets + j;
  addRow(covariance, at, columns, s00, s01, s02);
  if (rows > 1) addRow(covariance, at + assets, columns, s10, s11, s12);
  if (rows > 2) addRow(covariance, at + 2 * assets, columns, s20, s21, s22);
}

function addRow(covariance: Float64Array, at: number, columns: number, a: number, b: number, c: number): void {
  covariance[at]! += a;
  if (columns > 1) covariance[at + 1]! += b;
  if (columns > 2) covariance[at + 2]! += c;
}
