import { Injectable } from '@nestjs/common';
import { CandleRepository, type ReadOptions, type SeriesRead } from './candle.repository.js';
import type { Candle, SeriesRef } from '../domain/candle.js';
import type { EpochMs } from '../../shared/time.js';

/** Stored bars for other areas. */
@Injectable()
export class ClosedBars {
  constructor(private readonly candles: CandleRepository) {}

  /** Of a series, closed at an instant, oldest first; those that are held back are left out. */
  of(series: SeriesRef, asOf: EpochMs | null, options: ReadOptions): Promise<Candle[]> {
    return this.candles.closedBars(series, asOf, options);
  }

  /** As `of` each, in the order of the reads, with few questions; with `knownAt` as they were known then. */
  ofMany(reads: readonly SeriesRead[], asOf: EpochMs, knownAt?: EpochMs): Promise<Candle[][]> {
    return this.candles.closedBarsOfMany(reads, asOf, knownAt);
  }

  /** Open times of the bars that each of these reads leaves out because sources disagree about them. */
  heldBackOfMany(reads: readonly SeriesRead[], asOf: EpochMs, knownAt: EpochMs): Promise<EpochMs[][]> {
    return this.candles.heldBackOfMany(reads, asOf, knownAt);
  }

  /** What tells two states of what is stored of assets apart, without reading bars. */
  stateOf(...about: Parameters<CandleRepository['stateOf']>): Promise<string> {
    return this.candles.stateOf(...about);
  }
}
