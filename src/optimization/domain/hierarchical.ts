import { quadraticForm } from '../../shared/vectors.js';
import { InvariantViolation } from '../../shared/errors.js';
import { linkage, membersOf, type Linkage, type Merge } from './linkage.js';

/** Weights with the tree they come from; all in the order of the assets. */
export interface HierarchicalWeights {
  readonly weights: Float64Array;
  /** Assets as the tree lines them up, neighbours being alike. */
  readonly order: Int32Array;
  readonly merges: readonly Merge[];
}

/**
 * `columns`: how differently two assets relate to all others, the distance between their columns of the correlation
 * distance (López de Prado's own). `pairs`: the correlation distance itself, as PyPortfolioOpt and Riskfolio-Lib use it.
 */
export type TreeDistance = 'columns' | 'pairs';

/**
 * Hierarchical risk parity (López de Prado, "Building Diversified Portfolios that Outperform Out of Sample", 2016):
 * the assets are lined up by a single-linkage tree, and the line is halved again and again, the halves sharing by the
 * inverse of the variance that inverse-variance weights would give them.
 *
 * `covariance` is n*n, row-major. Weights are positive and sum to 1; they do not depend on the scale of the covariance.
 * An asset without variance correlates with nothing, and takes all of what it shares with others that have some.
 */
export function hierarchicalRiskParity(
  covariance: Float64Array,
  n: number,
  distance: TreeDistance = 'columns',
): HierarchicalWeights {
  const { merges, order } = treeOf(covariance, n, distance, 'single');
  const weights = new Float64Array(n).fill(1);
  const variances = diagonal(covariance, n);
  const share = new Float64Array(n);
  const halve = (from: number, to: number): void => {
    if (to - from < 2) return;
    const middle = from + ((to - from) >> 1);
    const first = clusterVariance(covariance, n, variances, order.subarray(from, middle), share);
    const second = clusterVariance(covariance, n, variances, order.subarray(middle, to), share);
    const toFirst = inverseShare(first, second);
    for (let p = from; p < middle; p++) weights[order[p]!]! *= toFirst;
    for (let p = middle; p < to; p++) weights[order[p]!]! *= 1 - toFirst;
    halve(from, middle);
    halve(middle, to);
  };
  halve(0, n);
  return { weights, order, merges };
}

export interface EqualRiskOptions {
  readonly distance?: TreeDistance;
  /** Ward's linkage keeps clusters of even size, single linkage tends to chains; the paper compares both. */
  readonly linkage?: Linkage;
  /** Number of clusters, 1 to n; the gap index decides when it is not given. */
  readonly clusters?: number;
  /** Positive risk of weights in the order of the assets, zero outside a cluster: their variance unless given. */
  readonly riskOf?: (weights: Float64Array) => number;
}

/**
 * Hierarchical equal risk contribution (Raffinot, "The Hierarchical Equal Risk Contribution Portfolio", 2018): the tree
 * is cut into clusters; from the top down, each fork gives its two sides weights inverse to the risk of the clusters
 * below them, and within a cluster the assets share by the inverse of their own risk. The risk may be any measure, for
 * instance a conditional value at risk.
 */
export function hierarchicalEqualRisk(
  covariance: Float64Array,
  n: number,
  options: EqualRiskOptions = {},
): HierarchicalWeights & { readonly clusters: readonly (readonly number[])[] } {
  const tree = treeOf(covariance, n, options.distance ?? 'pairs', options.linkage ?? 'ward');
  const { merges, order } = tree;
  const count = options.clusters ?? gapClusters(tree.distances, n, merges);
  if (!Number.isInteger(count) || count < 1 || count > n) {
    throw new InvariantViolation(`${n} assets cannot form ${count} clusters`);
  }
  const riskOf = options.riskOf ?? ((weights: Float64Array) => quadraticForm(covariance, weights));
  const riskOfAsset = (i: number): number => {
    const alone = new Float64Array(n);
    alone[i] = 1;
    return riskOf(alone);
  };
  const weights = new Float64Array(n);
  const clusters: number[][] = [];

  /** Shares out 1 within the cluster and answers its risk. */
  const weighCluster = (node: number): number => {
    const members = membersOf(node, n, merges);
    clusters.push([...members].sort((a, b) => a - b));
    const shares = inverseShares(members.map(riskOfAsset));
    const inside = new Float64Array(n);
    members.forEach((i, k) => (weights[i] = inside[i] = shares[k]!));
    return riskOf(inside);
  };
  /** Answers the sum of the risks of the clusters below, as the paper's forks compare them. */
  const fork = (node: number): number => {
    // the last merges are the highest: what was merged before the cut stays together
    if (node < n || node - n <= n - 1 - count) return weighCluster(node);
    const { left, right } = merges[node - n]!;
    const [ofLeft, ofRight] = [fork(left), fork(right)];
    const toLeft = inverseShare(ofLeft, ofRight);
    for (const i of membersOf(left, n, merges)) weights[i]! *= toLeft;
    for (const i of membersOf(right, n, merges)) weights[i]! *= 1 - toLeft;
    return ofLeft + ofRight;
  };
  fork(2 * n - 2);
  clusters.sort((a, b) => a[0]! - b[0]!);
  return { weights, order, merges, clusters };
}

function treeOf(covariance: Float64Array, n: number, kind: TreeDistance, method: Linkage) {
  if (n < 1 || covariance.length !== n * n) {
    throw new InvariantViolation(`${covariance.length} covariances for ${n} assets`);
  }
  if (!covariance.every(Number.isFinite)) throw new InvariantViolation('a tree needs finite covariances');
  const pairs = correlationDistance(covariance, n);
  const distances = kind === 'pairs' ? pairs : columnDistance(pairs, n);
  const merges = linkage(distances, n, method, diagonal(covariance, n));
  return { distances, merges, order: Int32Array.from(membersOf(2 * n - 2, n, merges)) };
}

