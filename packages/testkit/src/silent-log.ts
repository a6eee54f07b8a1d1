import type { Log } from '@deskbell/core/log'

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
