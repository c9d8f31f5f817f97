/** Identifiers as branded strings, so that a portfolio's id cannot be passed where a decision's is meant. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** What can be held: unique over all asset classes, `^[A-Z0-9][A-Z0-9.-]{0,15}$`. */
export type AssetId = Branded<'AssetId'>;
export type OwnerId = Branded<'OwnerId'>;
export type PortfolioId = Branded<'PortfolioId'>;
export type JobId = Branded<'JobId'>;
export type PipelineId = Branded<'PipelineId'>;
export type SnapshotId = Branded<'SnapshotId'>;
export type OptimizationId = Branded<'OptimizationId'>;
export type SignalRunId = Branded<'SignalRunId'>;
export type SignalId = Branded<'SignalId'>;
export type DecisionId = Branded<'DecisionId'>;

const assetIdPattern = /^[A-Z0-9][A-Z0-9.-]{0,15}$/;

/** Whether `text` is spelled like an asset id; says nothing about whether the asset is known. */
export const isAssetId = (text: string): text is AssetId => assetIdPattern.test(text);
