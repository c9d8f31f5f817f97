import { ScheduleAlreadyRunning, type ScheduleClient, type ScheduleOptions } from '@temporalio/client';

/** Creates a schedule, or makes one that is there as declared; whether it is paused is the operator's, and stays. */
export async function declareSchedule(
  schedules: ScheduleClient,
  wanted: ScheduleOptions,
): Promise<'created' | 'updated'> {
  try {
    await schedules.create(wanted);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await schedules.getHandle(wanted.scheduleId).update(({ state }) => ({ ...wanted, state }));
    return 'updated';
  }
}
