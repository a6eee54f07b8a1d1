import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type DrizzleSnapshotJSON, generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { expect, test } from 'vitest'
import journal from '../../migrations/meta/_journal.json' with { type: 'json' }
import * as schema from '../schema/schema.ts'
import { concurrentIndexes } from './build-index.ts'

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))
/** These were written before the rules, when no database was large. */
const older = 9

test('[DB-12] no migration blocks the writes of a table that may be large', () => {
  const files = readMigrationFiles({ migrationsFolder }).map(({ sql }, place) => ({ sql, tag: tagOf(place) }))
  const found = files.slice(older).flatMap(({ sql, tag }) => blocking(sql).map((fault) => `${tag}: ${fault}`))
  expect(found).toEqual([])
  expect(files.slice(0, older).filter(({ sql }) => blocking(sql).length > 0)).toMatchObject([
    { tag: '0001_deployment_and_storage' },
    { tag: '0005_open_chats' },
    { tag: '0006_waiting' },
  ])
})

test('[DB-12] the newest snapshot of the migrations is the schema', async () => {
  const names = readdirSync(`${migrationsFolder}/meta`).filter((name) => name.endsWith('_snapshot.json'))
  const newest: { default: DrizzleSnapshotJSON } = await import(`${migrationsFolder}/meta/${names.sort().at(-1)}`, {
    with: { type: 'json' },
  })
  const now = generateDrizzleJson(schema, newest.default.id, undefined, 'snake_case')
  expect(await generateMigration(newest.default, now)).toEqual([])
})

test.each([
  ['create index "i" on "messages" using btree ("id");'],
  ['create unique index i on messages (id)'],
  ['-- Why.\nalter table "messages" add constraint "c" check ("seq" > 0);'],
  ['alter table messages add constraint c foreign key (chat_id) references chats (id)'],
  ['alter table messages add constraint c unique (seq)'],
  ['alter table messages add primary key (seq)'],
  ['alter table messages alter column type set not null'],
  ['alter table messages alter column seq set data type integer'],
  ['alter table messages alter column seq type integer'],
  ['alter table messages add column c bigint generated always as identity'],
  ['alter table messages add column c text default gen_random_uuid()'],
  ['alter table messages add column c bigint references chats (id)'],
  ['update messages set seq = 1'],
  ['with old as (select 1) delete from messages'],
  ['insert into message_revisions select id, 1, text from messages'],
  ['alter table messages validate constraint c', 'alter table chats add column c text'],
  ['reindex table messages'],
  ['create table "t" ("id" bigint)', 'create index "i" on "messages" ("id")'],
])('[DB-12] a statement that blocks is found: %s', (...statements) => {
  expect(blocking(statements)).toHaveLength(1)
})

test.each([
  ['create index concurrently "i" on "messages" using btree ("id");'],
  [
    'create table "t" ("id" bigint);',
    'create index "i" on "t" ("id");',
    'alter table "t" add constraint c unique (id)',
  ],
  ['alter table messages add column c text', 'alter table messages add column d bigint default 0 not null'],
  ['alter table messages add constraint c check (seq > 0) not valid'],
  ['alter table messages validate constraint c'],
  ['alter table messages add constraint c unique using index i'],
  ['-- brief: a valid check proves it.\nalter table messages alter column type set not null'],
  ['drop index if exists i', 'alter table messages drop column c', 'alter table chats set (fillfactor = 80)'],
])('[DB-12] a statement that does not block is let through: %s', (...statements) => {
  expect(blocking(statements)).toEqual([])
})

/**
 * Returns the statements of a migration that block writes of an existing table for as long as they read or rewrite it.
 * A comment that begins with `brief:` says why a statement does not take long.
 */
function blocking(statements: readonly string[]): string[] {
  if (concurrentIndexes(statements) !== null) return []
  const texts = statements
    .filter((text) => !/^\s*-- brief: \S/m.test(text))
    .map((text) => plain(text))
    .filter((text) => text !== '')
  const created = new Set(texts.map((text) => /^create table (?:if not exists )?([\w.]+)/.exec(text)?.[1]))
  return texts.filter((text) => {
    const index = /^create (?:unique )?index .*? ?on (?:only )?([\w.]+)/.exec(text)
    if (index !== null) return !created.has(index[1])
    const [, table, change = ''] = /^alter table (?:if exists )?(?:only )?([\w.]+) (.*)$/.exec(text) ?? []
    if (table === undefined) return /^(?:update|delete|insert|with|merge|truncate|lock|reindex|cluster)\b/.test(text)
    if (created.has(table)) return false
    if (/validate constraint/.test(change)) return texts.length > 1
    return isSlow(change)
  })
}

/** Reports whether a change of a table reads all of its rows or writes them anew. */
function isSlow(change: string): boolean {
  if (/^add (?:constraint|primary|unique|check|foreign|exclude)/.test(change)) {
    return !/\bnot valid\b|\busing index\b/.test(change)
  }
  if (/^add column/.test(change)) return slowColumn.test(change)
  return /alter column \w+ (?:set not null|(?:set data )?type )|set (?:logged|unlogged|tablespace)/.test(change)
}

/** A key or a check reads the rows; a default that differs from row to row writes them. */
const slowColumn =
  /\b(?:references|unique|primary key|check|generated|serial|bigserial)\b|(?:random|uuid|nextval|clock_timestamp)\w*\(/

function plain(statement: string): string {
  return statement
    .replace(/^\s*--.*$/gm, '')
    .replaceAll('"', '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()
}

function tagOf(place: number): string {
  return journal.entries[place]?.tag ?? ''
}
