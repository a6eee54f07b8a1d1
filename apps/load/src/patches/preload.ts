import { patchesFromEnvironment } from './seeded-bugs.ts'
import { patchSources } from './source-patch.ts'

// Loaded before a process of clients, so that a seeded bug is in the SDK from its first line on.
patchSources(patchesFromEnvironment())
