import type { Log } from '@deskbell/core/context'

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
