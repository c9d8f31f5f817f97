import { Injectable } from '@nestjs/common';
import { CandleRepository, type ReadOptions } from './candle.repository.js';
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

  /** What tells two states of what is stored of assets apart, without reading bars. */
  stateOf(...about: Parameters<CandleRepository['stateOf']>): Promise<string> {
    return this.candles.stateOf(...about);
  }
}
