import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { eventually } from '../support/service.js';
import { aPortfolio, finishedJob, startService, type Service } from '../support/story.js';

const exporter = new InMemorySpanExporter();
let service: Service;
beforeAll(async () => {
  service = await startService({ processor: new SimpleSpanProcessor(exporter) });
}, 60_000);
afterAll(() => service.stop());

test('one trace leads from the HTTP request through the workflow to its activities', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const portfolioId = await aPortfolio(service);
  const { body: job } = await service.http
    .post('/api/v1/pipelines')
    .set('traceparent', `00-${traceId}-00f067aa0ba902b7-01`)
    .send({ portfolio_id: portfolioId, as_of: '2025-06-30' })
    .expect(202);
  await finishedJob(service, job.id);
  const expected = [
    'POST /api/v1/pipelines',
    'StartWorkflow:runPipeline',
    'RunWorkflow:runPipeline',
    'StartChildWorkflow:collectPrices',
    'RunActivity:planCollection',
    'RunActivity:fetchBars',
    'RunActivity:verifySeries',
    'RunActivity:solve',
    'RunActivity:openDecision',
  ];
  const names = async () =>
    exporter
      .getFinishedSpans()
      .filter((span) => span.spanContext().traceId === traceId)
      .map((span) => span.name);
  // the workflow's own span ends after the job's row does
  await eventually(names, (seen) => expected.every((name) => seen.includes(name)));
  expect(await names()).toEqual(expect.arrayContaining(expected));
}, 60_000);
