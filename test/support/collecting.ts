import type { MikroORM } from '@mikro-orm/postgresql';
import { AssetRegistry } from '../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../src/data/candles/candle.repository.js';
import { ConsensusService } from '../../src/data/candles/consensus.service.js';
import { BarFetcher } from '../../src/data/collection/bar-fetcher.js';
import { CollectionPlanner } from '../../src/data/collection/collection-planner.js';
import { SeriesVerifier } from '../../src/data/collection/series-verifier.js';
import { SingleAssetCollector } from '../../src/data/collection/single-asset-collector.js';
import { SourceAttempts } from '../../src/data/collection/source-attempts.js';
import type { PriceBasis } from '../../src/data/domain/candle.js';
import type { MarketDataSource } from '../../src/data/sources/market-data-source.js';
import { SourceGate } from '../../src/data/sources/source-gate.js';
import { testConfig } from './service.js';

/** What a collection is made of, on a database and with sources of the test's choice. */
export function collectionParts(orm: MikroORM, sources: readonly MarketDataSource[], basis: PriceBasis = 'spot') {
  const em = orm.em.fork();
  const config = testConfig('postgresql://x/y', { CRYPTO_BASIS: basis, TEMPORAL_TASK_QUEUE: 'portfolio' });
  const assets = new AssetRegistry(em);
  const candles = new CandleRepository(em);
  const attempts = new SourceAttempts(em);
  const gate = new SourceGate(em);
  const planner = new CollectionPlanner(sources, config, assets, candles, attempts);
  const fetcher = new BarFetcher(sources, assets, candles, gate, attempts);
  const consensus = new ConsensusService(em, candles, assets);
  const verifier = new SeriesVerifier(sources, config, assets, candles, consensus);
  const collector = new SingleAssetCollector(planner, fetcher, verifier);
  return { em, assets, candles, attempts, gate, planner, fetcher, verifier, collector };
}
