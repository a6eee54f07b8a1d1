import 'vitest'

/** What the global setup of the `pg` project hands to the tests, by `inject`. */
declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which databases may be created and dropped. */
    postgresUrl: string
    /** The migrated database that every fresh one is a copy of. */
    postgresTemplate: string
  }
}
