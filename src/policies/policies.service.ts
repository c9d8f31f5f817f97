import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service.js';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../jobs/idempotency.js';
import { sha256 } from '../platform/crypto/sha256.js';
import { decodeCursor, encodeCursor, type Page } from '../platform/http/page.js';
import { PortfolioService } from '../portfolio/portfolio.service.js';
import { DomainError, refusedFor, type FieldError } from '../shared/errors.js';
import type { OwnerId, PortfolioId } from '../shared/ids.js';
import type { EpochMs } from '../shared/time.js';
import { completeLimits, contradictions, defaultLimits, type PolicyLimits } from './domain/policy-limits.js';
import { versionBefore, versionInForce, type Rollout } from './domain/rollout.js';
import { Policy, PolicyRollout, PolicyVersion, PortfolioPolicy } from './policy.entity.js';
import type {
  CreatePolicyBody,
  LimitsBody,
  PoliciesQuery,
  PolicyInForceView,
  PolicyView,
  RolloutBody,
} from './policies.schemas.js';
import { limitsFrom, limitsView, policyView } from './policies.views.js';

/** The limits that a portfolio follows, and where they are written. */
export interface PolicyInForce {
  policyId: string;
  name: string;
  version: number;
  limits: PolicyLimits;
}

const policyPath = (id: string) => `/api/v1/policies/${id}`;
/** The stream of the audit trail in which a policy's changes are told. */
const streamOf = (id: string) => `policy:${id}`;

/** Versions of the limits that portfolios follow; a version never changes, and which one is in force is told apart. */
@Injectable()
export class PoliciesService {
  constructor(
    private readonly em: EntityManager,
    private readonly assets: AssetRegistry,
    private readonly portfolios: PortfolioService,
    private readonly audit: AuditService,
  ) {}

  /** A policy with its first version, which nobody follows before they choose the policy. */
  async create(request: IdempotentRequest, { name, limits, reason }: CreatePolicyBody): Promise<StoredAnswer> {
    const read = await this.read(limits);
    const { answer } = await once(this.em, request, async (em) => {
      const { ownerId } = request;
      await this.ensureDefault(ownerId, em);
      const id = uuidv7();
      if (!(await insertPolicy(em, { id, ownerId, name, isDefault: false }))) {
        const message = 'is the name of another policy';
        throw new DomainError('conflict', `name "${name}" ${message}`, {
          errors: [{ field: 'name', value: name, message }],
        });
      }
      await this.addVersion(em, { ownerId, policyId: id, version: 1, limits: read, reason });
      await this.addRollout(em, { ownerId, policyId: id, version: 1, share: 1, portfolios: [], reason });
      return { status: 201, location: policyPath(id), body: JSON.stringify(await viewOf(em, ownerId, id)) };
    });
    return answer;
  }

  /** @throws DomainError `not_found` */
  async get(ownerId: OwnerId, id: string): Promise<PolicyView> {
    await this.ensureDefault(ownerId);
    return viewOf(this.em, ownerId, id);
  }

  async list(ownerId: OwnerId, { limit, cursor }: PoliciesQuery): Promise<Page<PolicyView>> {
    await this.ensureDefault(ownerId);
    const after = cursor ? decodeCursor(cursor, 'uuid') : undefined;
    const rows = await this.em.find(
      Policy,
      { ownerId, ...(after && { id: { $gt: after } }) },
      { orderBy: { id: 'asc' }, limit: limit + 1, disableIdentityMap: true },
    );
    const shown = rows.slice(0, limit);
    const ofShown = { policyId: { $in: shown.map(({ id }) => id) } };
    const once = { disableIdentityMap: true };
    const versions = await this.em.find(PolicyVersion, ofShown, { orderBy: { version: 'asc' }, ...once });
    const rollouts = await this.em.find(PolicyRollout, ofShown, { orderBy: { sequence: 'asc' }, ...once });
    const items = shown.map((policy) =>
      policyView(
        policy,
        versions.filter(({ policyId }) => policyId === policy.id),
        rollouts.filter(({ policyId }) => policyId === policy.id),
      ),
    );
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return { items, next_cursor: last ? encodeCursor(last.id) : null };
  }

  /** The next version: nobody follows it before it is rolled out. */
  async propose(
    request: IdempotentRequest,
    policyId: string,
    body: { limits: LimitsBody; reason: string },
  ): Promise<StoredAnswer> {
    const limits = await this.read(body.limits);
    return this.change(request, policyId, async (em) => {
      const version = 1 + (await em.count(PolicyVersion, { policyId }));
      await this.addVersion(em, { ownerId: request.ownerId, policyId, version, limits, reason: body.reason });
    });
  }

  /** Gives a version to all of the policy's portfolios, or to a part of them. */
  async rollOut(
    request: IdempotentRequest,
    policyId: string,
    { version, share, portfolios, reason }: RolloutBody,
  ): Promise<StoredAnswer> {
    const { ownerId } = request;
    for (const id of portfolios) await this.portfolios.get(ownerId, id);
    return this.change(request, policyId, async (em) => {
      await versionOf(em, policyId, version);
      await this.addRollout(em, { ownerId, policyId, version, share, portfolios, reason });
    });
  }

