import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DomainError, type FieldError } from '../../shared/errors.js';

/** Field name of an error that is about the whole of a request part. */
const whole = '(whole)';

const shown = (value: unknown) => {
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
};

const pathOf = ({ path = [] }: StandardSchemaV1.Issue) =>
  path.map((segment) => (typeof segment === 'object' ? segment.key : segment));

/** Zod names members that are not known in one issue, which is about what holds them; each becomes one of its own. */
function eachMember(issue: StandardSchemaV1.Issue): StandardSchemaV1.Issue[] {
  if (!('code' in issue && issue.code === 'unrecognized_keys' && 'keys' in issue)) return [issue];
  const message = 'is not known here';
  return (issue.keys as readonly string[]).map((key) => ({ message, path: [...pathOf(issue), key] }));
}

function fieldError(issue: StandardSchemaV1.Issue, input: unknown): FieldError {
  const path = pathOf(issue);
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    input,
  );
  const error: FieldError = { field: path.map(String).join('.') || whole, message: issue.message };
  return value === undefined ? error : { ...error, value: shown(value) };
}

const refusal = (errors: FieldError[]) =>
  new DomainError('invalid', errors.map((error) => `${error.field}: ${error.message}`).join('; '), { errors });

const isOptional = async (schema: StandardSchemaV1): Promise<boolean> =>
  (await schema['~standard'].validate(undefined)).issues === undefined;

/** Validates a request part against its schema; a refusal names each field and the value that it had. */
export class RequestValidationPipe extends StandardSchemaValidationPipe {
  /** A refused path or query parameter is named by the parameter: its schema does not know what it is called. */
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (metadata.type === 'body' && metadata.schema && value === undefined && !(await isOptional(metadata.schema))) {
      throw new DomainError('bad_request', 'there is no JSON body: send one, with Content-Type application/json');
    }
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (!(error instanceof DomainError) || metadata.data === undefined) throw error;
      throw refusal(
        (error.details.errors ?? []).map((one) =>
          one.field === whole ? { ...one, field: metadata.data ?? whole } : one,
        ),
      );
    }
  }

  protected override async validate<T = unknown>(
    value: unknown,
    schema: StandardSchemaV1,
    options?: Record<string, unknown>,
  ): Promise<StandardSchemaV1.Result<T>> {
    // a body that is absent is an empty object to a schema, which then names what is missing
    const result = await super.validate<T>(value ?? {}, schema, options);
    if (result.issues) {
      const errors = result.issues
        .flatMap(eachMember)
        .slice(0, 50)
        .map((issue) => fieldError(issue, value));
      throw refusal(errors);
    }
    return result;
  }
}
