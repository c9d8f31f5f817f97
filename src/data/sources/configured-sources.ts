/** The configured sources, in the order of `FKS_SOURCES`. */
export const SOURCES = Symbol('market data sources');
