import 'vitest'

/** Values that the global setup of the project `pg` provides to the tests, by `inject`. */
declare module 'vitest' {
  interface ProvidedContext {
    /** The connection string of a server on which databases may be created and dropped. */
    postgresUrl: string
    /** The name of the migrated database that fresh ones are copied from. */
    postgresTemplate: string
  }
}