/** √((1 - ρ) / 2): 0 for perfectly correlated assets, 1 for opposite ones. */
function correlationDistance(covariance: Float64Array, n: number): Float64Array {
  const inverse = diagonal(covariance, n).map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 0));
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const correlation = covariance[i * n + j]! * inverse[i]! * inverse[j]!;
      distances[i * n + j] = distances[j * n + i] = Math.sqrt(Math.min(1, Math.max(0, (1 - correlation) / 2)));
    }
  }
  return distances;
}

/** Euclidean distances between the columns of a symmetric matrix, four columns at a time. */
function columnDistance(matrix: Float64Array, n: number): Float64Array {
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const a = i * n;
    for (let j = i + 1; j < n; j += 4) {
      // beyond the end the last column is computed again
      const b0 = j * n;
      const b1 = Math.min(j + 1, n - 1) * n;
      const b2 = Math.min(j + 2, n - 1) * n;
      const b3 = Math.min(j + 3, n - 1) * n;
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = 0; k < n; k++) {
        const value = matrix[a + k]!;
        const d0 = value - matrix[b0 + k]!;
        const d1 = value - matrix[b1 + k]!;
        const d2 = value - matrix[b2 + k]!;
        const d3 = value - matrix[b3 + k]!;
        s0 += d0 * d0;
        s1 += d1 * d1;
        s2 += d2 * d2;
        s3 += d3 * d3;
      }
      distances[a + b3 / n] = Math.sqrt(s3);
      distances[a + b2 / n] = Math.sqrt(s2);
      distances[a + b1 / n] = Math.sqrt(s1);
      distances[a + j] = Math.sqrt(s0);
    }
    for (let j = i + 1; j < n; j++) distances[j * n + i] = distances[a + j]!;
  }
  return distances;
}

/** Variance of a cluster under inverse-variance weights; `share` is scratch space. */
function clusterVariance(
  covariance: Float64Array,
  n: number,
  variances: Float64Array,
  members: Int32Array,
  share: Float64Array,
): number {
  let total = 0;
  for (const i of members) {
    const variance = variances[i]!;
    if (!(variance > 0)) return 0;
    total += 1 / variance;
  }
  for (const i of members) share[i] = 1 / variances[i]! / total;
  let variance = 0;
  for (let p = 0; p < members.length; p++) {
    const i = members[p]!;
    const row = i * n;
    let pull = 0;
    for (let q = 0; q < p; q++) pull += covariance[row + members[q]!]! * share[members[q]!]!;
    variance += share[i]! * (2 * pull + variances[i]! * share[i]!);
  }
  return Math.max(0, variance);
}

/** What the first of two gets when they share by the inverse of their risks; half when neither has any. */
const inverseShare = (first: number, second: number): number =>
  first + second > 0 ? 1 - first / (first + second) : 1 / 2;

/** Shares by the inverse of the risks; those without risk share everything among them. */
function inverseShares(risks: readonly number[]): number[] {
  const riskless = risks.filter((risk) => !(risk > 0)).length;
  if (riskless > 0) return risks.map((risk) => (risk > 0 ? 0 : 1 / riskless));
  const total = risks.reduce((sum, risk) => sum + 1 / risk, 0);
  return risks.map((risk) => 1 / risk / total);
}

/** Most clusters that the gap index looks at. */
const mostClusters = 10;

/**
 * Number of clusters at the elbow of W, the sum over clusters of twice the mean distance within: the k where
 * `W(k-1) + W(k+1) - 2 W(k)` is largest. Differences of W take the place of the gap statistic's random reference sets
 * (Tibshirani, Walther & Hastie 2001; Yue, Wang & Wei 2008), so that the same input gives the same clusters. From 2 to
 * √n and at most 10; the first of equals.
 */
function gapClusters(distances: Float64Array, n: number, merges: readonly Merge[]): number {
  const most = Math.min(mostClusters, Math.floor(Math.sqrt(n)));
  if (most < 2) return 1;
  const dispersion = Array.from({ length: most + 1 }, (_, k) =>
    clustersAt(k + 1, n, merges).reduce((sum, members) => sum + 2 * meanDistance(distances, n, members), 0),
  );
  const of = (k: number): number => dispersion[k - 1]!;
  let [best, sharpest] = [2, -Infinity];
  for (let k = 2; k <= most; k++) {
    const bend = of(k - 1) + of(k + 1) - 2 * of(k);
    if (bend > sharpest) [best, sharpest] = [k, bend];
  }
  return best;
}

function clustersAt(count: number, n: number, merges: readonly Merge[]): (readonly number[])[] {
  const found: (readonly number[])[] = [];
  const visit = (node: number): void => {
    if (node < n || node - n <= n - 1 - count) {
      found.push(membersOf(node, n, merges));
      return;
    }
    visit(merges[node - n]!.left);
    visit(merges[node - n]!.right);
  };
  visit(2 * n - 2);
  return found;
}

function meanDistance(distances: Float64Array, n: number, members: readonly number[]): number {
  if (members.length < 2) return 0;
  let sum = 0;
  for (const [p, i] of members.entries()) for (let q = 0; q < p; q++) sum += distances[i * n + members[q]!]!;
  return sum / ((members.length * (members.length - 1)) / 2);
}

const diagonal = (matrix: Float64Array, n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]!);
