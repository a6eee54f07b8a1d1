import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The oldest browsers in which the pages and the SDK work. README and docs list the same versions. */
export const supportedBrowsers = { chrome: 117, edge: 117, firefox: 125, safari: 17 } as const

/** An API that one of the supported browsers does not have: a global (`member` is null), or a member of a global. */
export type NewerApi = { readonly owner: string; readonly member: string | null; readonly isStatic: boolean }

type Support = {
  version_added?: string | boolean | null
  version_removed?: string
  flags?: unknown
  prefix?: string
  alternative_name?: string
}
type Feature = { __compat?: { support: Record<string, Support | Support[]> } }
/** By global, then by member. The entry of the global itself is `__compat`. */
type Features = Record<string, Record<string, unknown>>
type CompatData = { api: Features; javascript: { builtins: Features } }

const floors: Readonly<Record<string, number>> = {
  ...supportedBrowsers,
  chrome_android: supportedBrowsers.chrome,
  firefox_android: supportedBrowsers.firefox,
  safari_ios: supportedBrowsers.safari,
}

/** Returns every API that one of the supported browsers lacks, by the compatibility data of MDN. */
export function newerApis(): readonly NewerApi[] {
  return listApis((feature) => !isSupported(feature))
}

/**
 * Returns the newer APIs that built code uses. A member is not found if an older API has a member of the same name,
 * because the code does not show which of them it is.
 */
export function usesOfNewerApis(code: string): string[] {
  const apis = newerApis()
  const older = new Set(listApis(isSupported).map(({ owner, member }) => member ?? owner))
  const globals = new Set(apis.flatMap(({ owner, member }) => (member === null ? owner : [])))
  const uses = apis.filter(({ owner, member, isStatic }) => {
    if (member === null) return new RegExp(String.raw`(?<![\w$.'"-])(?<!typeof )(?:new )?${owner}[.(]`).test(code)
    if (isStatic || isNamespace(owner)) {
      return new RegExp(String.raw`(?<![\w$])(?<!typeof )${owner}\.${member}\(`).test(code)
    }
    // Code with an instance of a newer global contains the name of that global, which is found above.
    // Names of one or two letters may come from the minifier.
    return member.length > 2 && !older.has(member) && !globals.has(owner) && code.includes(`.${member}(`)
  })
  const modifiers = /\(\?(?:[ims]+-?[ims]*|-[ims]+):/.test(code) ? ['RegExp modifiers'] : []
  return [...uses.map(({ owner, member }) => (member === null ? owner : `${owner}.${member}`)), ...modifiers]
}

/** Built-ins whose members may be static. The data does not distinguish these from members of instances. */
function isNamespace(owner: string): boolean {
  return /^(?:Promise|Object|Math|JSON|Atomics|Error|Array|Map|RegExp|Iterator|Uint8Array)$/.test(owner)
}

function listApis(isMeant: (feature: Feature) => boolean): NewerApi[] {
  const { api, javascript } = readData()
  return [...Object.entries(api), ...Object.entries(javascript.builtins)].flatMap(([owner, feature]) =>
    Object.entries(feature).flatMap(([name, member]): NewerApi[] => {
      if (name === '__compat') return isMeant(feature) ? [{ owner, member: null, isStatic: false }] : []
      if (!isFeature(member) || !isMeant(member) || !isMember(owner, name)) return []
      return [{ owner, member: name.replace(/_static$/, ''), isStatic: name.endsWith('_static') }]
    }),
  )
}

function isFeature(value: unknown): value is Feature {
  return typeof value === 'object' && value !== null && '__compat' in value
}

/** Excludes entries of the data for events, constructors and aspects of behaviour. */
function isMember(owner: string, name: string): boolean {
  return name !== owner && /^[a-z][A-Za-z0-9]*(?:_static)?$/.test(name)
}

function isSupported({ __compat }: Feature): boolean {
  return Object.entries(floors).every(([browser, floor]) => {
    const support = __compat?.support[browser]
    if (support === undefined) return true
    return [support].flat().some((each) => isThere(each, floor))
  })
}

function isThere(support: Support, floor: number): boolean {
  const { version_added: added, version_removed, flags, prefix, alternative_name } = support
  if (typeof added !== 'string' || version_removed !== undefined) return false
  if (flags !== undefined || prefix !== undefined || alternative_name !== undefined) return false
  return Number.parseFloat(added.replace('≤', '')) <= floor
}

let data: CompatData | undefined

function readData(): CompatData {
  data ??= JSON.parse(readFileSync(fileURLToPath(import.meta.resolve('@mdn/browser-compat-data')), 'utf8'))
  return data as CompatData
}
