import { errorCode } from '@deskbell/sdk'
import { type EchoBot, startEchoBot } from './echo-bot.ts'

const [url = 'http://localhost:8080'] = process.argv.slice(2)

const bot = await startBot()
console.log(`The echo bot answers at ${url}. Ctrl-C ends it.`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void bot.stop())

async function startBot(): Promise<EchoBot> {
  const who = { email: 'echo-bot@example.com', name: 'Echo bot' }
  try {
    return await startEchoBot({ url, ...who, log: (line) => console.log(line) })
  } catch (error) {
    console.error(`The echo bot cannot sign in at ${url}: ${errorCode(error) ?? String(error)}`)
    process.exit(1)
  }
}
