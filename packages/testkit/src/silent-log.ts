import type { Logger } from '@deskbell/core/log'

export const silentLog: Logger = { debug() {}, info() {}, warn() {}, error() {} }
