import { customType, timestamp } from 'drizzle-orm/pg-core'

/** A time: `timestamptz(3)` in the database, a `Date` in code. */
export const time = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })

/** A 64-bit transaction id, which never wraps. It is text in code, because it may exceed 2^53. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' })
