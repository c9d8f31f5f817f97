import { Injectable } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import { RiskAssessor } from '../src/risk/risk-assessor.js';
import type { AssessRiskInput, RiskActivities, RiskSummary } from '../src/risk/risk.contract.js';

@Injectable()
export class RiskActivitiesProvider implements RiskActivities {
  constructor(private readonly assessor: RiskAssessor) {}

  makeRiskReport(input: AssessRiskInput): Promise<RiskSummary> {
    return this.assessor.make(input, Context.current().cancellationSignal);
  }
}
