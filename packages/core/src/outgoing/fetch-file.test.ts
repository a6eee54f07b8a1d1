import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FetchRefusedError, fetchFile } from './fetch-file.ts'
import { ReachableAddresses } from './reachable-addresses.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deskbell-fetch-'))
})
afterAll(() => rm(folder, { recursive: true }))

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server on one of the addresses of this machine. Returns its port and what it was asked. */
async function serve(host: string, answer: RequestListener) {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return { port: (server.address() as AddressInfo).port, asked }
}

type Given = { named?: string[]; lookup?: LookupFunction; signal?: AbortSignal; bytesMax?: number }

let files = 0
async function fetchOf(url: string, { named = [], bytesMax = 1_000, signal, lookup }: Given = {}): Promise<string> {
  files += 1
  const path = join(folder, String(files))
  const reachable = new ReachableAddresses(named)
  await fetchFile(url, path, {
    ...{ reachable, bytesMax, redirectsMax: 3, lookup },
    signal: signal ?? AbortSignal.timeout(5_000),
  })
  return await readFile(path, 'utf8')
}

/** Why it was refused for good; or that it was not. */
async function refusalOf(url: string, given: Given = {}): Promise<string> {
  return await fetchOf(url, given).then(
    () => 'fetched',
    (error: unknown) => (error instanceof FetchRefusedError ? error.message : `failed: ${String(error)}`),
  )
}

/** Resolves every name to these addresses, one after the other, and then to the last one. */
function resolver(...answers: string[]): { lookup: LookupFunction; asked: string[] } {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, _options, callback) => {
    const address = answers[Math.min(asked.length, answers.length - 1)] ?? ''
    asked.push(hostname)
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }])
  }
  return { lookup, asked }
}

const inner = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0x0.0x0.0x1',
  '0177.0.0.1',
  '017700000001',
  '0x7f.1',
  '127.0.0.1.',
  '１２７.０.０.１',
  '127。0。0。1',
  '0',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.1.1',
  '169.254.169.254',
  '2852039166',
  '100.64.0.1',
  '192.0.0.192',
  '198.18.0.1',
  '192.88.99.1',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:a9fe:a9fe]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::a00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[fe80::1]',
  '[fec0::1]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[ff02::1]',
  '[100::1]',
  '[2001:db8::1]',
  '[4000::1]',
]

