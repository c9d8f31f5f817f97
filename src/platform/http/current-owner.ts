import { createParamDecorator } from '@nestjs/common';
import type { OwnerId } from '../../shared/ids.js';

/** The owner that works without an identity provider belong to, and on whose behalf schedules act. */
export const localOwner = 'local' as OwnerId;

/** The owner on whose behalf the request acts. The only place that decides it. */
export const CurrentOwner = createParamDecorator((): OwnerId => localOwner);

/**
 * The admin who acts: a route that changes what everybody shares asks for it instead of for the owner, and goes no
 * further without one. Without an identity provider the local owner is one.
 */
export const CurrentAdmin = createParamDecorator((): OwnerId => localOwner);
