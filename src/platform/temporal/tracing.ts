import { context, propagation, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  NoopSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';

export interface Tracing {
  /** Goes into every Temporal client and worker, also while nothing is exported: histories depend on the interceptors. */
  readonly plugin: OpenTelemetryPlugin;
  shutdown(): Promise<void>;
}

const resourceOf = (service: string) => resourceFromAttributes({ 'service.name': `fks-portfolio-${service}` });

/** Interceptors without an exporter, for the workflow bundle and for tools. */
export const silentTracing = (): OpenTelemetryPlugin =>
  new OpenTelemetryPlugin({ resource: resourceOf('tools'), spanProcessor: new NoopSpanProcessor() });

/**
 * Registers the process's tracer.
 *
 * Without an endpoint and without a processor of the caller's nothing is recorded, but ids still travel.
 */
export function startTracing(service: 'api' | 'worker', otlpEndpoint: string, processor?: SpanProcessor): Tracing {
  const exporting =
    processor ??
    (otlpEndpoint
      ? new BatchSpanProcessor(new OTLPTraceExporter({ url: `${otlpEndpoint.replace(/\/$/, '')}/v1/traces` }))
      : undefined);
  const spanProcessor = exporting ?? new NoopSpanProcessor();
  const resource = resourceOf(service);
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [spanProcessor],
    ...(exporting === undefined && { sampler: new AlwaysOffSampler() }),
  });
  provider.register({
    propagator: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
  });
  return { plugin: new OpenTelemetryPlugin({ resource, spanProcessor }), shutdown: () => provider.shutdown() };
}

export type TraceHeaders = Record<string, string>;

/** The active trace as headers, to be stored with work that starts later. */
export function currentTraceHeaders(): TraceHeaders {
  const headers: TraceHeaders = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** Runs `work` as part of the trace that `headers` name. */
export const inTrace = <T>(headers: TraceHeaders, work: () => Promise<T>): Promise<T> =>
  context.with(propagation.extract(context.active(), headers), work);

export const tracer = () => trace.getTracer('fks-portfolio');
