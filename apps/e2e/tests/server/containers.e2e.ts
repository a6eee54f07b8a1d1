import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { testNginxConfig } from '../../src/start-nginx.ts'
import { tools } from '../../src/tools.ts'

const root = join(import.meta.dirname, '../../../..')
const binaries = join(import.meta.dirname, '../../node_modules/.bin')
const run = promisify(execFile)

const serviceSchema = z.object({
  ports: z.array(z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  image: z.string(),
})
const composeSchema = z.object({ services: z.record(z.string(), serviceSchema) })

async function services() {
  const text = await readFile(join(root, 'docker-compose.yml'), 'utf8')
  return composeSchema.parse(parse(text, { merge: true })).services
}

test('[OPS-1] compose publishes 80, 8080 and 9000 on PUBLISH_ADDRESS, by default on loopback, and 5433 always on loopback', async () => {
  const ports = Object.entries(await services()).map(([name, service]) => [name, ...service.ports])
  expect(Object.fromEntries(ports)).toEqual({
    nginx: '${PUBLISH_ADDRESS:-127.0.0.1}:80:80',
    postgres: '127.0.0.1:5433:5432',
    live: '${PUBLISH_ADDRESS:-127.0.0.1}:8080:8080',
    api: '${PUBLISH_ADDRESS:-127.0.0.1}:9000:9000',
  })
})

test('[OPS-1] [OPS-4] compose runs the API and the sockets as two services of one image, connected by the bus and one database', async () => {
  const { api, live } = await services()
  expect(api?.image).toBe(live?.image)
  expect(api?.environment).toMatchObject({ ROLE: 'api', PORT: '9000', BUS: 'postgres' })
  expect(live?.environment).toMatchObject({ ROLE: 'live', PORT: '8080', BUS: 'postgres' })
  expect(api?.environment['DATABASE_URL']).toBe(live?.environment['DATABASE_URL'])
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

test.skipIf(!tools.nginx)('[OPS-3] nginx -t accepts nginx.conf without a warning', async () => {
  const { code, output } = await testNginxConfig()
  expect(output).not.toContain('[warn]')
  expect(code).toBe(0)
})
