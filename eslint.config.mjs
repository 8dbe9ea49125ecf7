// @ts-check
import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const typescript = ['**/*.ts'];
const plainNode = ['**/*.js', '**/*.mjs'];
const mains = ['api/main.ts', 'worker/main.ts', 'admin/main.ts', 'emulator/main.ts'];

/** What code that is replayed, or that must stay pure, may not import. Types carry no code and may come from anywhere. */
const outsideTheSandbox = [
  { regex: '^node:', message: 'Pure code: no Node built-ins.' },
  {
    regex:
      '^(?:assert|buffer|child_process|crypto|events|fs|http|https|net|os|path|process|stream|timers|url|util|worker_threads|zlib)(?:/|$)',
    message: 'Pure code: no Node built-ins.',
  },
  {
    regex: '^@temporalio/(?:client|worker|activity|testing|envconfig|nyc-test-coverage)(?:/|$)',
    message: 'Only @temporalio/workflow, and types of @temporalio/common.',
  },
  { regex: '^(?:knex|pg|express|pino|ulid)(?:/|$)', message: 'Pure code: no I/O.' },
];

/** @param {{ regex: string, message: string }[]} patterns */
const noImports = (patterns) => ({
  '@typescript-eslint/no-restricted-imports': /** @type {const} */ ([
    'error',
    { patterns: patterns.map((pattern) => ({ ...pattern, allowTypeImports: false })) },
  ]),
});

const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read by the mains alone; take what you need as a value.',
};
const noFocus = {
  selector: 'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|failing)$/]',
  message: 'No focused or skipped tests.',
};
const noAliasFocus = {
  selector: 'CallExpression[callee.name=/^(fdescribe|fit|xdescribe|xit|xtest)$/]',
  message: 'No focused or skipped tests.',
};

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', '.data/', '.cache/', 'coverage/', 'test/replay/histories/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: typescript,
    extends: [eslint.configs.recommended, tseslint.configs.strictTypeChecked],
    // One program for all folders: the project service makes one for each, which takes half as long again.
    languageOptions: { parserOptions: { project: './tsconfig.eslint.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Numbers read well in texts; objects and nulls do not, and stay refused.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `(request) => void work()` and `=> resolve()` are clear enough.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // An interface method may be async without having anything to await yet.
      '@typescript-eslint/require-await': 'off',
      // A type parameter that names what a row or answer is: `rows<CaseRow>(…)`.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // `Update<void>` is how the engine's types name a message without an answer.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Protobuf enums are numbers on the wire, and classes of libraries are met by shape: both are judged by tsc.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A `default` may stand for the rest; a union without one must be dealt with whole.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // It believes that nothing changes across an await, and that a union of one member stays one.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', noEnvironment],
    },
  },
  // SQL text is long and has no branches.
  { files: ['migrations/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  { files: mains, rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['domain/**/*.ts'],
    rules: noImports([...outsideTheSandbox, { regex: '^@temporalio/', message: 'The domain knows no engine.' }]),
  },
  {
    files: ['domain/**/*.ts'],
    ignores: ['domain/*/{schemas,*-schemas}.ts'],
    rules: noImports([
      ...outsideTheSandbox,
      { regex: '^@temporalio/', message: 'The domain knows no engine.' },
      { regex: '^zod(?:/|$)', message: 'zod belongs in schemas.ts and *-schemas.ts.' },
    ]),
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      ...noImports([
        ...outsideTheSandbox,
        { regex: '^zod(?:/|$)', message: 'A tightened schema would break replay.' },
        { regex: '[/-]schemas$', message: 'Schemas are zod: a tightened one would break replay.' },
      ]),
      'no-restricted-syntax': [
        'error',
        noEnvironment,
        {
          selector: "ThrowStatement > NewExpression[callee.name='Error']",
          message: 'A plain Error stalls the run: throw asFailure(new DomainError(…)).',
        },
        {
          selector: "ImportDeclaration[importKind!='type'][source.value='@temporalio/common']",
          message: 'Take types only from @temporalio/common; values come from @temporalio/workflow.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', noFocus, noAliasFocus],
      // A describe block is one function; its length is the file's.
      'max-lines-per-function': 'off',
      // Answers of the HTTP client and rows are read by member, and asserted on.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: plainNode,
    extends: [eslint.configs.recommended],
    languageOptions: {
      sourceType: 'commonjs',
      globals: Object.fromEntries(
        [
          'AbortController AbortSignal Buffer URL URLSearchParams __dirname __filename clearInterval clearTimeout console',
          'fetch module performance process require setImmediate setInterval setTimeout structuredClone',
        ]
          .join(' ')
          .split(' ')
          .map((name) => [name, 'readonly']),
      ),
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  // A client of the benchmark is one closure over its connection.
  {
    files: ['bench/**/*.js'],
    rules: { 'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }] },
  },
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module' } },
);
