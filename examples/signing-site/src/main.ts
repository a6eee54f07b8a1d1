import { startSite } from './site.ts'

const { DESKBELL_URL: deskbellUrl = 'http://localhost:8080', DESKBELL_KID: kid, DESKBELL_SECRET: secret } = process.env
if (kid === undefined || secret === undefined) {
  console.error('Set DESKBELL_KID and DESKBELL_SECRET: Deskbell shows them once, under Settings → Identity keys.')
  process.exit(1)
}

const port = Number(process.env['PORT'] ?? 5174)
const site = await startSite({ deskbellUrl, kid, secret, port })
console.log(`The site is at ${site.url}. Ctrl-C ends it.`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void site.close())
