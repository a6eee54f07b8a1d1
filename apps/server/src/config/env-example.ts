import { z } from 'zod'
import { settingsSchema } from './settings.ts'

const metaSchema = z.object({ description: z.string(), example: z.string() })

/** Returns the text of `.env.example`: every setting with its description and example, as comments. */
export function envExample(): string {
  const blocks = Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const { description, example } = metaSchema.parse(schema.meta())
    return `# ${description}\n# ${name}=${example}\n`
  })
  return `# Settings of Deskbell. Copy this file to .env and uncomment what you change.\n\n${blocks.join('\n')}`
}
