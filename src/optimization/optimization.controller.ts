import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../platform/http/current-owner.js';
import type { OwnerId } from '../shared/ids.js';
import { optimizationId, optimizationView, type OptimizationView } from './optimization.schemas.js';
import { OptimizationService } from './optimization.service.js';

@ApiTags('optimizations')
@Controller('api/v1/optimizations')
export class OptimizationController {
  constructor(private readonly optimizations: OptimizationService) {}

  @Get(':id')
  @ApiOperation({ summary: 'Weights, their certificate and the snapshot they were solved on' })
  @ApiOkResponse({ standardSchema: optimizationView })
  view(@CurrentOwner() owner: OwnerId, @Param('id', { schema: optimizationId }) id: string): Promise<OptimizationView> {
    return this.optimizations.view(owner, id);
  }
}
