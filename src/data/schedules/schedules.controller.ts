import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentAdmin } from '../../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../../platform/http/idempotency-key.js';
import type { Page } from '../../platform/http/page.js';
import { sendStored } from '../../platform/http/stored-answer.js';
import type { OwnerId } from '../../shared/ids.js';
import { scheduleActBody, scheduleIdParam, type ScheduleActBody } from './schedules.schemas.js';
import { SchedulesService } from './schedules.service.js';
import { schedulePage, scheduleSchema, type ScheduleView } from './schedules.views.js';

/** Idempotency keys are unique within it, however the request spelled the route. */
const pathOf = (id: string, act: string) => `/api/v1/schedules/${id}/${act}`;

@ApiTags('data')
@Controller('api/v1/schedules')
@ApiServiceUnavailableResponse({ description: 'The workflow service does not answer' })
export class SchedulesController {
  constructor(private readonly schedules: SchedulesService) {}

  @ApiOperation({ summary: 'What runs by itself, and when' })
  @Get()
  @ApiOkResponse({ standardSchema: schedulePage })
  list(): Promise<Page<ScheduleView>> {
    return this.schedules.list();
  }

  /** An act of an admin. A run that has begun goes on. */
  @ApiOperation({ summary: 'Stops a schedule from running by itself' })
  @Post(':id/pause')
  @HttpCode(200)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiOkResponse({ standardSchema: scheduleSchema })
  @ApiNotFoundResponse({ description: 'No schedule of this service' })
  async pause(
    @CurrentAdmin() ownerId: OwnerId,
    @Param('id', { schema: scheduleIdParam }) id: string,
    @Body({ schema: scheduleActBody }) body: ScheduleActBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: pathOf(id, 'pause'), key, body };
    sendStored(response, await this.schedules.act(request, id, 'pause', body.reason));
  }

  /** An act of an admin. What was missed while it was paused is not made up for. */
  @ApiOperation({ summary: 'Lets a paused schedule run by itself again' })
  @Post(':id/resume')
  @HttpCode(200)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiOkResponse({ standardSchema: scheduleSchema })
  @ApiNotFoundResponse({ description: 'No schedule of this service' })
  async resume(
    @CurrentAdmin() ownerId: OwnerId,
    @Param('id', { schema: scheduleIdParam }) id: string,
    @Body({ schema: scheduleActBody }) body: ScheduleActBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: pathOf(id, 'resume'), key, body };
    sendStored(response, await this.schedules.act(request, id, 'resume', body.reason));
  }

  /** An act of an admin; a paused schedule runs, too, this once. */
  @ApiOperation({ summary: 'Runs a schedule now' })
  @Post(':id/trigger')
  @HttpCode(202)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiAcceptedResponse({ standardSchema: scheduleSchema })
  @ApiNotFoundResponse({ description: 'No schedule of this service' })
  async trigger(
    @CurrentAdmin() ownerId: OwnerId,
    @Param('id', { schema: scheduleIdParam }) id: string,
    @Body({ schema: scheduleActBody }) body: ScheduleActBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: pathOf(id, 'trigger'), key, body };
    sendStored(response, await this.schedules.act(request, id, 'trigger', body.reason));
  }
}
