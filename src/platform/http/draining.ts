import { Global, Inject, Injectable, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';

/**
 * Lets requests end when the process is told to stop: streams are closed at once, answers in the making are sent, and
 * what is still open after the grace time is cut.
 */
@Injectable()
export class Draining implements BeforeApplicationShutdown {
  private readonly begun = new AbortController();
  /** Aborted when the process begins to stop. */
  readonly signal = this.begun.signal;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly host: HttpAdapterHost,
  ) {}

  beforeApplicationShutdown(): void {
    this.begun.abort();
    // absent in the worker, which serves no HTTP
    const server = (this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined)?.getHttpServer() as
      Server | undefined;
    if (!server?.listening) return;
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), this.config.shutdownGraceSeconds * 1_000).unref();
  }
}

@Global()
@Module({ providers: [Draining], exports: [Draining] })
export class DrainingModule {}
