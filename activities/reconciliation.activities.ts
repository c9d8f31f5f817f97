import { Injectable } from '@nestjs/common';
import type { ReconciliationActivities, ReconciliationReport } from '../src/jobs/jobs.contract.js';
import { JobReconciler } from '../src/jobs/job-reconciler.js';

@Injectable()
export class ReconciliationActivitiesProvider implements ReconciliationActivities {
  constructor(private readonly reconciler: JobReconciler) {}

  reconcileJobs(): Promise<ReconciliationReport> {
    return this.reconciler.reconcile();
  }
}
