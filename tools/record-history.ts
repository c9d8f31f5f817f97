// Adds a workflow's history to the replay corpus:  node dist/tools/record-history.js WORKFLOW_ID NAME
import { writeFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { readConfig } from '../src/platform/config/config.js';
import { anonymous } from './local/anonymous-history.js';

const [workflowId, name] = process.argv.slice(2);
if (!workflowId || !name || !/^[\w-]+$/.test(name)) {
  console.error('usage: record-history WORKFLOW_ID NAME   (NAME: letters, digits, - and _)');
  process.exit(1);
}
const { temporal } = readConfig(process.env);
const connection = await Connection.connect({ address: temporal.address });
try {
  const client = new Client({ connection, namespace: temporal.namespace });
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const file = `test/replay/histories/${name}.json`;
  const recorded = anonymous(JSON.parse(historyToJSON(history)));
  writeFileSync(file, `${JSON.stringify({ workflowId, history: recorded }, null, 1)}\n`);
  console.log(`${file}: ${history.events?.length ?? 0} events`);
} finally {
  await connection.close();
}
