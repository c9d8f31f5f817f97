import { optimizerIds } from '../../src/optimization/domain/optimizers/registry.js';
import { describeOptimizerLaws } from './optimizer-laws.js';

for (const id of optimizerIds) describeOptimizerLaws(id);
