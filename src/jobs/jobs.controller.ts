import { Controller, Get, Header, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentOwner } from '../platform/http/current-owner.js';
import { Draining } from '../platform/http/draining.js';
import { decodeCursor, type Page } from '../platform/http/page.js';
import { streamEvents, wantsEventStream } from '../platform/http/server-sent-events.js';
import { DomainError } from '../shared/errors.js';
import type { OwnerId } from '../shared/ids.js';
import { isFinal } from './jobs.contract.js';
import { idParam, jobEventsQuery, jobsQuery, type JobEventsQuery, type JobsQuery } from './jobs.schemas.js';
import { JobsService } from './jobs.service.js';
import { jobEventPage, jobPage, jobSchema, type JobView } from './jobs.views.js';

const lastEventIdHeader = 'Last-Event-ID';
const streamBatch = 200;

@ApiTags('jobs')
@Controller('api/v1/jobs')
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly draining: Draining,
  ) {}

  @ApiOperation({ summary: 'Jobs, newest first' })
  @Get()
  @ApiOkResponse({ standardSchema: jobPage })
  list(@CurrentOwner() owner: OwnerId, @Query({ schema: jobsQuery }) query: JobsQuery): Promise<Page<JobView>> {
    return this.jobs.list(owner, query);
  }

  @ApiOperation({ summary: 'One job' })
  @Get(':id')
  @ApiOkResponse({ standardSchema: jobSchema })
  get(@CurrentOwner() owner: OwnerId, @Param('id', { schema: idParam }) id: string): Promise<JobView> {
    return this.jobs.get(owner, id);
  }

  /** As JSON, or as server-sent events until the job has ended (`Accept: text/event-stream`). */
  @ApiOperation({ summary: 'What happened to a job, as JSON or as a stream until it ends' })
  @Get(':id/events')
  @Header('Vary', 'Accept')
  @ApiProduces('application/json', 'text/event-stream')
  @ApiHeader({ name: lastEventIdHeader, required: false, description: 'Streams resume after this sequence number' })
  @ApiOkResponse({ standardSchema: jobEventPage })
  async events(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: jobEventsQuery }) query: JobEventsQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const after = query.cursor ? decodeCursor(query.cursor, 'integer') : undefined;
    if (!wantsEventStream(request)) {
      response.json(await this.jobs.events(owner, id, Number(after ?? 0), query.limit));
      return;
    }
    let seen = sequenceFrom(request.header(lastEventIdHeader) ?? after);
    let ended = isFinal((await this.jobs.get(owner, id)).state);
    await streamEvents(response, this.draining.signal, async () => {
      const { items } = await this.jobs.events(owner, id, seen, streamBatch);
      seen = items.at(-1)?.sequence ?? seen;
      if (items.length === 0 && ended) return null;
      ended ||= items.some(({ kind }) => isFinal(kind));
      return items.map((event) => ({ id: String(event.sequence), event: event.kind, data: event }));
    });
  }

  @ApiOperation({ summary: 'Asks a job to stop' })
  @Post(':id/cancel')
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: jobSchema })
  cancel(@CurrentOwner() owner: OwnerId, @Param('id', { schema: idParam }) id: string): Promise<JobView> {
    return this.jobs.cancel(owner, id);
  }
}

function sequenceFrom(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const message = 'is not the sequence number of an event';
  throw new DomainError('bad_request', `${lastEventIdHeader} ${message}`, {
    errors: [{ field: lastEventIdHeader, value: text.slice(0, 100), message }],
  });
}
