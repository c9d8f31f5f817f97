import type { TradeCategory } from '../../../shared/trade-categories.js';
import type { Direction } from '../signal.js';
import type { MarketView } from './market-view.js';

/**
 * What a rule makes of a market: a direction; that no trade is wise at all (`veto`); that it has nothing to say; or that it
 * lacks what it reads.
 */
type Stance = Direction | 'veto' | 'none' | 'unknown';

export interface Finding {
  readonly stance: Stance;
  /** One sentence with the numbers. */
  readonly reason: string;
  /** What it read; null is "not enough bars", never zero. */
  readonly values: Readonly<Record<string, number | null>>;
  /** Whole points of confidence that it adds when it opens a signal. */
  readonly points: number;
}

/** One rule: pure, and the same finding for the same bars. */
export interface Rule {
  readonly id: string;
  /** Rises whenever the same bars may give another finding. */
  readonly version: number;
  /** `opens` a signal on its own; `supports` or speaks against one; `guards` against any. */
  readonly role: 'opens' | 'supports' | 'guards';
  /** Book or paper. */
  readonly source: string;
  /** Numbers that it works with, by category; a category that is not there does not ask it. */
  readonly parameters: Readonly<Partial<Record<TradeCategory, Readonly<Record<string, number>>>>>;
  evaluate(market: MarketView, parameters: Readonly<Record<string, number>>): Finding;
}

/** A rule with the literal types of its id and of its parameters' names. */
interface Definition<Id extends string, Parameter extends string> extends Omit<Rule, 'id' | 'parameters' | 'evaluate'> {
  readonly id: Id;
  readonly parameters: Readonly<Partial<Record<TradeCategory, Readonly<Record<Parameter, number>>>>>;
  evaluate(market: MarketView, parameters: Readonly<Record<NoInfer<Parameter>, number>>): Finding;
}

export const rule = <const Id extends string, Parameter extends string>(
  definition: Definition<Id, Parameter>,
): Definition<Id, Parameter> => definition;

export const inWords = (value: number | null): string =>
  value === null ? 'unknown' : String(Number(value.toPrecision(4)));
export const inPercent = (value: number): string => `${Number((value * 100).toPrecision(3))} %`;