  /** Gives all portfolios the version that all had before the present one. @throws DomainError `conflict` for none */
  async rollBack(request: IdempotentRequest, policyId: string, reason: string): Promise<StoredAnswer> {
    return this.change(request, policyId, async (em) => {
      const version = versionBefore(await rolloutsOf(em, policyId));
      if (version === undefined) {
        const message = 'there is no earlier version that all portfolios had';
        throw new DomainError('conflict', `policy ${policyId} is at its first version: ${message}`);
      }
      await this.addRollout(em, { ownerId: request.ownerId, policyId, version, share: 1, portfolios: [], reason });
    });
  }

  /** Lets a portfolio follow a policy. */
  async choose(ownerId: OwnerId, portfolioId: string, policyId: string): Promise<PolicyInForceView> {
    await this.portfolios.get(ownerId, portfolioId);
    if (!(await this.em.count(Policy, { id: policyId, ownerId }))) {
      throw refusedFor([{ field: 'policy_id', value: policyId, message: 'is not one of your policies' }]);
    }
    await this.em.transactional(async (em) => {
      // before the first choice there is no row to lock
      await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`policy_of:${portfolioId}`]);
      const known = await em.findOne(PortfolioPolicy, { portfolioId });
      if (known?.policyId === policyId) return;
      const since = new Date();
      await em.upsert(PortfolioPolicy, { portfolioId, ownerId, policyId, since });
      await this.audit.append(
        {
          stream: streamOf(policyId),
          ownerId,
          subject: `portfolio:${portfolioId}`,
          eventKey: `chosen:${portfolioId}:${since.getTime()}`,
          actor: ownerId,
          kind: 'policy_chosen',
          payload: { portfolio_id: portfolioId, policy_id: policyId },
        },
        em,
      );
    });
    return this.inForceView(ownerId, portfolioId);
  }

  /** @throws DomainError `not_found` for a portfolio that the owner does not have */
  async inForceView(ownerId: OwnerId, portfolioId: string): Promise<PolicyInForceView> {
    await this.portfolios.get(ownerId, portfolioId);
    const { policyId, name, version, limits } = await this.inForce(ownerId, portfolioId as PortfolioId);
    return { policy_id: policyId, name, version, limits: limitsView(limits) };
  }

  /** The limits that a portfolio follows now or, for audits, that it followed at an instant. */
  async inForce(ownerId: OwnerId, portfolioId: PortfolioId, knownAt?: EpochMs): Promise<PolicyInForce> {
    await this.ensureDefault(ownerId);
    const chosen = await this.chosen(ownerId, portfolioId, knownAt);
    const { id: policyId, name } = await this.em.findOneOrFail(
      Policy,
      chosen === undefined ? { ownerId, isDefault: true } : { id: chosen },
      { disableIdentityMap: true },
    );
    const rollouts = (await rolloutsOf(this.em, policyId)).filter(({ at }) => at.getTime() <= (knownAt ?? Infinity));
    // the first rollout reaches everybody; before it, at the service's beginning, the same limits held
    const version = versionInForce(rollouts, portfolioId, placeOf(policyId, portfolioId)) ?? 1;
    return { policyId, name, version, limits: completeLimits((await versionOf(this.em, policyId, version)).limits) };
  }

  /** Id of the policy that a portfolio chose; undefined when it follows the default. */
  private async chosen(ownerId: OwnerId, portfolioId: PortfolioId, knownAt?: EpochMs): Promise<string | undefined> {
    if (knownAt !== undefined) {
      const event = await this.audit.lastAbout(ownerId, `portfolio:${portfolioId}`, 'policy_chosen', knownAt);
      return event?.payload['policy_id'] as string | undefined;
    }
    return (await this.em.findOne(PortfolioPolicy, { portfolioId, ownerId }, { disableIdentityMap: true }))?.policyId;
  }

  /** The limits of one version. @throws DomainError `not_found` */
  async limitsOf(ownerId: OwnerId, policyId: string, version: number): Promise<PolicyLimits> {
    if (!(await this.em.count(Policy, { id: policyId, ownerId }))) throw absent(policyId);
    return completeLimits((await versionOf(this.em, policyId, version)).limits);
  }

  private async change(
    request: IdempotentRequest,
    policyId: string,
    work: (em: EntityManager) => Promise<void>,
  ): Promise<StoredAnswer> {
    const { ownerId } = request;
    await this.ensureDefault(ownerId);
    const { answer } = await once(this.em, request, async (em) => {
      // one change at a time, so that numbers have no holes
      const locked = await em.findOne(Policy, { id: policyId, ownerId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!locked) throw absent(policyId);
      await work(em);
      const body = JSON.stringify(await viewOf(em, ownerId, policyId));
      return { status: 201, location: policyPath(policyId), body };
    });
    return answer;
  }

  /** Every owner has a default policy from the first look on; two first looks at once make one. */
  private async ensureDefault(ownerId: OwnerId, within: EntityManager = this.em): Promise<void> {
    if (await within.count(Policy, { ownerId, isDefault: true })) return;
    await within.transactional(async (em) => {
      const policyId = uuidv7();
      if (!(await insertPolicy(em, { id: policyId, ownerId, name: 'default', isDefault: true }))) return;
      const reason = 'the limits that the service begins with';
      await this.addVersion(em, { ownerId, policyId, version: 1, limits: defaultLimits, reason });
      await this.addRollout(em, { ownerId, policyId, version: 1, share: 1, portfolios: [], reason });
    });
  }

  private async addVersion(
    em: EntityManager,
    made: { ownerId: OwnerId; policyId: string; version: number; limits: PolicyLimits; reason: string },
  ): Promise<void> {
    await em.insert(PolicyVersion, { ...made, createdAt: new Date() });
    const { ownerId, policyId, version, limits, reason } = made;
    await this.tell(em, ownerId, policyId, {
      eventKey: `version:${version}`,
      kind: 'policy_version_made',
      payload: { version, limits: limitsView(limits), reason },
    });
  }

  private async addRollout(
    em: EntityManager,
    rollout: { ownerId: OwnerId; policyId: string } & RolloutBody,
  ): Promise<void> {
    const sequence = 1 + (await em.count(PolicyRollout, { policyId: rollout.policyId }));
    await em.insert(PolicyRollout, { ...rollout, sequence, actor: rollout.ownerId, at: new Date() });
    const { ownerId, policyId, version, share, portfolios, reason } = rollout;
    await this.tell(em, ownerId, policyId, {
      eventKey: `rollout:${sequence}`,
      kind: 'policy_rolled_out',
      payload: { sequence, version, share, portfolios, reason },
    });
  }

  private async tell(
    em: EntityManager,
    ownerId: OwnerId,
    policyId: string,
    event: { eventKey: string; kind: string; payload: Record<string, unknown> },
  ): Promise<void> {
    const stream = streamOf(policyId);
    await this.audit.append({ ...event, stream, subject: stream, ownerId, actor: ownerId }, em);
  }

  /** @throws DomainError `invalid` naming each field that is wrong */
  private async read(body: LimitsBody): Promise<PolicyLimits> {
    const catalogue = await this.assets.catalogue();
    const errors: FieldError[] = [];
    const limits = limitsFrom(body, (text, field) => {
      const resolved = catalogue.resolve(text);
      if (resolved.kind === 'known') return resolved.assetId;
      errors.push({ field, value: text, message: resolved.message });
      return text as never;
    });
    if (errors.length === 0) {
      errors.push(...contradictions(limits).map((error) => ({ ...error, field: `limits.${error.field}` })));
    }
    if (errors.length === 0) return limits;
    throw refusedFor(errors);
  }
}

