#!/usr/bin/env node
// The one door to every task. Plain JavaScript that any Node from 18.12 runs: it brings the Node that the
// product needs, installs, builds what is stale, and runs the task.
import { main } from './bootstrap/main.mjs'

await main(process.argv.slice(2))
