import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { testNginxConfig } from '../../src/proxies/start-nginx.ts'
import { tools } from '../../src/tools.ts'

const root = join(import.meta.dirname, '../../../..')
const binaries = join(import.meta.dirname, '../../node_modules/.bin')
const run = promisify(execFile)

const serviceSchema = z.object({
  ports: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  image: z.string(),
  user: z.string().optional(),
  cap_drop: z.array(z.string()),
  cap_add: z.never().optional(),
  privileged: z.never().optional(),
  security_opt: z.array(z.string()),
  read_only: z.boolean(),
  tmpfs: z.array(z.string()),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  mem_limit: z.string(),
  pids_limit: z.number(),
})
const networkSchema = z
  .object({ internal: z.boolean().optional(), driver_opts: z.record(z.string(), z.string()).optional() })
  .nullable()
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(z.string(), networkSchema),
})

async function compose() {
  const text = await readFile(join(root, 'docker-compose.yml'), 'utf8')
  return composeSchema.parse(parse(text, { merge: true }))
}

async function services() {
  return (await compose()).services
}

test('[OPS-1] compose publishes 80, 8080 and 9000 on PUBLISH_ADDRESS, by default on loopback, and 5433 always on loopback', async () => {
  const ports = Object.entries(await services()).map(([name, service]) => [name, service.ports])
  expect(Object.fromEntries(ports)).toEqual({
    nginx: ['80:80', '8080:8080', '9000:9000'].map((ports) => `\${PUBLISH_ADDRESS:-127.0.0.1}:${ports}`),
    postgres: ['127.0.0.1:5433:5432'],
    live: [],
    api: [],
  })
})

test('[OPS-1] [OPS-4] compose runs the API and the sockets as two services of one image, connected by the bus and one database', async () => {
  const { api, live } = await services()
  expect(api?.image).toBe(live?.image)
  expect(api?.environment).toMatchObject({ ROLE: 'api', PORT: '9000', BUS: 'postgres' })
  expect(live?.environment).toMatchObject({ ROLE: 'live', PORT: '8080', BUS: 'postgres' })
  expect(api?.environment['DATABASE_URL']).toBe(live?.environment['DATABASE_URL'])
})

test('[OPS-8] no service of the compose file has a capability, gains a privilege, runs as root or writes beside its volume and memory', async () => {
  const all = await services()
  for (const service of Object.values(all)) {
    expect(service).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      read_only: true,
    })
    for (const folder of service.tmpfs) expect(folder).toMatch(/^\/[a-z/]+:size=\d+m,mode=1777$/)
  }
  const users = Object.entries(all).map(([name, { user }]) => [name, user ?? 'of the image'])
  // The Dockerfile names its own.
  expect(Object.fromEntries(users)).toEqual({
    postgres: 'postgres',
    nginx: 'nginx',
    api: 'of the image',
    live: 'of the image',
  })
  const writable = Object.values(all).flatMap(({ volumes }) => volumes.filter((volume) => !volume.endsWith(':ro')))
  expect(writable.toSorted()).toEqual([
    ...['data:/data', 'data:/data', 'database:/var/lib/postgresql'],
    ...['secrets:/secrets', 'secrets:/secrets'],
  ])
})

test('[OPS-8] every service of the compose file has limits of memory and processes', async () => {
  for (const { mem_limit, pids_limit } of Object.values(await services())) {
    expect(mem_limit).toMatch(/^\d+[mg]$/)
    expect(pids_limit).toBeGreaterThan(0)
    expect(pids_limit).toBeLessThanOrEqual(256)
  }
})

test('[OPS-9] nginx cannot reach PostgreSQL, and PostgreSQL cannot reach the world', async () => {
  const { services, networks } = await compose()
  const members = Object.entries(services).map(([name, service]) => [name, service.networks])
  expect(Object.fromEntries(members)).toEqual({
    nginx: ['front'],
    api: ['front', 'database'],
    live: ['front', 'database'],
    postgres: ['database', 'loopback'],
  })
  expect(networks).toEqual({
    front: null,
    database: { internal: true },
    loopback: { driver_opts: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } },
  })
})

test('[OPS-10] every image has a version, and pnpm in the Dockerfile has the sha512 of the start script', async () => {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8')
  const bases = [...dockerfile.matchAll(/^FROM ([\w.-]+:\S+)/gm)].map(([, image]) => image)
  const images = Object.values(await services()).map(({ image }) => image)
  expect([...new Set([...bases, ...images])].sort()).toEqual([
    'deskbell',
    'nginx:1.30-trixie',
    'node:24-bookworm-slim',
    'postgres:18-bookworm',
  ])
  const [, hash, version] = /\b([0-9a-f]{128}) {2}pnpm-([\d.]+)\.tgz/.exec(dockerfile) ?? []
  const pins = await readFile(join(root, 'scripts/bootstrap/install/pins.mjs'), 'utf8')
  const pinned = `'pnpm@${version}': 'sha512-${Buffer.from(hash ?? '', 'hex').toString('base64')}'`
  expect(pins.replaceAll(/\s+/g, ' ')).toContain(pinned)
})

test('[OPS-3] the compose file passes its linter', async () => {
  const args = ['--config', join(root, '.dclintrc.json'), '--max-warnings', '0', join(root, 'docker-compose.yml')]
  await expect(run(join(binaries, 'dclint'), args)).resolves.toBeDefined()
})

test('[OPS-3] the Dockerfile passes its linter', async () => {
  await expect(run(join(binaries, 'dockerfile-utils'), ['lint', join(root, 'Dockerfile')])).resolves.toBeDefined()
})

test('[OPS-3] the image runs as a user who is not root', async () => {
  const text = await readFile(join(root, 'Dockerfile'), 'utf8')
  expect(text.match(/^USER .*$/gm)).toEqual(['USER node'])
})

test('[OPS-3] nginx -t accepts nginx.conf without a warning', onlyWhere(tools.nginx, 'there is no nginx'), async () => {
  const { code, output } = await testNginxConfig()
  expect(output).not.toContain('[warn]')
  expect(code).toBe(0)
})
