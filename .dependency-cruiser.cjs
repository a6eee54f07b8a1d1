/** The layers of the packages: imports go down only, and there are no circles. */

const below = {
  contract: [],
  timing: [],
  db: ['contract', 'timing'],
  bus: ['contract', 'timing'],
  files: ['contract', 'timing'],
  core: ['contract', 'timing', 'db', 'bus', 'files'],
  api: ['contract', 'core'],
  sdk: ['contract', 'api'],
  testkit: ['contract', 'timing', 'db', 'bus', 'files', 'core', 'api', 'sdk'],
}

/** Tests, and the one suite that every adapter of a port runs, may use the testkit and vitest. */
const testCode = [
  '\\.test\\.tsx?$',
  '\\.long\\.ts$',
  '-contract\\.ts$',
  '^packages/sdk/src/testing/',
  '^apps/server/src/testing/',
  '^packages/testkit/',
  '^apps/e2e/',
  '\\.config\\.ts$',
]

const layers = Object.entries(below).map(([name, allowed]) => ({
  name: `layer-${name}`,
  comment: `${name} may import ${allowed.join(', ') || 'no other package'}`,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: testCode.filter((path) => !path.includes(name)) },
  to: { path: '^(packages|apps|examples)/', pathNot: [name, ...allowed].map((target) => `^packages/${target}/`) },
}))

/** The layers of the SDK: each may import what stands before it. */
const sdkLayers = [
  'base/',
  'transport/',
  'socket/',
  'tabs/',
  'connection/',
  'files/',
  'server-api.ts',
  'outbox/',
  'inbox/',
  'timeline/',
]

const sdkLayerRules = sdkLayers.map((layer, place) => ({
  name: `sdk-layer-${layer.replace(/\W.*/, '')}`,
  comment: `may import ${sdkLayers.slice(0, place).join(', ') || 'no other layer'}`,
  severity: 'error',
  from: { path: `^packages/sdk/src/${layer}`, pathNot: testCode },
  to: {
    path: '^packages/sdk/src/',
    pathNot: sdkLayers.slice(0, place + 1).map((below) => `^packages/sdk/src/${below}`),
  },
}))

/** The layers of `core`. A file imports its own folder and the layers before; folders of one layer stay apart. */
const coreLayers = [
  ['app-error\\.ts', 'clock\\.ts', 'logger\\.ts', 'timer-wheel\\.ts'],
  ['domain/', 'fair-queue\\.ts', 'mail-queue\\.ts', 'oidc/', 'outgoing/', 'passwords/', 'secrets/'],
  ['log/'],
  ['streams/', 'writer/'],
  ['subscriptions/'],
  ['inbox/', 'presence/', 'stored-files/'],
  ['context\\.ts'],
  ['auth/', 'users/', 'chats/', 'files/'],
  ['messages/'],
  ['operators/'],
  ['create-core\\.ts'],
]

const coreLayerRules = coreLayers.flatMap((layer, place) =>
  layer.map((part) => ({
    name: `core-layer-${part.replace(/\W.*/, '')}`,
    comment: `may import ${coreLayers.slice(0, place).flat().join(', ') || 'no other layer'}`,
    severity: 'error',
    from: { path: `^packages/core/src/${part}`, pathNot: [...testCode, '-fixture\\.ts$'] },
    to: {
      path: '^packages/core/src/',
      pathNot: [part, ...coreLayers.slice(0, place).flat()].map((below) => `^packages/core/src/${below}`),
    },
  })),
)

/** The entries of the published package. */
const publishedSdk = '^packages/sdk/src/(index|react)\\.ts$'

/** Only these packages may use this library. */
const only = (library, packages) => ({
  name: `only-${packages.join('-and-')}-uses-${library}`.replaceAll(/[^a-z-]/g, '-'),
  severity: 'error',
  from: { path: '^(packages|apps|examples)/', pathNot: [...testCode, ...packages.map((name) => `^${name}(/|$)`)] },
  to: { path: `(^|/)node_modules/${library}/` },
})

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Files that import each other, types included, cannot be read one after the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['^virtual:', '\\.css$', '\\.po$'] },
    },
    ...layers,
    ...sdkLayerRules,
    ...coreLayerRules,
    {
      name: 'layer-sdk-types-only',
      comment: 'The SDK knows the router as a type; nothing of the server is in what programs install.',
      severity: 'error',
      from: { path: '^packages/sdk/', pathNot: testCode },
      to: { path: '^packages/api/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'layer-server',
      severity: 'error',
      from: { path: '^apps/server/', pathNot: testCode },
      to: { path: ['^apps/(web|e2e)/', '^packages/(sdk|testkit)/', '^examples/'] },
    },
    {
      name: 'layer-load',
      comment: 'Load runs start the server as a process, and import nothing of it.',
      severity: 'error',
      from: { path: '^apps/load/' },
      to: { path: ['^apps/(server|web|e2e)/', '^packages/(core|api)/', '^examples/'] },
    },
    {
      name: 'nothing-on-load',
      severity: 'error',
      from: { path: '^(packages|examples|apps/(server|web|e2e))/' },
      to: { path: '^apps/load/' },
    },
    {
      name: 'layer-web',
      comment: 'The pages are made of the SDK as it is published, so a stranger can make what they are.',
      severity: 'error',
      from: { path: '^apps/web/', pathNot: testCode },
      to: { path: ['^apps/(server|e2e|load)/', '^packages/', '^examples/'], pathNot: publishedSdk },
    },
    {
      name: 'layer-examples',
      comment: 'Examples are what a stranger could write.',
      severity: 'error',
      from: { path: '^examples/', pathNot: testCode },
      to: { path: '^(packages|apps)/', pathNot: [publishedSdk, '^packages/sdk/src/identity\\.ts$'] },
    },
    {
      name: 'features-apart',
      comment: 'Features of the pages do not import each other; routes join them.',
      severity: 'error',
      from: { path: '^apps/web/src/features/([^/]+)/' },
      to: { path: '^apps/web/src/features/', pathNot: '^apps/web/src/features/$1/' },
    },
    only('drizzle-orm', ['packages/db']),
    only('pg', ['packages/db', 'packages/bus', 'apps/load/src/bench/peers']),
    only('fastify', ['packages/api']),
    only('ws', ['packages/api', 'packages/sdk', 'apps/load']),
    only('react', ['apps/web', 'packages/sdk/src/react.ts', 'packages/sdk/src/use-store.ts', 'examples/react-client']),
    only('pino', ['apps/server']),
    only('openid-client', ['packages/core/src/oidc']),
    only('aws4fetch', ['packages/files/src/storage']),
    only('sharp', ['packages/files/src/inspection/decode-image.ts', 'packages/files/src/testing']),
  ],
  options: {
    parser: 'tsc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules/\\.|dist|types|\\.tools)(/|$)' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
    },
  },
}
