import { Injectable } from '@nestjs/common';
import { RebalancingPlanner } from '../src/rebalancing/plans/rebalancing-planner.js';
import type {
  PlanRebalancingInput,
  PlanSummary,
  RebalancingActivities,
} from '../src/rebalancing/rebalancing.contract.js';

@Injectable()
export class RebalancingActivitiesProvider implements RebalancingActivities {
  constructor(private readonly planner: RebalancingPlanner) {}

  makeRebalancingPlan(input: PlanRebalancingInput): Promise<PlanSummary> {
    return this.planner.make(input);
  }
}
