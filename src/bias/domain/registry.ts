import type { BiasTest } from './bias-test.js';
import { anchoring } from './tests/anchoring.js';
import { chasing } from './tests/chasing.js';
import { concentration } from './tests/concentration.js';
import { confirmation } from './tests/confirmation.js';
import { disposition } from './tests/disposition.js';
import { herding } from './tests/herding.js';
import { lossAversion } from './tests/loss-aversion.js';
import { overconfidence } from './tests/overconfidence.js';
import { overtrading } from './tests/overtrading.js';
import { recency } from './tests/recency.js';

/** In the order in which they are told. */
export const biasTests: readonly BiasTest[] = [
  disposition,
  lossAversion,
  overconfidence,
  overtrading,
  anchoring,
  chasing,
  herding,
  confirmation,
  concentration,
  recency,
];
