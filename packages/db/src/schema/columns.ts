import { customType, timestamp } from 'drizzle-orm/pg-core'

/** Every moment in the schema: `timestamptz(3)`, a Date in code. */
export const time = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })

/** A transaction id that never wraps; text in code, because it may pass 2^53. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' })