describe('a URL that somebody else has chosen', () => {
  test.each(inner)('[FILE-56] N81: https://%s/ is not asked', async (host) => {
    expect(await refusalOf(`https://${host}/avatar.png`)).toBe('an address that is not public')
  })

  const resolved = ['127.0.0.1', '10.0.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '::1', '::']
  const resolved6 = [
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fe80::1%eth0',
    'fd00::1',
    '',
  ]
  test.each([...resolved, ...resolved6])('[FILE-56] N81: a name that resolves to %s is not asked', async (address) => {
    const { lookup } = resolver(address)
    expect(await refusalOf('https://avatars.example/a.png', { lookup })).toBe('an address that is not public')
  })

  test('[FILE-56] names of this machine are not asked, however they are written', async () => {
    for (const host of ['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', '%6c%6fcalhost'])
      expect([host, await refusalOf(`https://${host}/`)]).not.toEqual([host, 'fetched'])
    expect(await refusalOf('https://localhost/')).toBe('an address that is not public')
  })

  test('[FILE-56] of the addresses of a name only those are used that may be', async () => {
    const asked: string[] = []
    const lookup: LookupFunction = (hostname, options, callback) => {
      asked.push(hostname)
      expect(options.all).toBe(true)
      callback(null, [
        { address: '10.0.0.1', family: 4 },
        { address: '::ffff:127.0.0.1', family: 6 },
        { address: '127.0.0.2', family: 4 },
      ])
    }
    const { port } = await serve('127.0.0.2', (_request, response) => response.end('picture'))
    expect(await fetchOf(`http://cdn.example:${port}/`, { lookup, named: ['127.0.0.2/32'] })).toBe('picture')
    expect(asked).toEqual(['cdn.example'])
  })

  test('[FILE-56] a name that resolves otherwise a moment later leads nowhere else', async () => {
    const victim = await serve('127.0.0.1', (_request, response) => response.end('secret'))
    const { asked, lookup } = resolver('127.0.0.2', '127.0.0.1')
    const url = `http://rebind.example:${victim.port}/`
    // Nobody listens there: the connection fails, and is not made to the second address.
    expect(await refusalOf(url, { lookup, named: ['127.0.0.2/32'] })).toMatch(/^failed: .*ECONNREFUSED/)
    expect(asked).toEqual(['rebind.example'])
    expect(await refusalOf(url, { lookup, named: ['127.0.0.2/32'] })).toBe('neither https nor a named network')
    expect(victim.asked).toEqual([])
  })

  test('[FILE-56] over https the name is resolved in the same way, and a server that does not speak it is not asked', async () => {
    const { lookup, asked } = resolver('127.0.0.2')
    const plain = await serve('127.0.0.2', (_request, response) => response.end('picture'))
    const url = `https://cdn.example:${plain.port}/`
    expect(await refusalOf(url, { lookup, named: ['127.0.0.2/32'] })).toMatch(/^failed: /)
    expect(await refusalOf(url, { lookup })).toBe('neither https nor a named network')
    expect([asked, plain.asked]).toEqual([['cdn.example', 'cdn.example'], []])
  })

  test('[FILE-56] other schemes, ports, users and forms are not asked', async () => {
    expect(await refusalOf('http://93.184.215.14/')).toBe('neither https nor a named network')
    expect(await refusalOf('https://93.184.215.14:8443/')).toBe('neither https nor a named network')
    expect(await refusalOf('https://93.184.215.14:22/')).toBe('neither https nor a named network')
    const schemes = ['file:///etc/passwd', 'gopher://127.0.0.1/', 'ftp://a.example/', 'data:image/png;base64,AA==']
    for (const url of [...schemes, 'javascript:1', 'blob:https://a.example/1'])
      expect([url, await refusalOf(url)]).toEqual([url, 'neither https nor http'])
    expect(await refusalOf('https://user:secret@a.example/')).toBe('a user or a password in the URL')
    expect(await refusalOf('https://a.example@127.0.0.1/')).toBe('a user or a password in the URL')
    for (const url of [
      '',
      '/avatar.png',
      'https://',
      'https://[::1',
      'https://1.2.3.4.5.6/',
      'https://a.example:99999/',
    ])
      expect([url, await refusalOf(url)]).toEqual([url, 'no URL'])
  })
})

describe('a redirect', () => {
  test('[FILE-56] to this machine is not followed', async () => {
    const victim = await serve('127.0.0.1', (_request, response) => response.end('secret'))
    const targets = [
      `http://127.0.0.1:${victim.port}/`,
      `http://localhost:${victim.port}/`,
      `//127.1:${victim.port}/`,
      `http://[::ffff:127.0.0.1]:${victim.port}/`,
      'https://169.254.169.254/latest/meta-data/',
      'file:///etc/passwd',
      `http://user@127.0.0.2:${victim.port}/`,
    ]
    for (const status of [301, 302, 303, 307, 308]) {
      for (const location of targets) {
        const { port } = await serve('127.0.0.2', (_request, response) => {
          response.writeHead(status, { location }).end()
        })
        const refusal = await refusalOf(`http://127.0.0.2:${port}/`, { named: ['127.0.0.2/32'] })
        expect([status, location, refusal]).toEqual([status, location, expect.not.stringMatching(/^(fetched|failed)/)])
      }
    }
    expect(victim.asked).toEqual([])
  })

  test('[FILE-56] is followed three times, each checked like the first', async () => {
    const hops = (limit: number) =>
      serve('127.0.0.2', ({ url = '' }, response) => {
        const hop = Number(url.slice(1))
        if (hop === limit) response.end('picture')
        else response.writeHead(302, { location: `/${hop + 1}` }).end()
      })
    const three = await hops(3)
    const named = ['127.0.0.2/32']
    expect(await fetchOf(`http://127.0.0.2:${three.port}/0`, { named })).toBe('picture')
    const four = await hops(4)
    expect(await refusalOf(`http://127.0.0.2:${four.port}/0`, { named })).toBe('too many redirects')
    expect(four.asked).toHaveLength(4)
  })
})

describe('what is sent and taken', () => {
  const named = ['127.0.0.0/8']

  test('[FILE-57] no cookie, no credential, no referrer, and nothing about the server', async () => {
    const { port, asked } = await serve('127.0.0.2', (_request, response) => response.end('picture'))
    await fetchOf(`http://127.0.0.2:${port}/a.png?size=9`, { named })
    const [request] = asked
    expect([request?.method, request?.url]).toEqual(['GET', '/a.png?size=9'])
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual(['accept', 'connection', 'host', 'user-agent'])
    expect(request?.headers).toMatchObject({ 'user-agent': 'Deskbell', accept: 'image/*' })
  })

  test('[FILE-57] too much is refused, whether its length is said or not', async () => {
    const said = await serve('127.0.0.2', (_request, response) => response.end(Buffer.alloc(1_001)))
    const unsaid = await serve('127.0.0.2', (_request, response) => {
      response.write(Buffer.alloc(900))
      response.write(Buffer.alloc(900))
    })
    for (const { port } of [said, unsaid]) {
      expect(await refusalOf(`http://127.0.0.2:${port}/`, { named })).toBe('too large')
    }
    expect(await fetchOf(`http://127.0.0.2:${said.port}/`, { named, bytesMax: 1_001 })).toHaveLength(1_001)
  })

  test('[FILE-57] what takes too long is ended, at its head and in its body', async () => {
    const silent = await serve('127.0.0.2', () => undefined)
    const slow = await serve('127.0.0.2', (_request, response) => response.write('a'))
    for (const { port } of [silent, slow]) {
      const signal = AbortSignal.timeout(300)
      expect(await refusalOf(`http://127.0.0.2:${port}/`, { named, signal })).toMatch(/^failed: /)
    }
    for (const server of servers) await expect.poll(() => connectionsOf(server)).toBe(0)
  })

  test('[FILE-57] a status that says no is final, one that says later is not', async () => {
    const seen: Record<number, string> = {}
    for (const status of [204, 206, 304, 400, 401, 403, 404, 410, 429, 500, 503]) {
      const { port } = await serve('127.0.0.2', (_request, response) => response.writeHead(status).end())
      seen[status] = await refusalOf(`http://127.0.0.2:${port}/`, { named })
    }
    const final = Object.entries(seen).filter(([, refusal]) => refusal.startsWith('the status'))
    expect(final.map(([status]) => Number(status))).toEqual([204, 206, 304, 400, 401, 403, 404, 410])
  })
})

test('[ACC-31] a named network is asked over http and on other ports, and its neighbours are not', () => {
  const reachable = new ReachableAddresses(['10.1.2.0/24', 'fd00:1::/64', '203.0.113.7/32'])
  const plain = { secure: false, port: 8_080 }
  const addresses = ['10.1.2.0', '10.1.2.255', 'fd00:1::9', '203.0.113.7']
  expect(addresses.filter((address) => !reachable.has(address, plain))).toEqual([])
  const others = ['10.1.1.255', '10.1.3.0', 'fd00:1:0:1::1', '203.0.113.8', '::ffff:10.1.2.1', '93.184.215.14', 'x', '']
  expect(others.filter((address) => reachable.has(address, plain))).toEqual([])
  const usual = { secure: true, port: 443 }
  expect(['93.184.215.14', '2606:4700::1111'].filter((address) => !reachable.has(address, usual))).toEqual([])
  expect(['93.184.215.14'].filter((address) => reachable.has(address, { secure: true, port: 444 }))).toEqual([])
  expect(() => new ReachableAddresses(['10.1.2.0'])).toThrow()
})

async function connectionsOf(server: Server): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
  })
}
