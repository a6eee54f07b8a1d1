import type { Logger } from '@deskbell/core/logger'

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
