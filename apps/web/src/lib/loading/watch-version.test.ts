import { afterEach, expect, test, vi } from 'vitest'
import { watchVersion } from './watch-version.ts'

afterEach(() => vi.unstubAllGlobals())

test('[WEB-63] a version that is asked for while an older answer is on its way is asked for again', async () => {
  const answers: PromiseWithResolvers<Response>[] = []
  const page = new EventTarget()
  vi.stubGlobal('window', page)
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('document', Object.assign(new EventTarget(), { querySelector: () => ({ content: 'old' }) }))
  vi.stubGlobal('fetch', () => {
    const answer = Promise.withResolvers<Response>()
    answers.push(answer)
    return answer.promise
  })
  const offered = vi.fn()
  watchVersion(offered)
  const online = () => page.dispatchEvent(new Event('online'))

  online()
  online()
  online()
  expect(answers).toHaveLength(1)
  answers[0]?.resolve(Response.json({ version: 'old' }))
  await vi.waitUntil(() => answers.length === 2)
  expect(offered).not.toHaveBeenCalled()
  answers[1]?.resolve(Response.json({ version: 'new' }))
  await vi.waitUntil(() => offered.mock.calls.length === 1)
  expect(answers).toHaveLength(2)
})
