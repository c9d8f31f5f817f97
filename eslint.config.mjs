import jest from 'eslint-plugin-jest';
import temporal from 'eslint-plugin-temporal';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const nodeImports = {
  patterns: [
    { group: ['node:*'], message: 'workflow and domain code is pure: no Node modules' },
    { group: ['@nestjs/*', '@mikro-orm/*', 'zod', 'pg', 'kysely'], message: 'no framework in pure code' },
  ],
};

export default defineConfig(
  {
    ignores: [
      'dist/',
      '.dist-next*/',
      '.cache/',
      'node_modules/',
      'coverage/',
      'docs/generated/',
      'src/platform/database/migrations/Migration*',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['.dependency-cruiser.cjs', '*.mjs'] } },
    },
    rules: {
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // indices within loops over arrays of known length; the compiler already demands the mark
      '@typescript-eslint/no-non-null-assertion': 'off',
      // takes options objects and promises for instances of the classes they are typed with
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': ['error', { allow: [{ from: 'lib', name: 'string' }] }],
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/require-await': 'off',
      // the wire's enums come without a type that could be imported outside tests
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowStaticOnly: false }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
          message: 'only the programs of src/*main.ts and tools/ end the process',
        },
      ],
    },
  },
  {
    files: ['src/*main.ts', 'tools/**', 'bench/**', 'test/tools/fixtures/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['src/*/domain/**/*.ts', 'src/shared/**/*.ts', 'workflows/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', nodeImports] },
  },
  {
    files: ['workflows/**/*.ts'],
    plugins: { temporal },
    rules: {
      ...temporal.configs.recommended?.rules,
      // setHandler returns nothing to wait for
      'temporal/workflow-no-floating-promises': 'off',
      // payload types stand in the contracts, timeouts and retries in activity-options.ts
      'temporal/workflow-require-explicit-payload-types': 'off',
      'temporal/workflow-require-activity-retry-policy': 'off',
      'temporal/workflow-require-activity-timeouts': 'off',
      'temporal/workflow-condition-timeout-style': 'off',
    },
  },
  // parts of workflows, which are none themselves
  {
    files: ['workflows/**/*.ts'],
    ignores: ['workflows/**/*.workflow.ts'],
    rules: {
      'temporal/workflow-prefer-single-object-args': 'off',
      'temporal/workflow-no-nonserializable-types-in-payloads': 'off',
    },
  },
  {
    files: ['test/**/*.spec.ts'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      'jest/no-disabled-tests': 'error',
      'jest/no-focused-tests': 'error',
      'jest/expect-expect': 'off',
    },
  },
  {
    // JSON of our own files and of test servers, where a parser would only say what the next line says
    files: ['test/**', '**/*.mjs'],
    rules: {
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  { files: ['**/*.cjs'], ...tseslint.configs.disableTypeChecked },
);
