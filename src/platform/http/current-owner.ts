import { createParamDecorator } from '@nestjs/common';
import type { OwnerId } from '../../shared/ids.js';

/** The owner that works without an identity provider belong to. */
const localOwner = 'local' as OwnerId;

/** The owner on whose behalf the request acts. The only place that decides it. */
export const CurrentOwner = createParamDecorator((): OwnerId => localOwner);
