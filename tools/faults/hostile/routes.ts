/** What is read of an OpenAPI document: enough to try every route of it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly example?: unknown;
  readonly anyOf?: readonly Schema[];
}

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly takesJson: boolean;
  readonly takesFile: 'text/csv' | 'multipart/form-data' | undefined;
  /** Members of its body, and a body that it may like. */
  readonly members: readonly string[];
  readonly example: Readonly<Record<string, unknown>>;
}

/** Every route of a service, as it says itself. */
export function routesOf({ paths, components }: ApiDocument): Route[] {
  const resolve = (schema: Schema | undefined): Schema => {
    if (schema?.$ref !== undefined) return resolve(components?.schemas?.[schema.$ref.split('/').at(-1) ?? '']);
    return schema?.properties ? schema : schema?.anyOf ? resolve(schema.anyOf[0]) : (schema ?? {});
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody }]): Route => {
      const content = requestBody?.content ?? {};
      const schema = resolve(content['application/json']?.schema);
      const example = typeof schema.example === 'object' && schema.example !== null ? { ...schema.example } : {};
      return {
        method: method.toUpperCase(),
        path,
        query: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
        takesJson: 'application/json' in content,
        takesFile: (['text/csv', 'multipart/form-data'] as const).find((type) => type in content),
        members: Object.keys(schema.properties ?? {}),
        example,
      };
    }),
  );
}

export const writes = ({ method }: Route): boolean => ['POST', 'PUT', 'PATCH'].includes(method);
