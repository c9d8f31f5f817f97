import { proxyActivities } from '@temporalio/workflow';

const { echo } = proxyActivities<{ echo(text: string): Promise<string> }>({ startToCloseTimeout: '10 s' });

/** The smallest workflow that has an activity. */
export const echoOnce = (text: string): Promise<string> => echo(text);
