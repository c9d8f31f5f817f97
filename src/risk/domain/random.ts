import quantile from '@stdlib/stats-base-dists-normal-quantile';
import { InvariantViolation } from '../../shared/errors.js';

/** A stream of pseudo-random numbers that depends on its seed alone. */
export interface Random {
  /** Uniform on the open interval (0, 1), in steps of 2^-52. */
  readonly uniform: () => number;
  /** Standard normal: the quantile of a uniform, so that each number takes exactly one uniform. */
  readonly normal: () => number;
}

const { imul } = Math;
const standardNormal = quantile.factory(0, 1);

/**
 * Random numbers of xoshiro128** 1.1 (Blackman & Vigna, "Scrambled linear pseudorandom number generators", 2021),
 * whose 128 bits of state are filled from the seed by a 32-bit SplitMix, as its authors advise.
 *
 * The same seed gives the same numbers on every machine. Not for secrets. A seed is an unsigned 32-bit integer.
 */
export function seededRandom(seed: number): Random {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new InvariantViolation(`a seed is an unsigned 32-bit integer, not ${seed}`);
  }
  const fill = splitMix32(seed);
  const next = xoshiro128([fill(), fill(), fill(), fill()]);
  // 52 bits and a half step: never 0 and never 1, whose quantiles are infinite
  const uniform = (): number => ((next() >>> 6) * 0x4000000 + (next() >>> 6) + 0.5) / 0x10000000000000;
  return { uniform, normal: () => standardNormal(uniform()) };
}

/** xoshiro128** 1.1 from a state of four 32-bit words that are not all zero; each call gives an unsigned 32-bit word. */
export function xoshiro128(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state;
  return () => {
    const scrambled = imul(rotateLeft(imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return scrambled;
  };
}

const rotateLeft = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** A Weyl sequence through a bijective 32-bit mixer (constants of the hash prospector's best two-round function). */
function splitMix32(seed: number): () => number {
  let position = seed | 0;
  return () => {
    position = (position + 0x9e3779b9) | 0;
    let word = imul(position ^ (position >>> 16), 0x21f0aaad);
    word = imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
}
