import { createConfig, lintFromString } from '@redocly/openapi-core'
import { type RulesetDefinition, Spectral } from '@stoplight/spectral-core'
import { oas } from '@stoplight/spectral-rulesets'
import { expect, test } from 'vitest'
import { appRouter } from '../../router.ts'
import { openApiText } from './openapi-text.ts'

const text = openApiText(appRouter)

test('[REST-8] the recommended rules of Redocly find no fault in the document', async () => {
  const config = await createConfig({ extends: ['recommended'] })
  const found = await lintFromString({ source: text, config })
  expect(found.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([])
})

test('[REST-8] the recommended rules of Spectral find no fault in the document', async () => {
  const spectral = new Spectral()
  spectral.setRuleset({
    extends: [[oas as RulesetDefinition, 'recommended']],
    rules: { 'oas3-parameter-description': 'error' },
  })
  const found = await spectral.run(text)
  expect(found.map(({ code, message, path }) => [code, message, path.join('/')])).toEqual([])
})