/** A portfolio's fixed place among all of a policy, from 0 to below 1. */
const placeOf = (policyId: string, portfolioId: string): number =>
  parseInt(sha256(`${policyId}:${portfolioId}`).slice(0, 12), 16) / 2 ** 48;

async function insertPolicy(
  em: EntityManager,
  { id, ownerId, name, isDefault }: { id: string; ownerId: OwnerId; name: string; isDefault: boolean },
): Promise<boolean> {
  const made = await em.execute<unknown[]>(
    `insert into policy (id, owner_id, name, is_default, created_at) values (?, ?, ?, ?, clock_timestamp())
     on conflict (owner_id, name) do nothing returning id`,
    [id, ownerId, name, isDefault],
  );
  return made.length > 0;
}

async function viewOf(em: EntityManager, ownerId: OwnerId, id: string): Promise<PolicyView> {
  const policy = await em.findOne(Policy, { id, ownerId }, { disableIdentityMap: true });
  if (!policy) throw absent(id);
  const versions = await em.find(
    PolicyVersion,
    { policyId: id },
    { orderBy: { version: 'asc' }, disableIdentityMap: true },
  );
  return policyView(policy, versions, await rolloutsOf(em, id));
}

const rolloutsOf = (em: EntityManager, policyId: string): Promise<(PolicyRollout & Rollout)[]> =>
  em.find(PolicyRollout, { policyId }, { orderBy: { sequence: 'asc' }, disableIdentityMap: true }) as Promise<
    (PolicyRollout & Rollout)[]
  >;

async function versionOf(em: EntityManager, policyId: string, version: number): Promise<PolicyVersion> {
  const row = await em.findOne(PolicyVersion, { policyId, version }, { disableIdentityMap: true });
  if (row) return row;
  const message = 'is no version of this policy';
  throw new DomainError('not_found', `policy ${policyId} has no version ${version}`, {
    errors: [{ field: 'version', value: version, message }],
  });
}

const absent = (id: string) => new DomainError('not_found', `there is no policy ${id}`);
