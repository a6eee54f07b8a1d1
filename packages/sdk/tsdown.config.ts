import { defineConfig, type UserConfig } from 'tsdown'

const common: UserConfig = {
  entry: ['src/index.ts', 'src/identity.ts', 'src/react.ts'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  // The hooks take their types from the other entry, under its name.
  deps: { neverBundle: ['@deskbell/sdk'] },
}

/** What is published: ESM with its declarations, in which everything of the unpublished packages is inlined. */
export default defineConfig([
  // A module each, so that a program which uses little of it bundles little of it.
  { ...common, unbundle: true, dts: false, sourcemap: true },
  // One file for each entry, so that it can be read.
  {
    ...common,
    clean: false,
    dts: { emitDtsOnly: true },
    publint: true,
    attw: { profile: 'esm-only', level: 'error' },
  },
])
