import type { Logger } from '@deskbell/core/log'

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
