import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, HttpException, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Response } from 'express';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { migrations } from '../database/migrations/index.js';
import { TemporalClient } from '../temporal/temporal-client.js';
import { serviceName, serviceVersion } from './service-identity.js';

export const rootSchema = z
  .object({ service: z.string(), version: z.string(), status: z.literal('running') })
  .meta({ id: 'Service' });

export const healthSchema = z
  .object({ status: z.literal('healthy'), service: z.string(), version: z.string(), port: z.number().int() })
  .meta({ id: 'Health' });

const readySchema = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    service: z.string(),
    detail: z.string().optional(),
    dependencies: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Readiness' });
type Readiness = z.output<typeof readySchema>;

const checkTimeoutMs = 2_000;

/** Something that work needs; `why` says why it cannot be done now, or nothing. */
export interface ReadinessCheck {
  name: string;
  why(): Promise<string | undefined>;
}

export const READINESS_CHECKS = Symbol('readiness checks');

@ApiTags('system')
@Controller()
export class HealthController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly orm: MikroORM,
    private readonly temporal: TemporalClient,
    @Inject(READINESS_CHECKS) private readonly checks: readonly ReadinessCheck[],
  ) {}

  @ApiOperation({ summary: 'Name and version' })
  @Get()
  @ApiOkResponse({ standardSchema: rootSchema })
  root(): z.output<typeof rootSchema> {
    return { service: serviceName, version: serviceVersion, status: 'running' };
  }

  /** Alive: says nothing about what the service depends on. */
  @ApiOperation({ summary: 'Alive' })
  @Get('health')
  @ApiOkResponse({ standardSchema: healthSchema })
  alive(): z.output<typeof healthSchema> {
    const { port } = this.config.http;
    return { status: 'healthy', service: serviceName, version: serviceVersion, port };
  }

  /** Whether work can be done now; each dependency with its own state. */
  @ApiOperation({ summary: 'Whether work can be done now' })
  @Get('ready')
  @ApiOkResponse({ standardSchema: readySchema })
  @ApiServiceUnavailableResponse({ standardSchema: readySchema })
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const { details } = await this.health
      .check([
        () => this.database(),
        ...this.checks.map((check) => () => this.indicate(check.name, () => check.why())),
        () => this.workflowService(),
        () => this.worker(),
      ])
      .catch((error: unknown) => downResult(error));
    const dependencies = Object.fromEntries(
      Object.entries(details).map(([name, { status, reason }]) => [
        name,
        status === 'up' ? 'ready' : String(reason ?? 'not ready'),
      ]),
    );
    const away = Object.entries(dependencies).filter(([, state]) => state !== 'ready');
    if (away.length === 0) return { status: 'ready', service: serviceName, dependencies };
    response.status(503);
    const detail = away.map(([name, state]) => `${name}: ${state}`).join('; ');
    return { status: 'not_ready', service: serviceName, detail, dependencies };
  }

  private database(): Promise<HealthIndicatorResult> {
    return this.indicate('database', async () => {
      const em = this.orm.em.fork();
      const [table] = await em.execute<{ made: boolean }[]>(
        `select to_regclass('mikro_orm_migrations') is not null as made`,
      );
      const ran = table?.made ? await em.execute<{ name: string }[]>('select name from mikro_orm_migrations') : [];
      const pending = migrations.filter(({ name }) => !ran.some((one) => one.name === name));
      return pending.length > 0 ? `${pending.length} migrations are pending` : undefined;
    });
  }

  private workflowService(): Promise<HealthIndicatorResult> {
    return this.indicate('temporal', async () => {
      await this.temporal.ping(checkTimeoutMs);
      return undefined;
    });
  }

  private worker(): Promise<HealthIndicatorResult> {
    return this.indicate('worker', async () => {
      const { taskQueue } = this.config.temporal;
      const unpolled = await this.temporal.unpolled('workflows', [taskQueue], checkTimeoutMs);
      return unpolled.length === 0 ? undefined : `no worker polls the task queue "${taskQueue}"`;
    });
  }

  private async indicate(name: string, why: () => Promise<string | undefined>): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    try {
      const late = sleep(checkTimeoutMs + 500, 'cannot be reached', { ref: false });
      const reason = await Promise.race([why(), late]);
      return reason === undefined ? indicator.up() : indicator.down({ reason });
    } catch {
      return indicator.down({ reason: 'cannot be reached' });
    }
  }
}

type Details = Record<string, { status: string; reason?: unknown }>;

/** Terminus throws when a dependency is down; the same details are in the exception. */
function downResult(error: unknown): { details: Details } {
  if (error instanceof HttpException) {
    const body = error.getResponse();
    if (typeof body === 'object' && 'details' in body) return body as { details: Details };
  }
  throw error;
}
