import path from 'node:path';

// Recordings and histories of vendors may not be published, so a checkout may be without them.

/** A folder or file of what was recorded; `FKS_SHARED` names another place for all of it. */
export const sharedData = (name: string): string =>
  path.resolve(process.env['FKS_SHARED'] ?? '../shared', 'data', name);

/** The title of tests that need it, which says why they are skipped where it is not there. */
export const titleWith = (title: string, isPresent: boolean, place: string): string =>
  isPresent ? title : `${title} (skipped: there is no ${place}; FKS_SHARED names another place)`;
