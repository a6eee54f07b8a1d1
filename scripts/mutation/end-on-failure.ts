import { createRequire } from 'node:module'
import { resolve } from 'node:path'

// To know that a test fails is enough here; the smallest example of it would take many more runs.
createRequire(resolve('packages/testkit/package.json'))('fast-check').configureGlobal({ endOnFailure: true })
